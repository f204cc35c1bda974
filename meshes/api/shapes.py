"""What the meshes API answers with: plain dictionaries, never a secret at rest."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from accounts.models import User
from meshes import policy
from meshes.models import Invite, Member, Mesh
from meshes.selectors import Standing
from meshes.services.invites import CreatedInvite, invite_url
from meshes.services.joining import Claim
from meshes.services.meshes import CreatedMesh
from meshes.services.syncing import SyncedMesh


def created_mesh(created: CreatedMesh) -> dict[str, Any]:
    mesh = created.mesh
    return {
        "id": mesh.pk,
        "slug": mesh.slug,
        "name": mesh.name,
        "member_id": created.member.pk,
        "sealed_root_key": created.sealed_root_key,
        "broker_url": settings.BROKER_URL,
    }


def mesh(changed: Mesh) -> dict[str, Any]:
    return {
        "id": changed.pk,
        "slug": changed.slug,
        "name": changed.name,
        "policy": policy.effective(changed.policy),
    }


def joined_mesh(standing: Standing, *, member_count: int, active_peers: int) -> dict[str, Any]:
    joined = standing.member.joined_at if standing.member else standing.mesh.created_at
    return {
        **my_mesh(standing, member_count=member_count),
        "is_owner": standing.is_owner,
        "active_peers": active_peers,
        "joined_at": joined,
        "broker_url": settings.BROKER_URL,
    }


def my_mesh(standing: Standing, *, member_count: int) -> dict[str, Any]:
    return {
        "id": standing.mesh.pk,
        "slug": standing.mesh.slug,
        "name": standing.mesh.name,
        "role": standing.role.value,
        "member_count": member_count,
    }


def created_invite(created: CreatedInvite, *, emailed: bool) -> dict[str, Any]:
    return {
        "url": created.url,
        "code": created.invite.code,
        "token": created.token,
        "expires_at": created.invite.expires_at,
        "emailed": emailed,
        "invite_id": created.invite.pk,
    }


def listed_invite(invite: Invite) -> dict[str, Any]:
    """An invite in a list; without the token, which holds the root key."""
    return {
        "id": invite.pk,
        "code": invite.code,
        "url": invite_url(invite.code),
        "role": invite.role,
        "email": invite.email,
        "status": invite.status(),
        "max_uses": invite.max_uses,
        "used_count": invite.used_count,
        "uses_left": invite.uses_left,
        "created_by": invite.created_by.display_name if invite.created_by else None,
        "created_at": invite.created_at,
        "expires_at": invite.expires_at,
        "revoked_at": invite.revoked_at,
    }


def member(shown: Member, *, to: User) -> dict[str, Any]:
    return {
        "id": shown.pk,
        "display_name": shown.display_name,
        "pubkey": shown.pubkey,
        "role": shown.role,
        "role_tag": shown.role_tag,
        "groups": shown.groups,
        "message_mode": shown.message_mode,
        "joined_at": shown.joined_at,
        "suspended": shown.suspended_at is not None,
        "is_you": shown.user_id == to.pk,
    }


def synced_mesh(synced: SyncedMesh) -> dict[str, Any]:
    """The root key only for a key that was proven, and that asked for it."""
    shown = {
        "mesh_id": synced.mesh.pk,
        "slug": synced.mesh.slug,
        "name": synced.mesh.name,
        "broker_url": settings.BROKER_URL,
        "member_id": synced.member.pk,
        "role": synced.member.role,
        "owner_pubkey": synced.mesh.owner_pubkey,
    }
    sealed = {"sealed_root_key": synced.sealed_root_key} if synced.sealed_root_key else {}
    return shown | sealed


def claim(claimed: Claim) -> dict[str, Any]:
    return {
        "sealed_root_key": claimed.sealed_root_key,
        "mesh_id": claimed.mesh.pk,
        "member_id": claimed.joined.member.pk,
        "owner_pubkey": claimed.mesh.owner_pubkey,
        "canonical_v2": claimed.invite.canonical_v2,
        "signature": claimed.invite.signature_v2,
        "mesh_slug": claimed.mesh.slug,
        "mesh_name": claimed.mesh.name,
        "broker_url": settings.BROKER_URL,
    }
