"""Hooks that came a little before the presence they speak for."""

from django.db.models import Q

from presence.clock import now
from presence.models import PendingStatus
from presence.peer import Peer


def take_pending(peers: list[Peer]) -> dict[str, str]:
    """Statuses that waited for these peers, by presence id; they wait no longer."""
    if not peers or not PendingStatus.objects.filter(expires_at__gt=now()).exists():
        return {}
    found: dict[str, str] = {}
    for peer in peers:
        row = _waiting_for(peer)
        if row is not None:
            found[peer.presence_id] = row.status
            row.delete()
    return found


def _waiting_for(peer: Peer) -> PendingStatus | None:
    same_process = Q(pid=peer.details.pid or 0, cwd=peer.details.cwd or "")
    signed = Q(mesh_member_id=peer.member_id) & (Q(session_id=peer.session_id) | same_process)
    unsigned = Q(
        mesh_member_id="",
        session_id=peer.session_id,
        cwd=peer.details.cwd or "",
        remote_addr=peer.remote_addr,
    )
    waiting = PendingStatus.objects.filter(signed | unsigned, expires_at__gt=now())
    return waiting.order_by("-created_at").first()
