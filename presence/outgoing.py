"""From a checked `send` to a stored message: resolve, enter, answer. The heart of routing."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta

from claudemesh_wire.broker import Ack
from claudemesh_wire.capabilities import BROADCAST, DM
from claudemesh_wire.client import Send
from claudemesh_wire.errors import MeshError

from presence import metrics
from presence.clock import monotonic, now
from presence.core import Core
from presence.drafts import Draft, Outcome, Recorded, Repeated
from presence.parcel import StoredMessage
from presence.pushing import Pusher
from presence.roster import Roster
from presence.session import Session
from presence.storage.answers import find_answer
from presence.targets import Resolution, Sender, resolve

MAX_RELOADS = 5


@dataclass(slots=True, eq=False)
class Submission:
    """A send on its way; `turn` keeps the order in which sends came in."""

    session: Session
    request: Send
    message: StoredMessage
    turn: int = 0
    reloads: int = 0


class Outgoing:
    """Resolves against the roster, enters the ledger, answers the sender.

    When the roster proves stale, sends of that mesh wait for its reload and go on in order.
    """

    def __init__(self, core: Core, *, pusher: Pusher) -> None:
        self._config = core.config
        self._rosters = core.rosters
        self._ledger = core.ledger
        self._pusher = pusher
        self._doorbell = core.doorbell
        self._turn = 0
        self._tasks = core.tasks
        self._entered: Counter[str] = Counter()
        self._waiting: dict[str, list[Submission]] = defaultdict(list)
        self._reloading: set[str] = set()

    def submit(self, submission: Submission) -> None:
        """Takes a send; the answer goes to its session, whatever happens."""
        self._turn += 1
        submission.turn = self._turn
        self._enter_or_wait(submission)

    def _enter_or_wait(self, submission: Submission) -> None:
        mesh_id = submission.session.mesh_id
        if mesh_id not in self._waiting:
            self._enter(submission)
        elif len(self._waiting[mesh_id]) < self._config.ledger_max_backlog:
            self._waiting[mesh_id].append(submission)
        else:
            refuse(submission.session, submission.request, MeshError("overloaded"))

    def _enter(self, submission: Submission) -> None:
        roster = self._rosters.loaded(submission.session.mesh_id)
        try:
            if roster is None:
                raise MeshError("unauthorized")
            self._ledger.record(self._draft(submission, roster))
            self._entered[roster.mesh.id] += 1
        except MeshError as error:
            if error.code == "no_recipient" and self._may_be_elsewhere(submission):
                self._reload(submission)
            elif roster is not None and error.code in ("no_recipient", "blocked"):
                self._tasks.start(self._refuse_if_true(submission, roster.mesh.version, error))
            else:
                refuse(submission.session, submission.request, error)

    async def _refuse_if_true(self, submission: Submission, version: int, error: MeshError) -> None:
        """Refuses what the roster of that version refuses, unless a newer one may not.

        A send that was stored before gets its first answer, even if it would fail now.
        """
        message = submission.message
        try:
            before, current = await self._ledger.call(lambda: find_answer(message))
        except MeshError as unavailable:
            before, current, error = None, version, unavailable
        if isinstance(before, Repeated):
            _acknowledge(submission, before, duplicate=True)
        elif current != version and not submission.reloads:
            self._reload(submission)
        else:
            refuse(submission.session, submission.request, error)

    def _draft(self, submission: Submission, roster: Roster) -> Draft:
        resolution = self._resolve(submission, roster)
        request = submission.request
        lifetime_s = min(
            request.expires_in or self._config.message_ttl_s, self._config.message_ttl_s
        )
        return Draft(
            message=submission.message,
            recipients=resolution.recipients,
            matched=resolution.matched,
            online=resolution.online,
            roster_version=roster.mesh.version,
            expires_at=now() + timedelta(seconds=lifetime_s),
            done=lambda draft, outcome: self._finish(submission, draft, outcome),
            audited=roster.mesh.audits_messages,
        )

    def _resolve(self, submission: Submission, roster: Roster) -> Resolution:
        peer = submission.session.peer
        member = roster.members.get(peer.member_id)
        if member is None or member.revoked or roster.mesh.archived:
            raise MeshError("revoked")
        if member.suspended:
            raise MeshError("device_revoked")
        sender = Sender(peer.member_id, peer.member_key, peer.session_key, peer.presence_id)
        request = submission.request
        return resolve(roster, sender, request.target_spec, hold=bool(request.hold))

    def _may_be_elsewhere(self, submission: Submission) -> bool:
        """True if another node may know a recipient that this one has not heard of."""
        return self._doorbell.enabled and not submission.reloads

    def _finish(self, submission: Submission, draft: Draft, outcome: Outcome) -> None:
        mesh_id = submission.session.mesh_id
        self._entered[mesh_id] -= 1
        if isinstance(outcome, Recorded):
            self._stored(submission, draft, outcome)
        elif isinstance(outcome, Repeated):
            _acknowledge(submission, outcome, duplicate=True)
        elif outcome.code == "stale":
            self._reload(submission)
        else:
            refuse(submission.session, submission.request, MeshError(outcome.code))
        if not self._entered[mesh_id]:
            del self._entered[mesh_id]
            self._release(mesh_id)

    def _stored(self, submission: Submission, draft: Draft, outcome: Recorded) -> None:
        message = submission.message
        repeated = Repeated(message.id, draft.matched, draft.online)
        _acknowledge(submission, repeated, duplicate=False)
        metrics.messages_routed.labels(message.priority).inc()
        if draft.matched > len(draft.recipients):
            left_out = draft.matched - len(draft.recipients)
            metrics.messages_dropped_by_grant.labels(BROADCAST).inc(left_out)
        if message.received_at is not None:
            metrics.send_to_ack.observe(monotonic() - message.received_at)
        self._pusher.deliver(message.mesh_id, outcome.parcels)
        if self._doorbell.enabled:
            members = sorted({parcel.member_id for parcel in outcome.parcels})
            self._doorbell.ring_mail(message.mesh_id, members)

    def _reload(self, submission: Submission) -> None:
        mesh_id = submission.session.mesh_id
        submission.reloads += 1
        if submission.reloads > MAX_RELOADS:
            refuse(submission.session, submission.request, MeshError("unavailable"))
            return
        self._waiting[mesh_id].append(submission)
        if mesh_id not in self._reloading:
            self._reloading.add(mesh_id)
            self._tasks.start(self._reload_roster(mesh_id))

    async def _reload_roster(self, mesh_id: str) -> None:
        try:
            await self._rosters.refresh(mesh_id)
        except MeshError as error:
            for submission in self._waiting.pop(mesh_id, []):
                refuse(submission.session, submission.request, error)
        finally:
            self._reloading.discard(mesh_id)
        self._release(mesh_id)

    def _release(self, mesh_id: str) -> None:
        """Lets waiting sends go on once the roster is fresh and older ones have their answer."""
        if mesh_id in self._reloading or self._entered.get(mesh_id) or mesh_id not in self._waiting:
            return
        for submission in sorted(self._waiting.pop(mesh_id), key=lambda s: s.turn):
            self._enter_or_wait(submission)


def refuse(session: Session, request: Send, error: MeshError) -> None:
    """Answers a send that was not stored."""
    metrics.messages_rejected.labels(error.code).inc()
    if error.code == "blocked":
        metrics.messages_dropped_by_grant.labels(DM).inc()
    session.reply(
        Ack(
            req_id=request.req_id,
            id=request.id or "",
            message_id="",
            queued=False,
            error=f"{error.code}: {error.message}",
            retry_after_ms=error.retry_after_ms,
        )
    )


def _acknowledge(submission: Submission, outcome: Repeated, *, duplicate: bool) -> None:
    submission.session.reply(
        Ack(
            req_id=submission.request.req_id,
            id=submission.request.id or "",
            message_id=outcome.message_id,
            queued=True,
            recipients=outcome.matched,
            online=outcome.online,
            duplicate=duplicate or None,
        )
    )
