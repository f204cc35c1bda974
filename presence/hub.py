"""Sessions of this node: by presence, by mesh, by member; and how many more there may be."""

import asyncio
import contextlib
from collections import Counter, defaultdict
from collections.abc import Iterator

from claudemesh_wire.errors import MeshError

from presence import metrics
from presence.session import Session


class Hub:
    """Counts a session from its reservation on, so that hellos at once cannot pass the caps."""

    def __init__(self, *, per_mesh: int, per_member: int) -> None:
        self._per_mesh = per_mesh
        self._per_member = per_member
        self._reserved: Counter[str] = Counter()
        self._sessions: dict[str, Session] = {}
        self._empty = asyncio.Event()
        self._empty.set()
        self._by_mesh: dict[str, dict[str, Session]] = defaultdict(dict)
        self._by_member: dict[str, dict[str, Session]] = defaultdict(dict)
        self._by_key: dict[tuple[str, str], Session] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def __iter__(self) -> Iterator[Session]:
        return iter(list(self._sessions.values()))

    def reserve(self, mesh_id: str, member_id: str, *, replacing: int = 0) -> None:
        """Keeps a place for a session to come. Raises MeshError `capacity`.

        `replacing` sessions of the same member will go when it comes.
        """
        if self._reserved[mesh_id] - replacing >= self._per_mesh:
            raise MeshError("capacity", "This mesh has as many sessions as it may.")
        if self._reserved[member_id] - replacing >= self._per_member:
            raise MeshError("capacity", "You have as many sessions on this mesh as you may.")
        self._reserved[mesh_id] += 1
        self._reserved[member_id] += 1

    def release(self, mesh_id: str, member_id: str) -> None:
        """Gives a reserved place back."""
        for key in (mesh_id, member_id):
            self._reserved[key] -= 1
            if self._reserved[key] <= 0:
                del self._reserved[key]

    def expects(self, mesh_id: str) -> bool:
        """True if a session of the mesh is here or about to come."""
        return self._reserved[mesh_id] > 0

    def add(self, session: Session) -> None:
        """Puts a session in its reserved place."""
        presence_id = session.peer.presence_id
        self._sessions[presence_id] = session
        self._empty.clear()
        self._by_mesh[session.mesh_id][presence_id] = session
        self._by_member[session.member_id][presence_id] = session
        self._by_key[(session.member_id, session.peer.session_key)] = session
        metrics.connections_active.set(len(self._sessions))

    def remove(self, session: Session) -> bool:
        """Takes a session out and gives its place back; false if it was out already."""
        presence_id = session.peer.presence_id
        if self._sessions.pop(presence_id, None) is None:
            return False
        _discard(self._by_mesh, session.mesh_id, presence_id)
        _discard(self._by_member, session.member_id, presence_id)
        key = (session.member_id, session.peer.session_key)
        if self._by_key.get(key) is session:
            del self._by_key[key]
        self.release(session.mesh_id, session.member_id)
        metrics.connections_active.set(len(self._sessions))
        if not self._sessions:
            self._empty.set()
        return True

    async def wait_until_empty(self, timeout_s: float) -> None:
        """Returns when the last session is gone, or after that time."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._empty.wait(), timeout_s)

    def get(self, presence_id: str) -> Session | None:
        """The session of a presence, if its socket is on this node."""
        return self._sessions.get(presence_id)

    def in_mesh(self, mesh_id: str) -> list[Session]:
        """Sessions of a mesh on this node."""
        return list(self._by_mesh.get(mesh_id, {}).values())

    def with_key(self, member_id: str, session_key: str) -> Session | None:
        """The member's session of that key, if its socket is on this node."""
        return self._by_key.get((member_id, session_key))

    def of_member(self, member_id: str) -> list[Session]:
        """Sessions of a member on this node, ephemeral ones too."""
        return list(self._by_member.get(member_id, {}).values())


def _discard(index: dict[str, dict[str, Session]], key: str, presence_id: str) -> None:
    sessions = index[key]
    del sessions[presence_id]
    if not sessions:
        del index[key]
