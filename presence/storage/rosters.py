"""Reads a mesh's roster: the mesh row, members with what is left of their sessions, presences."""

from dataclasses import dataclass
from typing import Any

from claudemesh_wire.fields import GroupRef, Stats
from django.db import connection

from meshes.models import Member, Mesh
from presence.models import PeerState, Presence
from presence.peer import Details, Peer, profile_of
from presence.roster import MemberView, MeshView
from storing.bulk import fetch

_VERSIONS = (
    f"SELECT id, roster_version FROM {Mesh._meta.db_table}"
    " WHERE id = ANY(%b::text[]) AND archived_at IS NULL"
)


@dataclass(frozen=True, slots=True)
class RosterReading:
    """A consistent reading; `peers` have no session."""

    mesh: MeshView
    members: list[MemberView]
    peers: list[Peer]


def read_versions(mesh_ids: list[str]) -> dict[str, int]:
    """Roster versions by mesh id; archived meshes are left out, so that they never match."""
    if connection.vendor == "postgresql":
        return {row[0]: row[1] for row in fetch(_VERSIONS, [mesh_ids])}
    rows = Mesh.objects.filter(id__in=mesh_ids, archived_at=None)
    return dict(rows.values_list("id", "roster_version"))


def read_roster(mesh_id: str) -> RosterReading | None:
    """The roster of a mesh; None if there is no such mesh."""
    mesh = Mesh.objects.filter(id=mesh_id).first()
    if mesh is None:
        return None
    states = {s.member_id: s for s in PeerState.objects.filter(member__mesh_id=mesh_id)}
    members = [_member(m, states.get(m.id)) for m in Member.objects.filter(mesh_id=mesh_id)]
    keys = {m.id: m.pubkey for m in members}
    peers = [
        peer_from_row(row, keys[row.member_id])
        for row in Presence.objects.filter(mesh_id=mesh_id, member_id__in=keys)
    ]
    return RosterReading(_mesh(mesh), members, peers)


def read_peer(presence_id: str, member_key: str) -> Peer | None:
    """One presence as a peer without a session; None if it is gone."""
    row = Presence.objects.filter(id=presence_id).first()
    return peer_from_row(row, member_key) if row is not None else None


def groups_from(value: list[dict[str, Any]]) -> list[GroupRef]:
    """Stored groups as wire structs."""
    return [GroupRef(name=g["name"], role=g.get("role")) for g in value]


def groups_to(groups: list[GroupRef]) -> list[dict[str, str]]:
    """Wire groups as stored."""
    return [{"name": g.name} | ({"role": g.role} if g.role else {}) for g in groups]


def peer_from_row(row: Presence, member_key: str) -> Peer:
    """A presence row as a peer without a session."""
    return Peer(
        presence_id=row.id,
        mesh_id=row.mesh_id,
        member_id=row.member_id,
        member_key=member_key,
        node_id=row.node_id,
        session_id=row.session_id,
        session_key=row.session_key,
        name=row.display_name,
        groups=groups_from(row.groups),
        connected_at=row.connected_at,
        last_seen_at=row.last_seen_at,
        status_at=row.status_at,
        status=row.status,
        status_source=row.status_source,
        summary=row.summary,
        visible=row.visible,
        remote_addr=row.remote_addr,
        details=Details(**row.details),
        stats=Stats(**row.stats),
        lease_expires_at=row.lease_expires_at,
    )


def _mesh(mesh: Mesh) -> MeshView:
    return MeshView(
        id=mesh.id,
        slug=mesh.slug,
        name=mesh.name,
        version=mesh.roster_version,
        policy=mesh.policy,
        key_epoch=mesh.key_epoch,
        archived=mesh.archived_at is not None,
    )


def _member(member: Member, state: PeerState | None) -> MemberView:
    return MemberView(
        id=member.id,
        pubkey=member.pubkey,
        name=member.display_name,
        role=member.role,
        role_tag=member.role_tag,
        message_mode=member.message_mode,
        groups=groups_from(member.groups),
        last_groups=groups_from(state.groups) if state else [],
        grants=member.grants,
        profile=profile_of(state.profile) if state else None,
        revoked=member.revoked_at is not None,
        bind_until=member.bind_until,
        suspended=member.suspended_at is not None,
    )
