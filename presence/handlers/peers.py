"""list_peers and mesh_info: who is there, and the mesh in numbers."""

from claudemesh_wire.broker import MeshInfoResult, PeersList
from claudemesh_wire.capabilities import READ
from claudemesh_wire.client import ListPeers, MeshInfo
from claudemesh_wire.errors import MeshError
from claudemesh_wire.fields import TaskCounts

from meshes.shared import count_memories, visible_state
from presence.roster import Roster
from presence.runtime import Runtime
from presence.session import Session


async def list_peers(runtime: Runtime, session: Session, message: ListPeers) -> PeersList:
    """Everybody on the mesh, own sessions included."""
    roster = _roster(runtime, session)
    asker = session.peer
    rows = []
    for peer in roster.peers.values():
        member = roster.members.get(peer.member_id)
        if member is None or not member.welcome:
            continue
        own = peer.member_id == asker.member_id
        readable = own or member.allows(asker.member_key, asker.session_key, READ)
        rows.append(peer.info(member, details=readable))
    return PeersList(peers=rows, stale=True if runtime.reconciler.is_stale() else None)


async def mesh_info(runtime: Runtime, session: Session, message: MeshInfo) -> MeshInfoResult:
    """The mesh in numbers, and who one is on it."""
    keys, memory_count = await runtime.ledger.call(lambda: _shared(session))
    roster = _roster(runtime, session)
    groups = {group.name for peer in roster.peers.values() for group in peer.groups}
    return MeshInfoResult(
        mesh=roster.mesh.name,
        peers=len(roster.peers),
        groups=sorted(f"@{name}" for name in groups),
        state_keys=keys,
        memory_count=memory_count,
        file_count=0,
        tasks=TaskCounts(),
        streams=[],
        tables=[],
        collections=[],
        your_name=session.peer.name,
        your_groups=session.peer.groups,
    )


def _shared(session: Session) -> tuple[list[str], int]:
    """The keys of shared state that this member may see, and how many memories there are."""
    entries = visible_state(
        mesh_id=session.mesh_id,
        member_id=session.member_id,
        session_key=session.peer.session_key,
    )
    return [entry.key for entry in entries], count_memories(session.mesh_id)


def _roster(runtime: Runtime, session: Session) -> Roster:
    roster = runtime.rosters.loaded(session.mesh_id)
    if roster is None:
        raise MeshError("unauthorized")
    return roster
