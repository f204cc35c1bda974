"""Using an invite: a key becomes a member, exactly once, and one use of the invite is counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from claudemesh_wire import boxes, canonical, signing
from claudemesh_wire.errors import MeshError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from meshes.models import Invite, Member, Mesh
from meshes.services import keys, roster
from meshes.services.invites import canonical_v2, token_hash

BIND_WITHIN = timedelta(minutes=10)
ADMIT_ATTEMPTS = 3


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


@dataclass(frozen=True)
class Newcomer:
    """Who wants in. `pubkey` is the ed25519 member key, "" for a key that comes with hello.

    `key_proven` says whether the newcomer has signed with that key: only then may an existing
    member be tied to `user`.
    """

    pubkey: str
    display_name: str
    user: User | None = None
    key_proven: bool = False


@dataclass(frozen=True)
class Joined:
    """The member, and whether it had joined before (then no use was counted)."""

    member: Member
    already_member: bool


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
    _check_status(found, _v1_refusal)
    return _admit(found, Newcomer(pubkey=peer_pubkey, display_name=display_name), _v1_refusal)


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
) -> Claim:
    """Claim a v2 invite: the root key sealed to `recipient_x25519_pubkey` (base64url).

    The member is bound to `peer_pubkey`, the ed25519 key that `proof` was signed with; never to
    the x25519 one, with which nobody could ever say hello. Without a peer_pubkey (older clients)
    the member stays unbound, and its first hello within 10 minutes binds it.

    Raises MeshError: malformed and bad_signature (400), not_found (404), revoked, expired and
    exhausted (410), revoked (403) for a key that was removed from the mesh.
    """
    invite = Invite.objects.select_related("mesh").filter(code=code).first()
    if invite is None or invite.mesh.archived_at is not None:
        raise _v2_refusal("archived")
    mesh = invite.mesh
    if peer_pubkey:
        _check_proof(code, recipient_x25519_pubkey, peer_pubkey, proof)
    _check_own_signature(invite)
    _check_status(invite, _v2_refusal)
    try:
        sealed = boxes.seal_anonymous(keys.open_keys(mesh).root_key, recipient_x25519_pubkey)
    except signing.BadKey as error:
        message = "recipient_x25519_pubkey: That is not a usable x25519 key."
        raise MeshError("malformed", message) from error
    name = display_name or (user.display_name if user else f"peer-{(peer_pubkey or invite.pk)[:8]}")
    newcomer = Newcomer(peer_pubkey, name, user=user, key_proven=bool(peer_pubkey))
    return Claim(invite, mesh, _admit(invite, newcomer, _v2_refusal), sealed)


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


Refusal = Callable[[str], MeshError]

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


def _check_status(invite: Invite, refusal: Refusal) -> None:
    """Refuse what is over. Used up is decided later: a member may come back through its invite."""
    status = invite.status()
    if status in ("revoked", "expired"):
        raise refusal(status)


def _admit(invite: Invite, newcomer: Newcomer, refusal: Refusal) -> Joined:
    """Turn the newcomer into a member; a race for the same key ends with one member for both."""
    for _ in range(ADMIT_ATTEMPTS):
        known = _known_member(invite.mesh, newcomer)
        if known is not None:
            return Joined(member=known, already_member=True)
        try:
            return Joined(member=_add_member(invite, newcomer, refusal), already_member=False)
        except IntegrityError:
            continue
        except MeshError:
            known = _known_member(invite.mesh, newcomer)
            if known is None:
                raise
            return Joined(member=known, already_member=True)
    raise MeshError("overloaded")


def _known_member(mesh: Mesh, newcomer: Newcomer) -> Member | None:
    """The member of that key, if there is one. Raises MeshError("revoked") if it was removed."""
    if not newcomer.pubkey:
        return None
    member = Member.objects.filter(mesh=mesh, pubkey=newcomer.pubkey).first()
    if member is None:
        return None
    if member.revoked_at is not None:
        raise MeshError("revoked", removed_sentence(mesh))
    if newcomer.key_proven and newcomer.user is not None and member.user_id is None:
        Member.objects.filter(pk=member.pk, user__isnull=True).update(user=newcomer.user)
        member.refresh_from_db(fields=["user"])
    return member


def removed_sentence(mesh: Mesh) -> str:
    """What a removed member reads, on every edge."""
    return f'You\'ve been removed from "{mesh.name}". Contact the mesh owner to rejoin.'


@transaction.atomic
def _add_member(invite: Invite, newcomer: Newcomer, refusal: Refusal) -> Member:
    """Count one use and insert the member; either both happen or neither.

    Raises IntegrityError when the same key joined meanwhile.
    """
    if not roster.touch(invite.mesh_id):
        raise refusal("archived")
    now = timezone.now()
    used = Invite.objects.filter(
        pk=invite.pk, revoked_at__isnull=True, expires_at__gt=now, used_count__lt=F("max_uses")
    ).update(used_count=F("used_count") + 1)
    if not used:
        invite.refresh_from_db()
        raise refusal(invite.status(now))
    return Member.objects.create(
        mesh_id=invite.mesh_id,
        user=newcomer.user,
        pubkey=newcomer.pubkey,
        display_name=newcomer.display_name,
        role=invite.role,
        bind_until=None if newcomer.pubkey else now + BIND_WITHIN,
    )


def bind_member_key(*, member_id: str, pubkey: str) -> Member:
    """Bind a member that claimed without a key to the key of its first validly signed hello.

    Once, within 10 minutes of the claim. Raises MeshError("unauthorized") for a member that is
    unknown, bound, too late or removed, and for a key that the mesh knows already.
    """
    mesh_id = Member.objects.filter(pk=member_id).values_list("mesh_id", flat=True).first()
    try:
        with transaction.atomic():
            if mesh_id is None or not roster.touch(mesh_id):
                raise MeshError("unauthorized")
            unbound = Member.objects.filter(
                pk=member_id, pubkey="", revoked_at__isnull=True, bind_until__gt=timezone.now()
            )
            if not unbound.update(pubkey=pubkey, bind_until=None):
                raise MeshError("unauthorized")
    except IntegrityError as error:
        raise MeshError("unauthorized") from error
    return Member.objects.select_related("mesh").get(pk=member_id)
