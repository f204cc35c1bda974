"""set_state, get_state, list_state: values that the whole mesh shares, and the news of them."""

from claudemesh_wire.broker import StateChange, StateList, StateResult
from claudemesh_wire.client import GetState, ListState, SetState
from claudemesh_wire.codec import encode
from claudemesh_wire.errors import MeshError
from claudemesh_wire.fields import StateEntry as StateRow
from msgspec import Raw

from meshes import state_grants
from meshes.models import StateEntry
from meshes.services import state
from meshes.shared import visible_state
from presence.clock import iso
from presence.handlers.reply import DONE, Done
from presence.roster import MemberView, Roster
from presence.runtime import Runtime
from presence.session import Session


async def set_state(runtime: Runtime, session: Session, message: SetState) -> Done:
    """Writes a value, or removes it (null), and tells every other session, one's own too.

    Members with whom grants forbid it hear nothing. Raises MeshError `rate_limit`, `too_large`,
    `forbidden`.
    """
    runtime.shared_limit.take(session.member_id)
    limits = state.StateLimits(
        keys=runtime.config.max_state_keys,
        value_bytes=runtime.config.max_state_value_bytes,
        total_bytes=runtime.config.max_state_bytes,
    )
    written = await runtime.ledger.call(
        lambda: state.set_state(
            mesh_id=session.mesh_id,
            member_id=session.member_id,
            session_key=session.peer.session_key,
            key=message.key,
            value=message.value,
            limits=limits,
        )
    )
    roster = await _roster_as_of(runtime, session.mesh_id, written.roster_version)
    news = StateChange(key=message.key, value=message.value, updated_by=written.by)
    runtime.announcer.tell(
        session.mesh_id, not_members=_untold(roster, session), text=encode(news), but=session
    )
    return DONE


async def get_state(runtime: Runtime, session: Session, message: GetState) -> StateResult:
    """Reads a value; an empty answer if it is unset, or not for this member to see."""
    entries = await _entries(runtime, session, message.key)
    if not entries:
        return StateResult()
    entry = entries[0]
    return StateResult(
        key=entry.key,
        value=Raw(entry.value.encode()),
        updated_by=entry.updated_by_name,
        updated_at=iso(entry.updated_at),
    )


async def list_state(runtime: Runtime, session: Session, message: ListState) -> StateList:
    """Every value that this member may see, by key."""
    return StateList(
        entries=[
            StateRow(
                key=entry.key,
                value=Raw(entry.value.encode()),
                updated_by=entry.updated_by_name,
                updated_at=iso(entry.updated_at),
            )
            for entry in await _entries(runtime, session)
        ]
    )


async def _entries(runtime: Runtime, session: Session, key: str | None = None) -> list[StateEntry]:
    return await runtime.ledger.call(
        lambda: visible_state(
            mesh_id=session.mesh_id,
            member_id=session.member_id,
            session_key=session.peer.session_key,
            key=key,
        )
    )


async def _roster_as_of(runtime: Runtime, mesh_id: str, version: int) -> Roster:
    """The roster, not older than the version the write was checked by."""
    roster = runtime.rosters.loaded(mesh_id)
    if roster is None or roster.mesh.version < version:
        roster = await runtime.rosters.refresh(mesh_id)
    if roster is None:
        raise MeshError("unauthorized")
    return roster


def _untold(roster: Roster, session: Session) -> set[str]:
    """Members who may not see what the writer writes, or do not want to hear of it."""
    writer = roster.members.get(session.member_id)
    if writer is None:
        raise MeshError("unauthorized")
    own_keys = [writer.pubkey, session.peer.session_key]
    return {
        member.id
        for member in roster.members.values()
        if member is not writer
        and not (
            state_grants.may_read(writer.grants, _keys(roster, member))
            and state_grants.may_write(member.grants, own_keys)
        )
    }


def _keys(roster: Roster, member: MemberView) -> list[str]:
    """The keys a grant to a member may stand under, the member key first."""
    return [member.pubkey, *(peer.session_key for peer in roster.peers_of(member.id))]
