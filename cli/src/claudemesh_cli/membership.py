"""Entries of `config.json` as they come and are confirmed: owner key pinned, no key replaced."""

import time
from typing import Any

from claudemesh_wire import boxes
from claudemesh_wire.signing import KeyPair

from claudemesh_cli import config
from claudemesh_cli.config import MeshEntry
from claudemesh_cli.errors import CliError, ExitCode


def open_root_key(sealed: str, keys: KeyPair) -> str:
    """The root key that was sealed to this key, base64url. Raises CliError `bad_root_key`."""
    try:
        root_key = boxes.open_anonymous(sealed, keys.secret)
    except boxes.DecryptError:
        root_key = b""
    if len(root_key) != boxes.KEY_BYTES:
        raise CliError(
            "bad_root_key",
            "The mesh key in the broker's answer does not open with this machine's key.",
            "Try again; if it stays so, ask the owner for a new link.",
        )
    return boxes.encode_key(root_key)


def now() -> str:
    """The moment as `joinedAt` has it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def store(entry: MeshEntry) -> MeshEntry:
    """Keep a membership just joined, in place of what there was of the same mesh.

    Raises CliError `owner_changed`.
    """
    with config.editing() as everything:
        old = next((mesh for mesh in everything.meshes if mesh.mesh_id == entry.mesh_id), None)
        if old is None:
            everything.meshes.append(entry)
            return entry
        _check_owner(old, entry.extra)
        entry.joined_at, entry.extra = old.joined_at, {**old.extra, **entry.extra}
        everything.meshes[everything.meshes.index(old)] = entry
        return entry


def _check_owner(old: MeshEntry, extra: dict[str, Any]) -> None:
    pinned, now = old.extra.get("ownerPubkey"), extra.get("ownerPubkey")
    if pinned and now and pinned != now:
        raise CliError(
            "owner_changed",
            f"Mesh {old.slug!r} names another owner key than before; nothing was changed.",
            "Ask the owner in person. To start over: claudemesh leave, then join again.",
            ExitCode.NOT_PERMITTED,
        )


def add(entry: MeshEntry) -> bool:
    """Keep the membership of a mesh one is not on; False, and nothing is done, if one is."""
    with config.editing() as everything:
        if any(mesh.mesh_id == entry.mesh_id for mesh in everything.meshes):
            return False
        everything.meshes.append(entry)
        return True


def confirm(entry: MeshEntry, *, member_id: str, owner_pubkey: str, root_key: str | None) -> None:
    """Complete a membership by what the broker says of its very key; a key it has is kept.

    Raises CliError `owner_changed`.
    """
    extra = {"ownerPubkey": owner_pubkey} if owner_pubkey else {}
    with config.editing() as everything:
        for mesh in everything.meshes:
            if (mesh.mesh_id, mesh.pubkey) == (entry.mesh_id, entry.pubkey):
                _check_owner(mesh, extra)
                mesh.member_id = member_id
                mesh.root_key = mesh.root_key or root_key
                mesh.extra = {**mesh.extra, **extra}
