"""A status hook of a coding agent: finds the presence it speaks for, or waits for it."""

from dataclasses import dataclass
from datetime import timedelta

from claudemesh_wire import canonical
from claudemesh_wire.errors import MeshError
from claudemesh_wire.signing import verify
from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet

from meshes.membership import check_welcome
from meshes.models import Member
from presence.clock import millis, now
from presence.models import LastHook, PendingStatus, Presence
from presence.runtime import presence_changed
from presence.statuses import StatusRecord, decide

SKEW_S = 60
PENDING_S = 10


@dataclass(frozen=True, slots=True)
class Hook:
    """What a hook says. `member_id` "" is the unsigned form of older clients."""

    session_id: str
    cwd: str
    pid: int
    status: str
    remote_addr: str
    member_id: str = ""
    timestamp: int = 0
    signature: str = ""


@dataclass(frozen=True, slots=True)
class HookResult:
    """The presence whose status it was; "" when the hook waits for it."""

    presence_id: str
    pending: bool


def receive(hook: Hook) -> HookResult:
    """Applies a hook by the precedence of statuses.

    Raises MeshError "replayed" for a signed hook no newer than the last one of its session. A
    hook that fits no presence waits for one, the unsigned form too, so that nobody can probe
    for sessions with it.
    """
    with transaction.atomic():
        if hook.member_id:
            _advance(hook)
        row = _find(hook)
        if row is None:
            _wait(hook)
            return HookResult("", pending=True)
        apply(row, hook.status)
    return HookResult(row.id, pending=False)


def apply(row: Presence, status: str) -> None:
    """Sets a presence's status from a hook; its node hears of it after the commit.

    A hook is a sign of life of the agent, also when the status stays as it is.
    """
    current = StatusRecord(row.status, row.status_source, row.status_at)
    moment = now()
    record = decide(current, StatusRecord(status, "hook", moment))
    row.status, row.status_source, row.status_at = record.status, record.source, record.at
    row.last_seen_at = moment
    row.save(update_fields=["status", "status_source", "status_at", "last_seen_at"])
    transaction.on_commit(lambda: presence_changed(row.mesh_id, row.id), robust=True)


def check_signed(hook: Hook) -> None:
    """Raises MeshError: "timestamp_skew", "unauthorized", "bad_signature", "revoked",
    "device_revoked".
    """
    if abs(millis() - hook.timestamp) > SKEW_S * 1000:
        raise MeshError("timestamp_skew")
    member = Member.objects.filter(id=hook.member_id, mesh__archived_at=None).first()
    if member is None or not member.pubkey:
        raise MeshError("unauthorized")
    try:
        signed = canonical.hook(hook.member_id, hook.session_id, hook.status, hook.timestamp)
    except canonical.CanonicalError as error:
        raise MeshError("malformed", str(error)) from None
    if not verify(signed, hook.signature, member.pubkey):
        raise MeshError("bad_signature")
    check_welcome(member)


def _advance(hook: Hook) -> None:
    """Notes the hook as the newest of its session: an old `idle` must not undo a `working`."""
    values = {
        "timestamp": hook.timestamp,
        "expires_at": now() + timedelta(seconds=2 * SKEW_S),
    }
    own = LastHook.objects.filter(member_id=hook.member_id, session_id=hook.session_id)
    for _ in range(2):  # two first hooks at once: the later one to be stored is compared
        if own.filter(timestamp__lt=hook.timestamp).update(**values):
            return
        try:
            with transaction.atomic():
                LastHook.objects.create(
                    member_id=hook.member_id, session_id=hook.session_id, **values
                )
        except IntegrityError:
            continue
        return
    raise MeshError("replayed", "A hook of this session as new as this one was here before.")


def _find(hook: Hook) -> Presence | None:
    """The connected presence a hook speaks for, locked."""
    connected = Presence.objects.filter(disconnected_at=None)
    rows: QuerySet[Presence] = connected.order_by("-connected_at", "-id")
    if connection.features.has_select_for_update:
        rows = rows.select_for_update()
    if not hook.member_id:
        return rows.filter(
            session_id=hook.session_id, details__cwd=hook.cwd, remote_addr=hook.remote_addr
        ).first()
    own = rows.filter(member_id=hook.member_id)
    same_process = Q(details__pid=hook.pid, details__cwd=hook.cwd)
    return own.filter(session_id=hook.session_id).first() or own.filter(same_process).first()


def _wait(hook: Hook) -> None:
    PendingStatus.objects.create(
        mesh_member_id=hook.member_id,
        session_id=hook.session_id,
        pid=hook.pid,
        cwd=hook.cwd,
        remote_addr=hook.remote_addr,
        status=hook.status,
        created_at=now(),
        expires_at=now() + timedelta(seconds=PENDING_S),
    )
