"""HTTP to the broker: typed replies in, CliErrors out; knows no endpoint's meaning."""

from __future__ import annotations

import contextlib
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from claudemesh_cli import __version__, auth
from claudemesh_cli.errors import CliError, ExitCode, exit_code_for

if TYPE_CHECKING:
    import urllib3

Reply = TypeVar("Reply")

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 15.0
MAX_REPLY_BYTES = 4 * 1024 * 1024
DOWNLOAD_TIMEOUT_S = 60.0
DOWNLOAD_CHUNK_BYTES = 64 * 1024
#: Refusals that end this machine's sign-in.
_NO_TOKEN = frozenset({"missing_bearer_token", "empty_bearer_token", "invalid_or_revoked_token"})


class _Refusal(msgspec.Struct):
    error: str = "not_found"
    message: str = ""
    retry_after_ms: int | None = msgspec.field(name="retryAfterMs", default=None)


@dataclass(frozen=True)
class RawReply:
    """An HTTP answer as it came; `date_s` is the broker's clock (Unix seconds) if it said so."""

    status: int
    content_type: str
    body: bytes
    date_s: float | None


class Api:
    """One broker, one (optional) token. Redirects are not followed: they would carry the token."""

    def __init__(self, base_url: str, token: str | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        self._token = token

    def get(self, path: str, reply: type[Reply]) -> Reply:
        """GET `path`; the decoded reply. Raises CliError."""
        return self.request("GET", path, reply)

    def request(
        self, method: str, path: str, reply: type[Reply], body: dict[str, Any] | None = None
    ) -> Reply:
        """Send `body` as JSON and decode the reply.

        Raises CliError with the broker's own code and sentence, or `network`, `timeout`, `tls`,
        `not_a_broker`.
        """
        return self.decode(self.send(method, path, body), reply)

    def decode(self, raw: RawReply, reply: type[Reply]) -> Reply:
        """The content of a bare answer. Raises CliError as `request` does, but for the network."""
        if raw.status >= 300:
            raise self._refused(raw)
        try:
            return msgspec.json.decode(raw.body, type=reply)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise self._foreign(raw) from error

    def send(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        read_timeout_s: float | None = None,
    ) -> RawReply:
        """The bare answer, whatever its status. Raises CliError if there is none."""
        from urllib3.exceptions import HTTPError

        answer = self._ask(method, path, body, read_timeout_s or READ_TIMEOUT_S)
        try:
            data = answer.read(MAX_REPLY_BYTES)
        except (HTTPError, OSError) as error:
            raise self._unreachable(error) from error
        answer.close()
        return _raw(answer, data)

    @contextlib.contextmanager
    def download(self, path: str) -> Iterator[Iterator[bytes]]:
        """GET `path` as chunks of bytes, of any length in all.

        Raises CliError as `request` does, also when the answer breaks off.
        """
        from urllib3.exceptions import HTTPError

        answer = self._ask("GET", path, None, DOWNLOAD_TIMEOUT_S)
        try:
            if answer.status >= 300:
                raise self._refused(_raw(answer, answer.read(MAX_REPLY_BYTES)))
            yield answer.stream(DOWNLOAD_CHUNK_BYTES)
        except HTTPError as error:
            raise self._unreachable(error) from error
        finally:
            answer.close()

    def _ask(
        self, method: str, path: str, body: dict[str, Any] | None, read_s: float
    ) -> urllib3.BaseHTTPResponse:
        import urllib3
        from urllib3.exceptions import HTTPError

        headers = {"Accept": "application/json", "User-Agent": f"claudemesh/{__version__}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            return self._pool().request(
                method,
                self.base_url + path,
                body=None if body is None else msgspec.json.encode(body),
                headers=headers,
                timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=read_s),
                retries=False,
                redirect=False,
                preload_content=False,
            )
        except (HTTPError, OSError, UnicodeError) as error:
            raise self._unreachable(error) from error

    def _pool(self) -> urllib3.PoolManager:
        import urllib3

        parts = urlsplit(self.base_url)
        proxy = urllib.request.getproxies().get(parts.scheme)
        if proxy and not urllib.request.proxy_bypass(parts.hostname or ""):
            return urllib3.ProxyManager(proxy)
        return urllib3.PoolManager()

    def _unreachable(self, error: Exception) -> CliError:
        from urllib3.exceptions import SSLError, TimeoutError

        if isinstance(error, TimeoutError) and not _is_refusal(error):
            message, code = f"{self.base_url} did not answer in time.", "timeout"
        elif isinstance(error, SSLError):
            message, code = f"The certificate of {self.base_url} cannot be trusted: {error}", "tls"
        else:
            message, code = f"Cannot reach the broker at {self.base_url}.", "network"
        hint = "Check that it runs and that the address is right, then try again."
        return CliError(code, message, hint, ExitCode.NETWORK)

    def _refused(self, raw: RawReply) -> CliError:
        try:
            refusal = msgspec.json.decode(raw.body, type=_Refusal)
        except (msgspec.MsgspecError, UnicodeError):
            return self._foreign(raw)
        exit_code = exit_code_for(refusal.error)
        hint = None
        if exit_code is ExitCode.NOT_SIGNED_IN:
            hint = auth.SIGN_IN
        if refusal.error in _NO_TOKEN:
            self._sign_out()
        if refusal.retry_after_ms is not None:
            hint = f"Try again in {refusal.retry_after_ms / 1000:.0f} s."
        message = refusal.message or f"The broker refused it ({refusal.error})."
        return CliError(refusal.error, message, hint, exit_code)

    def _sign_out(self) -> None:
        stored = auth.load()
        if stored is not None and stored.session_token == self._token:
            auth.forget()

    def _foreign(self, raw: RawReply) -> CliError:
        return CliError(
            "not_a_broker",
            f"{self.base_url} did not answer as a claudemesh broker "
            f"(HTTP {raw.status}, {raw.content_type}).",
            "Check the address; it can be set in CLAUDEMESH_API_URL.",
            ExitCode.NETWORK,
        )


def _raw(answer: urllib3.BaseHTTPResponse, data: bytes) -> RawReply:
    kind = answer.headers.get("Content-Type", "no content type")
    return RawReply(answer.status, kind, data, _date_s(answer.headers.get("Date")))


def _is_refusal(error: Exception) -> bool:
    from urllib3.exceptions import NewConnectionError

    return isinstance(error, NewConnectionError)


def _date_s(header: str | None) -> float | None:
    try:
        return parsedate_to_datetime(header).timestamp() if header else None
    except (ValueError, TypeError):
        return None
