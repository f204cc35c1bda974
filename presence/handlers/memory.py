"""remember, recall, forget: notes that a mesh keeps, found again by their words."""

from claudemesh_wire.broker import MemoryResults, MemoryStored
from claudemesh_wire.client import Forget, Recall, Remember
from claudemesh_wire.fields import Memory as MemoryRow
from claudemesh_wire.ids import new_id

from meshes.recall import recall as search
from meshes.services import memories
from presence.clock import iso
from presence.handlers.reply import DONE, Done
from presence.runtime import Runtime
from presence.session import Session


async def remember(runtime: Runtime, session: Session, message: Remember) -> MemoryStored:
    """Stores a note. Raises MeshError `rate_limit`, `too_large`, `malformed` for a blank one."""
    runtime.shared_limit.take(session.member_id)
    memory_id = new_id()
    config = runtime.config
    await runtime.ledger.call(
        lambda: memories.remember(
            mesh_id=session.mesh_id,
            member_id=session.member_id,
            memory_id=memory_id,
            content=message.content,
            tags=message.tags or [],
            max_bytes=config.max_memory_bytes,
            max_memories=config.max_memories,
        )
    )
    return MemoryStored(id=memory_id)


async def recall(runtime: Runtime, session: Session, message: Recall) -> MemoryResults:
    """Notes that match, best first; the newest for an empty query. Raises `rate_limit`."""
    runtime.shared_limit.take(session.member_id)
    found = await runtime.ledger.call(
        lambda: search(mesh_id=session.mesh_id, member_id=session.member_id, query=message.query)
    )
    return MemoryResults(
        memories=[
            MemoryRow(
                id=row.public_id,
                content=row.content,
                tags=row.tag_list,
                remembered_by=row.remembered_by_name,
                remembered_at=iso(row.remembered_at),
            )
            for row in found
        ]
    )


async def forget(runtime: Runtime, session: Session, message: Forget) -> Done:
    """Removes a note. Raises MeshError `not_found` for one that is not this member's to remove."""
    await runtime.ledger.call(
        lambda: memories.forget(
            mesh_id=session.mesh_id, member_id=session.member_id, memory_id=message.memory_id
        )
    )
    return DONE
