"""A session comes onto the mesh: admitted by the ledger, listed, announced, given its mail."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from claudemesh_wire.close_codes import CloseCode
from claudemesh_wire.errors import MeshError
from claudemesh_wire.fields import GroupRef

from presence import metrics
from presence.announcing import Announcer
from presence.arrival import Admission, Arrival, Replaced
from presence.clock import iso, now
from presence.core import Core
from presence.peer import Peer
from presence.pushing import Pusher
from presence.receipts import Receipts
from presence.removals import Removals, removed_sentence
from presence.roster import MemberView, Roster
from presence.session import Session

HELLO_SKEW_S = 60
MAX_RELOADS = 3


@dataclass(slots=True, eq=False)
class Candidate:
    """A verified hello. `signature` is set for version 1 only: it may be used once."""

    session: Session
    groups: list[GroupRef] | None
    signature: str


class Comings:
    """Turns a candidate into a listed session."""

    def __init__(
        self,
        core: Core,
        *,
        pusher: Pusher,
        receipts: Receipts,
        announcer: Announcer,
        removals: Removals,
    ) -> None:
        self._hub = core.hub
        self._rosters = core.rosters
        self._ledger = core.ledger
        self._pusher = pusher
        self._receipts = receipts
        self._announcer = announcer
        self._removals = removals
        self._doorbell = core.doorbell
        self._tasks = core.tasks

    async def admit(self, candidate: Candidate, roster: Roster) -> Admission:
        """Stores and lists the session. Raises MeshError `capacity`, `replayed`, `revoked`, …

        The caller sends `hello_ack` and then calls `settle_in`.
        """
        peer = candidate.session.peer
        self._reserve(candidate, roster)
        roster = self._rosters.keep(roster)
        try:
            admission = await self._admit(candidate, roster)
            await self._removals.check_welcome(peer)
        except BaseException:
            self._hub.release(peer.mesh_id, peer.member_id)
            raise
        self._list(candidate.session, admission, roster)
        return admission

    def settle_in(self, session: Session, admission: Admission) -> None:
        """After `hello_ack`: tells the others, and reads the mail that waits."""
        metrics.connections.inc()
        for parcel in admission.undeliverable:
            self._receipts.send(parcel, "undeliverable", "session_gone")
        if session.ephemeral:
            return
        self._announce(session, admission)
        self._doorbell.ring_roster(session.mesh_id)
        if admission.has_mail:
            self._pusher.refill(session)

    def _reserve(self, candidate: Candidate, roster: Roster) -> None:
        peer = candidate.session.peer
        here = [twin for twin in roster.twins(peer) if twin.session is not None]
        self._hub.reserve(peer.mesh_id, peer.member_id, replacing=len(here))

    async def _admit(self, candidate: Candidate, roster: Roster) -> Admission:
        """Enters the arrival; a stale roster is read again and the member checked again."""
        peer = candidate.session.peer
        for _ in range(MAX_RELOADS):
            member = check_member(roster, peer.member_id, peer.member_key)
            if candidate.signature:
                check_claimed_key(roster, peer)
            admission = await self._enter(candidate, roster, member)
            if not admission.refused:
                return admission
            if admission.refused != "stale":
                raise MeshError(admission.refused)
            fresh = await self._rosters.refresh(peer.mesh_id)
            if fresh is None:
                raise MeshError("unauthorized")
            roster = fresh
        raise MeshError("unavailable")

    def _enter(
        self, candidate: Candidate, roster: Roster, member: MemberView
    ) -> "asyncio.Future[Admission]":
        answer: asyncio.Future[Admission] = asyncio.get_running_loop().create_future()

        def done(admission: Admission) -> None:
            if not answer.done():
                answer.set_result(admission)

        self._ledger.admit(
            Arrival(
                peer=candidate.session.peer,
                groups=candidate.groups,
                default_groups=member.groups,
                ephemeral=candidate.session.ephemeral,
                roster_version=roster.mesh.version,
                signature=candidate.signature,
                signature_expires_at=now() + timedelta(seconds=2 * HELLO_SKEW_S),
                done=done,
            )
        )
        return answer

    def _list(self, session: Session, admission: Admission, roster: Roster) -> None:
        peer = session.peer
        peer.groups = admission.groups or []
        if admission.restored is not None:
            peer.summary = admission.restored.summary
            peer.visible = admission.restored.visible
        if admission.resumed is not None:
            peer.status, peer.stats = admission.resumed.status, admission.resumed.stats
            peer.status_source = admission.resumed.status_source
            peer.status_at = admission.resumed.status_at
        if admission.hook_status:
            peer.status, peer.status_source = admission.hook_status, "hook"
        for replaced in admission.replaced:
            self._replace(roster, replaced)
        self._hub.add(session)
        peer.session = session
        if not session.ephemeral:
            self._evict_usurper(roster, peer)
            roster.add(peer)

    def _replace(self, roster: Roster, replaced: Replaced) -> None:
        """The older presence goes silently; its socket is closed wherever it is."""
        older = roster.remove(replaced.presence_id)
        if older is not None and older.session is not None:
            self._hub.remove(older.session)
            older.session.outbound.close(1000, "session_replaced")
            older.session = None
        elif replaced.was_connected:
            self._doorbell.ring_close(
                roster.mesh.id, replaced.presence_id, 1000, "session_replaced"
            )

    def _evict_usurper(self, roster: Roster, peer: Peer) -> None:
        """Somebody who claimed this session's key, unproven, while it was away."""
        other = roster.peer_by_key(peer.session_key)
        if other is not None and other.member_id != peer.member_id and other.session is not None:
            other.session.outbound.close(CloseCode.REFUSED, "bad_session_pubkey")

    def _announce(self, session: Session, admission: Admission) -> None:
        if admission.replaced:
            return
        restored = admission.restored
        if restored is None or restored.last_seen_at is None:
            self._announcer.joined(session.peer)
        else:
            self._announcer.returned(
                session.peer,
                last_seen_at=iso(restored.last_seen_at),
                summary=restored.summary,
            )


def check_claimed_key(roster: Roster, peer: Peer) -> None:
    """Raises `bad_session_pubkey` for a key of somebody else.

    Version 1 proves no session key; whoever could claim another one's would get its mail.
    """
    member, holder = roster.member_by_key(peer.session_key), roster.peer_by_key(peer.session_key)
    owners = {member.id if member else peer.member_id, (holder or peer).member_id}
    if owners != {peer.member_id}:
        raise MeshError("bad_session_pubkey", "That session key is somebody else's.")


def check_member(roster: Roster, member_id: str, member_key: str) -> MemberView:
    """The member who says hello. Raises MeshError `unauthorized`, `revoked`, `device_revoked`."""
    member = roster.members.get(member_id)
    if member is None or roster.mesh.archived or member.pubkey != member_key:
        raise MeshError("unauthorized")
    if member.revoked:
        raise MeshError(
            "revoked",
            removed_sentence(roster.mesh.name),
        )
    if member.suspended:
        raise MeshError("device_revoked")
    return member
