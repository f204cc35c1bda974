"""Ends presences at somebody's word, and remembers kicks that could not be told on the spot."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import Q

from audit import chains, events
from audit.services import append
from meshes.membership import lock_mesh, managing_member
from meshes.models import Member
from presence.clock import now
from presence.models import Presence, UntoldKick
from presence.peer import Peer
from presence.storage.departures import Ended, end
from presence.storage.rosters import peer_from_row

#: Who was meant: some by name, those silent for long, or everybody.
How = Literal["one", "stale", "all"]
_UNWELCOME = Q(revoked_at__isnull=False) | Q(suspended_at__isnull=False)


@dataclass(frozen=True, slots=True)
class TakenOff:
    """Presences that were ended, as peers without a session, and what became of their mail."""

    peers: list[Peer]
    ended: list[Ended]


def take_off(
    peers: list[Peer],
    *,
    by_member_id: str,
    how: How,
    node_id: str,
    untold_until: datetime | None,
    by_account: bool = False,
) -> TakenOff:
    """Ends presences on behalf of a manager ("": of the broker), and what replaced them meanwhile.

    `by_account`: it is its account that asks, see `managing_member`. `untold_until` is given for
    a kick: sessions without a socket on this node are noted until then. Runs inside the caller's
    transaction. Raises MeshError `forbidden`, `device_revoked`.
    """
    if peers and by_member_id:
        lock_mesh(peers[0].mesh_id)  # against a ban or a suspension of the manager meanwhile
        managing_member(peers[0].mesh_id, by_member_id, by_account=by_account)
    seen = {peer.presence_id: peer.last_seen_at for peer in peers}
    rows = _rows_of(peers)
    if untold_until is not None:
        in_lease = {peer.presence_id for peer in peers if not peer.connected}
        away = [r for r in rows if r.node_id != node_id or r.disconnected_at is not None]
        away += [r for r in rows if r.id in in_lease and r not in away]
        _note_kicks(away, untold_until)
    taken = _end(rows, seen)
    event = events.PEERS_DISCONNECTED if untold_until is None else events.PEERS_KICKED
    _append(event, taken.peers, by_member_id or chains.BROKER, how)
    return taken


def _append(event: str, peers: list[Peer], actor: str, how: How) -> None:
    """Comes last: whoever holds the lock of a log waits for nothing else."""
    if peers:
        targets = [{"member": peer.member_id, "name": peer.name} for peer in peers]
        payload = {"targets": targets, "how": how}
        append(mesh_id=peers[0].mesh_id, type=event, actor=actor, payload=payload)


def take_off_member(member_id: str, closed: Iterable[Peer]) -> TakenOff:
    """Ends all presences of an unwelcome member; of one let back meanwhile only those closed."""
    seen = {peer.presence_id: peer.last_seen_at for peer in closed}
    unwelcome = Member.objects.filter(_UNWELCOME, id=member_id).exists()
    wanted = Q(id__in=seen) | Q(member_id=member_id) if unwelcome else Q(id__in=seen)
    return _end(list(Presence.objects.filter(wanted).select_related("member")), seen)


def presences_of_unwelcome(limit: int) -> list[Peer]:
    """What is left of members put out by a node that did not live to finish."""
    out = Q(member__revoked_at__isnull=False) | Q(member__suspended_at__isnull=False)
    rows = Presence.objects.filter(out).select_related("member")
    return [peer_from_row(row, row.member.pubkey) for row in rows.order_by("id")[:limit]]


def was_kicked(presence_id: str) -> bool:
    """True if that presence was ended by a kick it was not told of; it counts as told now."""
    return bool(UntoldKick.objects.filter(presence_id=presence_id).delete()[0])


def spend_untold_kicks(peers: list[Peer]) -> set[str]:
    """Those of arriving peers, by presence id, whose session was kicked while its line was down.

    They count as told now: their next hello is as good as anybody's.
    """
    members = {peer.member_id for peer in peers}
    noted = UntoldKick.objects.filter(member_id__in=members, expires_at__gt=now())
    untold = {(row.member_id, row.session_id, row.session_key): row for row in noted}
    if not untold:
        return set()
    met = {p.presence_id: (p.member_id, p.session_id, p.session_key) for p in peers}
    kicked = {presence_id: untold[key] for presence_id, key in met.items() if key in untold}
    UntoldKick.objects.filter(presence_id__in=[row.pk for row in kicked.values()]).delete()
    return set(kicked)


def note_seen(last_seen: dict[str, datetime]) -> None:
    """Writes the last sign of life of sessions, by presence id, for the other nodes to read."""
    for presence_id, moment in last_seen.items():
        Presence.objects.filter(id=presence_id).update(last_seen_at=moment)


def _rows_of(peers: list[Peer]) -> list[Presence]:
    """Their rows; and where a session came back meanwhile, the row that replaced its old one."""
    ids = [peer.presence_id for peer in peers]
    rows = list(Presence.objects.filter(id__in=ids).select_related("member"))
    found = {row.id for row in rows}
    for peer in peers:
        if peer.presence_id not in found:
            rows += Presence.objects.filter(
                member_id=peer.member_id,
                session_id=peer.session_id,
                session_key=peer.session_key,
            ).select_related("member")
    return list({row.id: row for row in rows}.values())


def _note_kicks(rows: list[Presence], until: datetime) -> None:
    UntoldKick.objects.bulk_create(
        [
            UntoldKick(
                presence_id=row.id,
                member_id=row.member_id,
                session_id=row.session_id,
                session_key=row.session_key,
                expires_at=until,
            )
            for row in rows
        ],
        ignore_conflicts=True,
    )


def _end(rows: list[Presence], seen: dict[str, datetime]) -> TakenOff:
    peers = [peer_from_row(row, row.member.pubkey) for row in rows]
    return TakenOff(peers, end({row.id: seen.get(row.id, row.last_seen_at) for row in rows}))
