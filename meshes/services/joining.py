"""Using an invite, by its v1 token or its v2 code: is it genuine, and is the key the caller's?

Letting the newcomer in and counting the use is `admission`'s job.
"""

from __future__ import annotations

from dataclasses import dataclass

from claudemesh_wire import boxes, canonical, signing
from claudemesh_wire.errors import MeshError

from accounts.models import CliSession, User
from meshes.models import Invite, Mesh
from meshes.services import keys
from meshes.services.admission import Joined, Newcomer, admit, check_status
from meshes.services.invites import canonical_v2, token_hash
from meshes.services.tickets import open_ticket


@dataclass(frozen=True)
class TokenPayload:
    """The signed content of a v1 token, as the newcomer read it; `expires_at` in seconds."""

    mesh_id: str
    mesh_slug: str
    broker_url: str
    expires_at: int
    mesh_root_key: str
    role: str
    owner_pubkey: str
    signature: str


@dataclass(frozen=True, repr=False)
class Claim:
    """What a v2 claim hands out. `sealed_root_key` opens with the claimant's x25519 key only."""

    invite: Invite
    mesh: Mesh
    joined: Joined
    sealed_root_key: str


def join_with_token(
    *, invite_token: str, payload: TokenPayload, peer_pubkey: str, display_name: str
) -> Joined:
    """Join by a v1 token. The row of the invite decides role and expiry, never the payload.

    The key is not proven here (its first hello proves it), so no account is tied to it. Raises
    MeshError with the codes invite_*, mesh_not_found, revoked.
    """
    invite = Invite.objects.select_related("mesh").filter(token_hash=token_hash(invite_token))
    found = invite.first()
    if found is None:
        raise MeshError("invite_not_found")
    _check_mesh(found, payload)
    check_status(found, _v1_refusal)
    return admit(found, Newcomer(pubkey=peer_pubkey, display_name=display_name), _v1_refusal)


def _check_mesh(invite: Invite, payload: TokenPayload) -> None:
    mesh = invite.mesh
    if mesh.archived_at is not None:
        raise MeshError("mesh_not_found")
    if payload.mesh_id != mesh.pk:
        raise MeshError("invite_mesh_mismatch")
    if payload.owner_pubkey != mesh.owner_pubkey:
        raise MeshError("invite_owner_mismatch")
    try:
        statement = canonical.invite_v1(
            payload.mesh_id,
            payload.mesh_slug,
            payload.broker_url,
            payload.expires_at,
            payload.mesh_root_key,
            payload.role,
            payload.owner_pubkey,
        )
    except canonical.CanonicalError as error:
        raise MeshError("invite_bad_signature") from error
    if not signing.verify(statement, payload.signature, mesh.owner_pubkey):
        raise MeshError("invite_bad_signature")


def claim_invite(
    *,
    code: str,
    recipient_x25519_pubkey: str,
    peer_pubkey: str = "",
    proof: str = "",
    display_name: str = "",
    user: User | None = None,
    device: CliSession | None = None,
    ticket: str = "",
) -> Claim:
    """Claim a v2 invite: the root key sealed to `recipient_x25519_pubkey` (base64url).

    The member is bound to `peer_pubkey`, the ed25519 key that `proof` was signed with; never to
    the x25519 one, with which nobody could ever say hello. Without a peer_pubkey (older clients)
    the member stays unbound, and its first hello within 10 minutes binds it.

    A proven key belongs to the account that `ticket` was made for, or rather to `user`, who is
    signed in on `device`.

    Raises MeshError: malformed and bad_signature (400), not_found (404), revoked, expired and
    exhausted (410), revoked and device_revoked (403) for a key that may not come back,
    invalid_or_revoked_token (401) for a device that was signed out meanwhile.
    """
    invite = Invite.objects.select_related("mesh").filter(code=code).first()
    if invite is None or invite.mesh.archived_at is not None:
        raise _v2_refusal("archived")
    mesh = invite.mesh
    if peer_pubkey:
        _check_proof(code, recipient_x25519_pubkey, peer_pubkey, proof)
    holder = _ticket_holder(ticket, code, peer_pubkey)
    _check_own_signature(invite)
    check_status(invite, _v2_refusal)
    try:
        sealed = boxes.seal_anonymous(keys.open_keys(mesh).root_key, recipient_x25519_pubkey)
    except signing.BadKey as error:
        message = "recipient_x25519_pubkey: That is not a usable x25519 key."
        raise MeshError("malformed", message) from error
    account = user or holder
    name = display_name or (account.display_name if account else _stand_in(peer_pubkey, invite))
    newcomer = Newcomer(
        peer_pubkey,
        name,
        user=account,
        device=device if peer_pubkey else None,
        by_ticket=user is None and holder is not None,
    )
    return Claim(invite, mesh, admit(invite, newcomer, _v2_refusal), sealed)


def _ticket_holder(ticket: str, code: str, peer_pubkey: str) -> User | None:
    """The account of a ticket, if there is one. Raises MeshError("malformed")."""
    if not ticket:
        return None
    if not peer_pubkey:
        raise MeshError("malformed", "A ticket comes with peer_pubkey and proof.")
    return open_ticket(ticket=ticket, code=code)


def _stand_in(peer_pubkey: str, invite: Invite) -> str:
    """What somebody is called who did not say."""
    return f"peer-{(peer_pubkey or invite.pk)[:8]}"


def _check_proof(code: str, recipient: str, peer_pubkey: str, proof: str) -> None:
    try:
        statement = canonical.claim(code, peer_pubkey, recipient)
    except canonical.CanonicalError as error:
        raise MeshError("malformed") from error
    if not signing.verify(statement, proof, peer_pubkey):
        raise MeshError("bad_signature", http_status=400)


def _check_own_signature(invite: Invite) -> None:
    """Refuse an invite whose row no longer says what the mesh's owner key once signed."""
    statement = canonical_v2(invite, invite.mesh.owner_pubkey)
    signed = signing.verify(statement, invite.signature_v2, invite.mesh.owner_pubkey)
    if statement != invite.canonical_v2 or not signed:
        message = "The invitation was altered; ask for a new link."
        raise MeshError("bad_signature", message, http_status=400)


V1_CODES = {
    "archived": "mesh_not_found",
    "revoked": "invite_revoked",
    "expired": "invite_expired",
    "exhausted": "invite_exhausted",
}


def _v1_refusal(status: str) -> MeshError:
    return MeshError(V1_CODES[status])


def _v2_refusal(status: str) -> MeshError:
    if status == "archived":
        return MeshError("not_found", "There is no such invitation; ask for a new link.")
    if status == "revoked":
        return MeshError("revoked", "The invitation was withdrawn.", http_status=410)
    return MeshError(status)
