"""join_group and leave_group. A leading @ is dropped: it marks a group, it is not its name."""

from claudemesh_wire.client import JoinGroup, LeaveGroup
from claudemesh_wire.errors import MeshError
from claudemesh_wire.fields import MAX_GROUPS, GroupRef

from presence.handlers.reply import DONE, Done
from presence.runtime import Runtime
from presence.session import Session


async def join_group(runtime: Runtime, session: Session, message: JoinGroup) -> Done:
    """Joins a group, or changes one's role in it."""
    peer = runtime.acting.peer(session)
    name = message.name.removeprefix("@")
    others = [group for group in peer.groups if group.name != name]
    if len(others) >= MAX_GROUPS:
        raise MeshError("too_large", f"A session may be in {MAX_GROUPS} groups at most.")
    joined = [*others, GroupRef(name=name, role=message.role)]
    await runtime.acting.change(peer, groups=joined)
    return DONE


async def leave_group(runtime: Runtime, session: Session, message: LeaveGroup) -> Done:
    """Leaves a group; leaving one that one is not in changes nothing."""
    peer = runtime.acting.peer(session)
    name = message.name.removeprefix("@")
    left = [group for group in peer.groups if group.name != name]
    await runtime.acting.change(peer, groups=left)
    return DONE
