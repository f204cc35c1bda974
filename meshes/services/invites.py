"""Making and withdrawing invites. Using one is `joining`'s job."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from claudemesh_wire import boxes, canonical, signing
from claudemesh_wire.audit import timestamp
from claudemesh_wire.errors import MeshError
from claudemesh_wire.ids import new_id
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit import events
from audit.services import append
from meshes.membership import lock_mesh
from meshes.models import Invite, Member, Mesh
from meshes.selectors import Standing
from meshes.services.keys import MeshKeys, ensure_keys
from storing import vault

# Base62 without 0 O o 1 I l i: 8 characters hold 46 bits and survive being read aloud.
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz"
CODE_CHARS = 8
CODE_ATTEMPTS = 5

DAY_S = 86_400
MIN_LIFETIME_S = 60
MAX_LIFETIME_S = 365 * DAY_S
MAX_USES = 10_000


@dataclass(frozen=True)
class Preset:
    """A named choice of how long and how often an invite works."""

    expires_in_s: int
    max_uses: int


PRESETS = {
    "single": Preset(expires_in_s=7 * DAY_S, max_uses=1),
    "team": Preset(expires_in_s=7 * DAY_S, max_uses=25),
    "event": Preset(expires_in_s=DAY_S, max_uses=100),
}
DEFAULT_PRESET = "single"


@dataclass(frozen=True, repr=False)
class CreatedInvite:
    """A new invite, with the token that is stored only encrypted."""

    invite: Invite
    token: str
    url: str


def invite_url(code: str) -> str:
    """The short link that people pass on."""
    return f"{settings.APP_URL}/i/{code}"


def create_invite(
    *,
    by: Standing,
    role: str = Member.Role.MEMBER,
    expires_in_s: int | None = None,
    max_uses: int | None = None,
    email: str = "",
    preset: str = DEFAULT_PRESET,
) -> CreatedInvite:
    """Make an invite that works both as a short code (v2) and as a long token (v1).

    What is not given comes from `preset`. Raises MeshError: "forbidden" for plain members, and
    for an admin who would make admins (roles are the owner's); "not_found" when the mesh was
    archived meanwhile.
    """
    by.require_manager()
    if role == Member.Role.ADMIN:
        by.require_owner()
    chosen = PRESETS[preset]
    lifetime = timedelta(seconds=expires_in_s or chosen.expires_in_s)
    invite = Invite(
        mesh=by.mesh,
        role=role,
        created_by=by.user,
        max_uses=max_uses or chosen.max_uses,
        expires_at=(timezone.now() + lifetime).replace(microsecond=0),
        email=email.strip().lower(),
    )
    for _ in range(CODE_ATTEMPTS):
        try:
            return _store(invite, by.actor)
        except IntegrityError:
            continue
    raise MeshError("overloaded")


@transaction.atomic
def _store(invite: Invite, actor: str) -> CreatedInvite:
    """Sign and insert under a fresh id and code. Raises IntegrityError when the code is taken."""
    mesh = Mesh.objects.select_for_update().filter(pk=invite.mesh_id).first()
    if mesh is None or mesh.archived_at is not None:
        raise MeshError("not_found", "You have no mesh of that name.")
    keys = ensure_keys(mesh)
    invite.id = new_id()
    invite.code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_CHARS))
    invite.canonical_v2 = canonical_v2(invite, keys.owner_pubkey)
    invite.signature_v2 = signing.sign(invite.canonical_v2, keys.owner_secret)
    token = _token_v1(invite, mesh, keys)
    invite.token = vault.encrypt(token.encode())
    invite.token_hash = token_hash(token)
    invite.save(force_insert=True)
    append(
        mesh_id=mesh.pk, type=events.INVITE_CREATED, actor=actor, payload=_created_payload(invite)
    )
    return CreatedInvite(invite=invite, token=token, url=invite_url(invite.code))


def _created_payload(invite: Invite) -> dict[str, Any]:
    """Neither code nor address: the log outlives both, and more people read it."""
    return {
        "invite": invite.pk,
        "role": str(invite.role),
        "max_uses": invite.max_uses,
        "expires_at": timestamp(invite.expires_at),
        "emailed": bool(invite.email),
    }


def canonical_v2(invite: Invite, owner_pubkey: str) -> str:
    """What the mesh's owner key signs for this invite."""
    expires_at_s = int(invite.expires_at.timestamp())
    return canonical.invite_v2(invite.mesh_id, invite.id, expires_at_s, invite.role, owner_pubkey)


def _token_v1(invite: Invite, mesh: Mesh, keys: MeshKeys) -> str:
    """base64url of the signed v1 payload. It holds the root key: whoever has it can read.

    `invite_id` is not signed. Without it two invites of one second would be the same token, and
    withdrawing one of them would not stop the other.
    """
    expires_at_s = int(invite.expires_at.timestamp())
    statement = canonical.invite_v1(
        mesh.pk,
        mesh.slug,
        settings.BROKER_URL,
        expires_at_s,
        keys.root_key_text,
        invite.role,
        keys.owner_pubkey,
    )
    payload = {
        "v": 1,
        "mesh_id": mesh.pk,
        "mesh_slug": mesh.slug,
        "broker_url": settings.BROKER_URL,
        "expires_at": expires_at_s,
        "mesh_root_key": keys.root_key_text,
        "role": invite.role,
        "owner_pubkey": keys.owner_pubkey,
        "invite_id": invite.pk,
        "signature": signing.sign(statement, keys.owner_secret),
    }
    return boxes.encode_key(json.dumps(payload, separators=(",", ":")).encode())


def token_hash(token: str) -> str:
    """SHA-256 in hex of a v1 token, however it is padded."""
    return hashlib.sha256(token.rstrip("=").encode()).hexdigest()


def stored_token(invite: Invite) -> str:
    """The v1 token of a stored invite. Raises vault.VaultError under a lost encryption key."""
    return vault.decrypt(invite.token).decode()


@transaction.atomic
def revoke_invite(*, by: Standing, invite_id: str) -> Invite:
    """Withdraw an invite; doing it twice changes nothing.

    Raises MeshError: "forbidden" for plain members, "not_found" for an invite of another mesh.
    """
    by.require_manager()
    lock_mesh(by.mesh.pk)
    own = Invite.objects.filter(mesh=by.mesh, pk=invite_id)
    revoked = own.filter(revoked_at__isnull=True).update(revoked_at=timezone.now())
    invite = own.first()
    if invite is None:
        raise MeshError("not_found", "This mesh has no such invitation.")
    if revoked:
        append(
            mesh_id=by.mesh.pk,
            type=events.INVITE_REVOKED,
            actor=by.actor,
            payload={"invite": invite.pk},
        )
    return invite
