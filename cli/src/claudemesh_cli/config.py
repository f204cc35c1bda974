"""`config.json`: the meshes this person is a member of, in the format existing clients write.

Keys that this version does not know are kept, and so are entries it cannot read.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.paths import config_dir, config_path, damaged, locked, write_atomically

VERSION = 1
#: Attribute of MeshEntry -> key in the file; the rest of an entry is `extra`.
_REQUIRED = {
    "mesh_id": "meshId",
    "member_id": "memberId",
    "slug": "slug",
    "name": "name",
    "pubkey": "pubkey",
    "secret_key": "secretKey",
    "broker_url": "brokerUrl",
    "joined_at": "joinedAt",
}
_OPTIONAL = {"root_key": "rootKey", "invite_version": "inviteVersion"}
_KNOWN = frozenset(_REQUIRED.values()) | frozenset(_OPTIONAL.values())


@dataclass
class MeshEntry:
    """One membership. `secret_key` is 128 hex, `root_key` base64url of the mesh's 32 bytes."""

    mesh_id: str
    member_id: str
    slug: str
    name: str
    pubkey: str
    secret_key: str = field(repr=False)
    broker_url: str
    joined_at: str
    root_key: str | None = field(default=None, repr=False)
    invite_version: int | None = None
    extra: dict[str, Any] = field(default_factory=dict, repr=False)


@dataclass
class Config:
    """All that is in `config.json`. `unreadable` are entries of `meshes` kept as found."""

    meshes: list[MeshEntry] = field(default_factory=list)
    display_name: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    unreadable: list[Any] = field(default_factory=list)

    def find(self, name: str) -> list[MeshEntry]:
        """Meshes that `name` means: by id or slug, else by name whatever the case."""
        exact = [mesh for mesh in self.meshes if name in (mesh.mesh_id, mesh.slug)]
        folded = name.casefold()
        return exact or [mesh for mesh in self.meshes if mesh.name.casefold() == folded]

    def pick(self, name: str | None) -> MeshEntry:
        """The mesh of that slug, id or name; without one, the only mesh there is.

        Raises CliError `no_mesh`, `not_found` or `ambiguous`.
        """
        if not self.meshes:
            raise CliError(
                "no_mesh",
                "You are not on any mesh yet.",
                "Run: claudemesh create <name>, or claudemesh join <link>",
                ExitCode.NOT_FOUND,
            )
        found = self.meshes if name is None else self.find(name)
        if len(found) == 1:
            return found[0]
        if not found:
            raise CliError(
                "not_found",
                f"You are not on a mesh called {name!r}.",
                "Run: claudemesh list",
                ExitCode.NOT_FOUND,
            )
        raise CliError("ambiguous", *_ambiguous(name, found), exit_code=ExitCode.BAD_ARGUMENTS)


def _ambiguous(name: str | None, found: list[MeshEntry]) -> tuple[str, str]:
    if name is None:
        slugs = ", ".join(mesh.slug for mesh in found)
        return f"You are on {len(found)} meshes: {slugs}.", "Say which one: --mesh <slug>"
    ids = ", ".join(f"{mesh.slug} on {mesh.broker_url} (id {mesh.mesh_id})" for mesh in found)
    return f"Several meshes are called {name!r}: {ids}.", "Say which one by its id: --mesh <id>"


def file_path() -> Path:
    """Path of `config.json`."""
    return config_path() / "config.json"


def load() -> Config:
    """Read `config.json`; an absent file is an empty Config.

    A damaged file is set aside and said so once (CliError `file_damaged`); one of a newer
    version is refused untouched (`config_too_new`).
    """
    path = file_path()
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Config()
    except OSError as error:
        raise CliError(
            "config_unreadable", f"Cannot read {path}: {error.strerror or error}."
        ) from error
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise damaged(path, "not JSON", _HINT) from None
    return _read(path, document)


_HINT = "Put it right and move it back, or join your meshes again."


def _read(path: Path, document: Any) -> Config:
    version = document.get("version", VERSION) if isinstance(document, dict) else None
    if isinstance(version, int) and version > VERSION:
        raise CliError(
            "config_too_new",
            f"{path} was written by a newer claudemesh (version {version}).",
            "Upgrade claudemesh; the file was left as it is.",
        )
    if version != VERSION or not isinstance(document.get("meshes", []), list):
        raise damaged(path, "not a claudemesh configuration", _HINT)
    rest = {key: value for key, value in document.items() if key not in ("version", "meshes")}
    config = Config(extra=rest)
    if isinstance(rest.get("displayName"), str):
        config.display_name = rest.pop("displayName")
    for raw in document.get("meshes", []):
        entry = _entry(raw)
        if entry is None:
            config.unreadable.append(raw)
        else:
            config.meshes.append(entry)
    return config


def _entry(raw: Any) -> MeshEntry | None:
    if not isinstance(raw, dict):
        return None
    values = {name: raw.get(key) for name, key in _REQUIRED.items()}
    if not all(isinstance(value, str) and value for value in values.values()):
        return None
    optional = {name: raw.get(key) for name, key in _OPTIONAL.items()}
    extra = {key: value for key, value in raw.items() if key not in _KNOWN}
    return MeshEntry(**values, **optional, extra=extra)  # type: ignore[arg-type]


def save(config: Config) -> None:
    """Write `config.json` as a whole. Use `editing` unless nobody else can be writing."""
    document: dict[str, Any] = {
        "version": VERSION,
        "meshes": [_document(entry) for entry in config.meshes] + config.unreadable,
    }
    if config.display_name is not None:
        document["displayName"] = config.display_name
    document.update(config.extra)
    text = json.dumps(document, indent=2, ensure_ascii=False)
    write_atomically(config_dir() / "config.json", text.encode() + b"\n")


def _document(entry: MeshEntry) -> dict[str, Any]:
    document = {key: getattr(entry, name) for name, key in _REQUIRED.items()}
    for name, key in _OPTIONAL.items():
        if getattr(entry, name) is not None:
            document[key] = getattr(entry, name)
    return {**document, **entry.extra}


@contextmanager
def editing() -> Iterator[Config]:
    """Load under the lock, let the caller change it, save if nothing was raised."""
    with locked("config"):
        config = load()
        yield config
        save(config)
