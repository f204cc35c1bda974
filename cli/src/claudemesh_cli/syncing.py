"""The meshes of the account and the keys of this machine, brought together by proof of each key.

The broker makes a proven key a member by the account's role, ties it to this sign-in, and lets
it back if its owner had signed the machine out. It never gets to replace a key that is here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import msgspec
from claudemesh_wire import boxes, canonical, signing
from claudemesh_wire.signing import BadKey, KeyPair

from claudemesh_cli import config, joining, membership, pending
from claudemesh_cli.account_meshes import AccountMesh, account_meshes
from claudemesh_cli.api import Api
from claudemesh_cli.config import MeshEntry
from claudemesh_cli.errors import CliError, ExitCode


class _Synced(msgspec.Struct, frozen=True):
    mesh_id: str
    slug: str
    broker_url: str
    member_id: str
    name: str = ""
    owner_pubkey: str = ""
    sealed_root_key: str = ""


class _Reply(msgspec.Struct):
    meshes: list[_Synced]


@dataclass
class Outcome:
    """What became of each mesh of the account: added, known here already, failed, or elsewhere.

    `failed` has the slug and id; `elsewhere` are those not on this machine that nobody asked for.
    """

    added: list[MeshEntry] = field(default_factory=list)
    known: list[MeshEntry] = field(default_factory=list)
    failed: list[tuple[AccountMesh, CliError]] = field(default_factory=list)
    elsewhere: list[AccountMesh] = field(default_factory=list)


def sync(api: Api, token: str, *, add: bool) -> Outcome:
    """Prove the key of every mesh of the account that is here; with `add`, join the others.

    Raises CliError if the account's meshes cannot be listed or the token counts no more; what
    goes wrong with one mesh is in the outcome.
    """
    outcome = Outcome()
    here = {entry.mesh_id: entry for entry in config.load().meshes}
    for mesh in account_meshes(api):
        entry = here.get(mesh.id)
        try:
            if entry is not None:
                outcome.known.append(_prove(api, token, entry))
            elif add:
                outcome.added.append(_join(api, token, mesh))
            else:
                outcome.elsewhere.append(mesh)
        except CliError as error:
            if error.exit_code is ExitCode.NOT_SIGNED_IN:
                raise
            outcome.failed.append((mesh, error))
    return outcome


def _prove(api: Api, token: str, entry: MeshEntry) -> MeshEntry:
    keys = KeyPair(entry.pubkey, entry.secret_key)
    synced = _ask(api, token, entry.mesh_id, keys)
    membership.confirm(
        entry,
        member_id=synced.member_id,
        owner_pubkey=synced.owner_pubkey,
        root_key=None if entry.root_key else _root_key(synced, keys),
    )
    return entry


def _join(api: Api, token: str, mesh: AccountMesh) -> MeshEntry:
    name = f"sync:{mesh.id}"
    keys = pending.key_for(name)
    synced = _ask(api, token, mesh.id, keys)
    entry = MeshEntry(
        mesh_id=synced.mesh_id,
        member_id=synced.member_id,
        slug=synced.slug,
        name=synced.name or synced.slug,
        pubkey=keys.public,
        secret_key=keys.secret,
        broker_url=synced.broker_url,
        joined_at=membership.now(),
        root_key=_root_key(synced, keys),
        extra={"ownerPubkey": synced.owner_pubkey} if synced.owner_pubkey else {},
    )
    if not membership.add(entry):
        raise CliError("exists", "Another command has joined it meanwhile.", None, ExitCode.EXISTS)
    pending.done(name)
    return entry


def _ask(api: Api, token: str, mesh_id: str, keys: KeyPair) -> _Synced:
    """Bring one key onto one mesh. Raises CliError `not_admitted`, `bad_key`."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    try:
        recipient = boxes.encode_key(boxes.x25519_public(keys.public))
        proof = signing.sign(canonical.sync(digest, keys.public, recipient), keys.secret)
    except BadKey:
        raise CliError(
            "bad_key",
            "Its key in config.json is damaged.",
            "Restore config.json from a backup, or leave the mesh and sync again.",
        ) from None
    body = {
        "sync_token": token,
        "peer_pubkey": keys.public,
        "display_name": joining.own_name(None),
        "recipient_x25519_pubkey": recipient,
        "proof": proof,
        "mesh_id": mesh_id,
    }
    for synced in api.request("POST", "/cli-sync", _Reply, body).meshes:
        if synced.mesh_id == mesh_id:
            return synced
    raise CliError(
        "not_admitted",
        "The broker does not let this key in: it was removed, or belongs to another account.",
        "Ask the owner of the mesh.",
        ExitCode.NOT_PERMITTED,
    )


def _root_key(synced: _Synced, keys: KeyPair) -> str | None:
    return (
        membership.open_root_key(synced.sealed_root_key, keys) if synced.sealed_root_key else None
    )
