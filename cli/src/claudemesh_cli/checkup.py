"""What `doctor` looks at: files, account, broker, clock, keys; changes nothing but file modes."""

from __future__ import annotations

import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from claudemesh_wire import signing

from claudemesh_cli import addresses, auth, config
from claudemesh_cli.api import Api, RawReply
from claudemesh_cli.config import Config, MeshEntry
from claudemesh_cli.errors import CliError
from claudemesh_cli.paths import DIRECTORY_MODE, FILE_MODE, config_path

MAX_SKEW_S = 60
BROKER_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `name` is stable; `hint` says what to do if it is not ok."""

    name: str
    ok: bool
    message: str
    hint: str | None = None


class _Health(msgspec.Struct):
    status: str
    db: str = "?"
    version: str = "?"


def examine(*, fix: bool) -> Iterator[Finding]:
    """Every finding, one after the other. With `fix`, file modes are set right."""
    yield from _modes(fix=fix)
    everything = None
    try:
        everything = config.load()
    except CliError as error:
        yield Finding("config", False, error.message, error.hint)
    if everything is not None:
        yield _config(everything)
    yield _account()
    yield from _brokers(everything or Config())
    for entry in everything.meshes if everything else []:
        yield _mesh(entry)


def _modes(*, fix: bool) -> Iterator[Finding]:
    directory = config_path()
    if not directory.exists():
        yield Finding("files", True, f"{directory} does not exist yet.")
        return
    open_ones = [path for path in (directory, *_files(directory)) if _is_open(path)]
    if fix:
        for path in open_ones:
            path.chmod(DIRECTORY_MODE if path.is_dir() else FILE_MODE)
    if open_ones and not fix:
        names = ", ".join(path.name for path in open_ones)
        yield Finding(
            "files",
            False,
            f"Others on this machine can read {names}.",
            "Run: claudemesh doctor --fix",
        )
        return
    yield Finding("files", True, f"{directory} is private.")


def _files(directory: Path) -> list[Path]:
    return sorted(path for path in directory.iterdir() if path.is_file())


def _is_open(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def _config(everything: Config) -> Finding:
    if everything.unreadable:
        return Finding(
            "config",
            False,
            f"{len(everything.unreadable)} entries of config.json cannot be read; they are kept.",
            "Compare them with a good one, or join those meshes again.",
        )
    number = len(everything.meshes)
    return Finding("config", True, "1 mesh." if number == 1 else f"{number} meshes.")


def _account() -> Finding:
    try:
        stored = auth.load()
        if stored is None:
            return Finding("account", True, "Not signed in (needed to create and share only).")
        api = Api(stored.api_url or addresses.api_url(), stored.session_token)
        api.get("/api/my/profile", dict[str, object])
    except CliError as error:
        return Finding("account", False, error.message, error.hint)
    return Finding("account", True, f"Signed in at {api.base_url}.")


def _brokers(everything: Config) -> Iterator[Finding]:
    """Each broker that a mesh, the account or the environment names, once."""
    urls: list[str] = []
    try:
        urls += [addresses.http_url(entry.broker_url) for entry in everything.meshes]
        if not urls or addresses.is_chosen():
            urls.append(addresses.api_url())
    except CliError as error:
        yield Finding("broker", False, error.message, error.hint)
    for url in dict.fromkeys(urls):
        yield from _broker(url)


def _broker(url: str) -> Iterator[Finding]:
    try:
        raw = Api(url).send("GET", "/health", read_timeout_s=BROKER_TIMEOUT_S)
        health = msgspec.json.decode(raw.body, type=_Health)
    except CliError as error:
        yield Finding("broker", False, error.message, error.hint)
        return
    except (msgspec.MsgspecError, UnicodeError):
        yield Finding("broker", False, f"{url} is no claudemesh broker.", "Check the address.")
        return
    well = raw.status == 200 and health.db != "down"
    hint = None if well else "Tell whoever runs it."
    yield Finding("broker", well, f"{url}: {health.version}, database {health.db}.", hint)
    if not addresses.is_private(url):
        yield Finding("broker", False, f"{url} is not encrypted.", "Use https and wss.")
    yield from _clock(raw)


def _clock(raw: RawReply) -> Iterator[Finding]:
    if raw.date_s is None:
        yield Finding("clock", True, "Not compared: the broker does not say what time it is.")
        return
    skew_s = time.time() - raw.date_s
    # the header has whole seconds
    if abs(skew_s) > MAX_SKEW_S - 1:
        message = f"This clock is {skew_s:+.0f} s off the broker's; it will refuse you."
        yield Finding("clock", False, message, "Set the clock (NTP).")
    else:
        yield Finding("clock", True, f"Within {MAX_SKEW_S} s of the broker's.")


def _mesh(entry: MeshEntry) -> Finding:
    name = f"mesh {entry.slug}"
    try:
        fits = signing.verify("doctor", signing.sign("doctor", entry.secret_key), entry.pubkey)
    except signing.BadKey:
        fits = False
    if not fits:
        hint = "Restore config.json from a backup, or leave and join again."
        return Finding(name, False, "Its secret key does not fit its public key.", hint)
    if entry.root_key is None:
        hint = "Join again by a new link."
        return Finding(name, False, "Its group key is missing: no group messages.", hint)
    return Finding(name, True, f"Member {entry.member_id} at {entry.broker_url}.")
