"""Bringing a key onto the meshes of an account that is signed in, with or without a proof of it.

What becomes of it in each of them is `placing`'s job; invites play no part.
"""

from __future__ import annotations

from dataclasses import dataclass

from claudemesh_wire import boxes, canonical, signing
from claudemesh_wire.errors import MeshError

from accounts.models import CliSession
from meshes.models import Member, Mesh
from meshes.selectors import standings_of
from meshes.services import keys
from meshes.services.placing import SyncedKey, place_key


@dataclass(frozen=True, repr=False)
class SyncedMesh:
    """A mesh that the key is in now. `sealed_root_key` is "" for a key that was not proven."""

    mesh: Mesh
    member: Member
    sealed_root_key: str


def sync(
    *,
    device: CliSession,
    peer_pubkey: str,
    display_name: str = "",
    recipient_x25519_pubkey: str = "",
    proof: str = "",
    mesh_id: str = "",
) -> list[SyncedMesh]:
    """Make a key a member of every mesh of the account signed in on `device`, or of one.

    `proof` is the key's signature over the device's token and `recipient_x25519_pubkey`. With it
    the member belongs to the account and the device, has the account's role, is no longer
    suspended, and gets the root key sealed to that recipient. Without it (older clients) a key
    that the mesh does not know becomes a plain member of meshes the account may invite into; one
    that it knows is only told. Keys that were removed, or belong to another account, stay as
    they are. Each mesh is a transaction. Raises MeshError: "malformed" for the recipient,
    "bad_signature" (400), "invalid_or_revoked_token" for a device that was signed out meanwhile.
    """
    if proof:
        _check_proof(device, peer_pubkey, recipient_x25519_pubkey, proof)
    key = SyncedKey(device, peer_pubkey, display_name, proven=bool(proof))
    wanted = [each.mesh.pk for each in standings_of(device.user)]
    synced = []
    for each in wanted:
        member = place_key(each, key) if mesh_id in ("", each) else None
        if member is not None:
            sealed = _sealed_root_key(member.mesh, recipient_x25519_pubkey) if proof else ""
            synced.append(SyncedMesh(member.mesh, member, sealed))
    return synced


def _check_proof(device: CliSession, peer_pubkey: str, recipient: str, proof: str) -> None:
    try:
        statement = canonical.sync(device.token_hash, peer_pubkey, recipient)
    except canonical.CanonicalError as error:
        raise MeshError("malformed") from error
    if not signing.verify(statement, proof, peer_pubkey):
        raise MeshError("bad_signature", http_status=400)
    if recipient:
        _seal(b"\0" * boxes.KEY_BYTES, recipient)


def _seal(key: bytes, recipient: str) -> str:
    try:
        return boxes.seal_anonymous(key, recipient)
    except signing.BadKey as error:
        message = "recipient_x25519_pubkey: That is not a usable x25519 key."
        raise MeshError("malformed", message) from error


def _sealed_root_key(mesh: Mesh, recipient: str) -> str:
    return _seal(keys.ensure_keys(mesh).root_key, recipient) if recipient else ""
