"""System checks that refuse a dangerous start, each with the exact fix. They change nothing.

They are deployment checks: `manage.py serve` and `manage.py check --deploy` run them.
"""

from collections.abc import Iterator
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

from emails.delivery import reaches_nobody
from storing import vault

BROKER_TAG = "broker"
MIN_SECRET_LENGTH = 32
LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1", "[::1]", "testserver"}

MAKE_SECRET = 'python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
MAKE_KEY = (
    'python3 -c "import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())"'
)
POSITIVE = [
    "MAX_MESSAGE_BYTES",
    "SENDS_PER_MINUTE",
    "SEND_BURST",
    "REQUESTS_PER_MINUTE",
    "REQUEST_BURST",
    "HELLOS_PER_MINUTE",
    "HELLO_BURST",
    "HELLO_TIMEOUT_S",
    "PRESENCE_LEASE_S",
    "ACK_TIMEOUT_S",
    "MAX_ATTEMPTS",
    "MAX_SESSIONS_PER_MESH",
    "MAX_SESSIONS_PER_MEMBER",
    "MAX_UNAUTHENTICATED",
    "MAX_UNAUTHENTICATED_PER_ADDRESS",
    "SEND_WINDOW_MESSAGES",
    "SEND_WINDOW_BYTES",
    "OUTBOUND_MAX_BYTES",
    "SLOW_CONSUMER_S",
    "LEDGER_MAX_BACKLOG",
    "LEDGER_MAX_BYTES",
    "MESSAGE_TTL_S",
    "SETTLED_RETENTION_S",
    "WORKING_TIMEOUT_S",
    "NODE_HEARTBEAT_S",
    "NODE_LEASE_S",
    "RECONCILE_S",
    "SHARED_PER_MINUTE",
    "SHARED_BURST",
    "MAX_STATE_KEYS",
    "MAX_STATE_VALUE_BYTES",
    "MAX_STATE_BYTES",
    "MAX_MEMORIES",
    "MAX_MEMORY_BYTES",
    "MAX_REMINDER_BYTES",
    "MAX_REMINDERS_PER_MEMBER",
    "MAX_REMINDERS_PER_MESH",
]


def is_local() -> bool:
    """Whether every address in the settings is this machine's own."""
    app_host = urlsplit(settings.APP_URL).hostname or ""
    return {app_host, settings.HOST, *settings.ALLOWED_HOSTS} <= LOCAL_HOSTS


@register(BROKER_TAG, deploy=True)
def check_secrets(**kwargs: Any) -> list[CheckMessage]:
    """The three secrets are there, long enough, and three."""
    return [*secret_key(), *encryption_keys(), *sync_secret()]


def secret_key() -> Iterator[CheckMessage]:
    """E001: SECRET_KEY is missing, the built-in one, or short."""
    key = settings.SECRET_KEY
    if key == settings.INSECURE_SECRET_KEY or len(key) < MIN_SECRET_LENGTH:
        yield Error(
            f"SECRET_KEY is not set or shorter than {MIN_SECRET_LENGTH} characters.",
            hint=f"Set SECRET_KEY to the output of: {MAKE_SECRET}",
            id="claudemesh.E001",
        )


def encryption_keys() -> Iterator[CheckMessage]:
    """E002, E003: no key to encrypt stored secrets with, or one that is not a key."""
    keys = settings.BROKER_ENCRYPTION_KEYS
    if not keys:
        yield Error(
            "BROKER_ENCRYPTION_KEY is not set, so mesh keys cannot be stored.",
            hint=f"Set BROKER_ENCRYPTION_KEY to the output of: {MAKE_KEY} (and back it up: "
            "without it the stored mesh keys are lost)",
            id="claudemesh.E002",
        )
    for position, key in enumerate(keys, start=1):
        if not is_usable_key(key):
            yield Error(
                f"Key {position} in BROKER_ENCRYPTION_KEY is not 32 bytes in hex or base64.",
                hint=f"Replace it with the output of: {MAKE_KEY}",
                id="claudemesh.E003",
            )


def is_usable_key(key: str) -> bool:
    """Whether the vault takes `key`: 32 bytes as hex or URL-safe base64."""
    try:
        return len(vault.key_bytes(key)) == vault.KEY_BYTES
    except ImproperlyConfigured:
        return False


def sync_secret() -> Iterator[CheckMessage]:
    """E004, E005: no secret to sign CLI tokens with, or one that signs sessions too."""
    secret = settings.CLI_SYNC_SECRET
    if len(secret) < MIN_SECRET_LENGTH:
        yield Error(
            f"CLI_SYNC_SECRET is not set or shorter than {MIN_SECRET_LENGTH} characters.",
            hint=f"Set CLI_SYNC_SECRET to the output of: {MAKE_SECRET}",
            id="claudemesh.E004",
        )
    elif secret == settings.SECRET_KEY:
        yield Error(
            "CLI_SYNC_SECRET equals SECRET_KEY; a leak of one would be a leak of both.",
            hint=f"Set CLI_SYNC_SECRET to the output of: {MAKE_SECRET}",
            id="claudemesh.E005",
        )


@register(BROKER_TAG, deploy=True)
def check_exposure(**kwargs: Any) -> list[CheckMessage]:
    """What other machines can reach is not a debugging setup."""
    return [*debug(), *hosts(), *cookies(), *metrics_token(), *legacy_auth()]


def debug() -> Iterator[CheckMessage]:
    """E006: DEBUG shows source code and settings to whoever causes an error."""
    if settings.DEBUG and not is_local():
        yield Error(
            "DEBUG is on while the broker is reachable from other machines.",
            hint="Set DEBUG=0, or keep HOST, APP_URL and ALLOWED_HOSTS on localhost.",
            id="claudemesh.E006",
        )


def hosts() -> Iterator[CheckMessage]:
    """E007, E008: no host name is answered, or not the one in every link."""
    app_host = urlsplit(settings.APP_URL).hostname or ""
    if not settings.ALLOWED_HOSTS:
        yield Error(
            "ALLOWED_HOSTS is empty, so every request would be refused.",
            hint=f"Set ALLOWED_HOSTS={app_host or 'broker.example.com'}",
            id="claudemesh.E007",
        )
    elif not validate_host(app_host, settings.ALLOWED_HOSTS):
        yield Error(
            f"ALLOWED_HOSTS does not contain {app_host}, the host of APP_URL.",
            hint=f"Set ALLOWED_HOSTS={','.join([*settings.ALLOWED_HOSTS, app_host])}",
            id="claudemesh.E008",
        )


def cookies() -> Iterator[CheckMessage]:
    """E009: a cookie that leaves over plain HTTP although the site is on HTTPS."""
    if settings.BEHIND_HTTPS and not settings.COOKIE_SECURE:
        yield Error(
            "APP_URL is https, but cookies would be sent over plain HTTP too.",
            hint="Remove COOKIE_SECURE from the environment, or set COOKIE_SECURE=1.",
            id="claudemesh.E009",
        )


def metrics_token() -> Iterator[CheckMessage]:
    """W001: anybody who reaches the broker can read its metrics."""
    if not settings.METRICS_TOKEN and not is_local():
        yield Warning(
            "METRICS_TOKEN is not set, so /metrics is open to everybody.",
            hint=f"Set METRICS_TOKEN to the output of: {MAKE_SECRET}",
            id="claudemesh.W001",
        )


def legacy_auth() -> Iterator[CheckMessage]:
    """W002: a `user_id` is taken for a proof of who somebody is."""
    if settings.BROKER_LEGACY_AUTH:
        yield Warning(
            "BROKER_LEGACY_AUTH is on: whoever knows an account's id is let in as that account.",
            hint="Remove BROKER_LEGACY_AUTH once broker_legacy_auth_hits_total stays still.",
            id="claudemesh.W002",
        )


@register(BROKER_TAG, deploy=True)
def check_mail(**kwargs: Any) -> list[CheckMessage]:
    """W003, W004: people who open the broker from elsewhere get its mail, and can tell whose."""
    if (urlsplit(settings.APP_URL).hostname or "") in LOCAL_HOSTS:
        return []
    found: list[CheckMessage] = []
    if reaches_nobody():
        message = "Mail goes to the console: nobody can sign up or reset a password."
        hint = "Set EMAIL_URL=smtp+tls://user:password@mail.example.com:587, or see docs/mail.md"
        found.append(Warning(message, hint=hint, id="claudemesh.W003"))
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    if sender.rpartition("@")[2] in LOCAL_HOSTS:
        message = f"Mail is sent as {settings.DEFAULT_FROM_EMAIL}, which providers refuse."
        hint = "Set DEFAULT_FROM_EMAIL to an address of a domain you may send from."
        found.append(Warning(message, hint=hint, id="claudemesh.W004"))
    return found


@register(BROKER_TAG, deploy=True)
def check_addresses(**kwargs: Any) -> list[CheckMessage]:
    """E010-E012: the addresses given to clients can be connected to, and no less safely."""
    app, broker = urlsplit(settings.APP_URL), urlsplit(settings.BROKER_URL)
    found: list[CheckMessage] = []
    if app.scheme not in ("http", "https") or not app.hostname:
        hint = "Set APP_URL to the address people open, e.g. https://broker.example.com"
        found.append(Error("APP_URL is not an http(s) address.", hint=hint, id="claudemesh.E010"))
    if broker.scheme not in ("ws", "wss") or not broker.hostname:
        hint = "Remove BROKER_URL, or set it to e.g. wss://broker.example.com/ws"
        found.append(Error("BROKER_URL is not a ws(s) address.", hint=hint, id="claudemesh.E011"))
    elif app.scheme == "https" and broker.scheme == "ws":
        hint = "Remove BROKER_URL, or begin it with wss://"
        message = "APP_URL is https, but BROKER_URL is plain ws."
        found.append(Error(message, hint=hint, id="claudemesh.E012"))
    return found


@register(BROKER_TAG, deploy=True)
def check_limits(**kwargs: Any) -> list[CheckMessage]:
    """E013 to E015: limits are positive and fit each other."""
    found: list[CheckMessage] = [
        Error(
            f"{name} must be greater than 0.",
            hint=f"Remove {name} from the environment to use its default.",
            id="claudemesh.E013",
        )
        for name in POSITIVE
        if getattr(settings, name) <= 0
    ]
    if settings.NODE_LEASE_S <= settings.NODE_HEARTBEAT_S:
        found.append(
            Error(
                "NODE_LEASE_S is not longer than NODE_HEARTBEAT_S: nodes would declare "
                "each other dead.",
                hint=f"Set NODE_LEASE_S={settings.NODE_HEARTBEAT_S * 5:g}",
                id="claudemesh.E014",
            )
        )
    if settings.OUTBOUND_MAX_BYTES < 2 * settings.SEND_WINDOW_BYTES:
        found.append(
            Error(
                "OUTBOUND_MAX_BYTES is less than twice SEND_WINDOW_BYTES: a session with a full "
                "window would be closed as a slow consumer.",
                hint=f"Set OUTBOUND_MAX_BYTES={settings.SEND_WINDOW_BYTES * 4}",
                id="claudemesh.E015",
            )
        )
    return found
