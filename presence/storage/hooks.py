"""Hooks that came a little before the presence they speak for."""

from presence.clock import now
from presence.models import PendingStatus
from presence.peer import Peer


def take_pending(peers: list[Peer]) -> dict[str, str]:
    """Statuses that waited for these peers, by presence id; they wait no longer."""
    waiting = list(PendingStatus.objects.filter(expires_at__gt=now()).order_by("id"))
    found: dict[str, str] = {}
    taken: list[int] = []
    for peer in peers if waiting else ():
        rows = [row for row in waiting if _is_for(row, peer)]
        if rows:
            found[peer.presence_id] = rows[-1].status
            taken += [row.pk for row in rows]
    if taken:
        PendingStatus.objects.filter(id__in=taken).delete()
    return found


def _is_for(row: PendingStatus, peer: Peer) -> bool:
    """Signed: the member's session or process. Unsigned: session, directory and address."""
    same_session, same_cwd = row.session_id == peer.session_id, row.cwd == (peer.details.cwd or "")
    if row.mesh_member_id:
        same_process = same_cwd and row.pid == peer.details.pid
        return row.mesh_member_id == peer.member_id and (same_session or same_process)
    return same_session and same_cwd and row.remote_addr == peer.remote_addr
