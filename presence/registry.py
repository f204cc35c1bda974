"""The rosters this node holds: loaded with the first session of a mesh, kept while it has any."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from presence.ledger import Ledger
from presence.peer import Peer
from presence.roster import Roster
from presence.storage.rosters import RosterReading, read_roster


@dataclass(slots=True)
class _Reading:
    """A reading under way; `begun` once the database thread has turned to it."""

    task: "asyncio.Task[Roster | None] | None" = None
    begun: bool = False


class Rosters:
    """Rosters by mesh id. Peers of this node are only ever changed in memory first.

    `on_own` is told how the database has each of them, None for gone.
    """

    def __init__(self, ledger: Ledger, node_id: str, *, on_load: Callable[[str], None]) -> None:
        self._ledger = ledger
        self._on_load = on_load
        self._node_id = node_id
        self.on_own: Callable[[Peer, Peer | None], None] = lambda peer, read: None
        self._rosters: dict[str, Roster] = {}
        self._loading: dict[str, _Reading] = {}
        self.on_gone: Callable[[Peer], None] = lambda peer: None

    def loaded(self, mesh_id: str) -> Roster | None:
        """The roster if this node holds it; reads nothing."""
        return self._rosters.get(mesh_id)

    def mesh_ids(self) -> list[str]:
        """Meshes this node holds."""
        return list(self._rosters)

    async def get(self, mesh_id: str) -> Roster | None:
        """The roster, read if need be; None if there is no such mesh."""
        return self._rosters.get(mesh_id) or await self.refresh(mesh_id)

    async def refresh(self, mesh_id: str) -> Roster | None:
        """The roster as the database has it now. Callers at the same time share one reading.

        A reading that has begun is not shared: it may have missed what the caller knows of.
        """
        reading = self._loading.get(mesh_id)
        if reading is None or reading.begun:
            reading = self._loading[mesh_id] = _Reading()
            reading.task = asyncio.ensure_future(self._read(mesh_id, reading))
        assert reading.task is not None
        return await asyncio.shield(reading.task)

    def keep(self, roster: Roster) -> Roster:
        """The roster this node holds: `roster` if it was dropped since it was read."""
        held = self._rosters.get(roster.mesh.id)
        if held is None:
            held = self._rosters[roster.mesh.id] = roster
            self._on_load(roster.mesh.id)
        return held

    def drop(self, mesh_id: str) -> None:
        """Forgets a roster nobody here needs any more."""
        self._rosters.pop(mesh_id, None)

    async def _read(self, mesh_id: str, shared: _Reading) -> Roster | None:
        def work() -> RosterReading | None:
            shared.begun = True
            return read_roster(mesh_id)

        try:
            reading = await self._ledger.call(work)
        finally:
            if self._loading.get(mesh_id) is shared:
                del self._loading[mesh_id]
        if reading is None:
            self._rosters.pop(mesh_id, None)
            return None
        roster = self._rosters.get(mesh_id)
        if roster is None:
            roster = self._rosters[mesh_id] = Roster(reading.mesh)
            self._on_load(mesh_id)
        if reading.mesh.version >= roster.mesh.version:
            roster.replace_members(reading.mesh, reading.members)
        self._merge(roster, reading)
        return roster

    def _merge(self, roster: Roster, reading: RosterReading) -> None:
        """Takes peers of other nodes as read; those with a session here are known better."""
        read = {peer.presence_id: peer for peer in reading.peers}
        for peer in list(roster.peers.values()):
            if peer.session is not None:
                self.on_own(peer, read.get(peer.presence_id))
            elif peer.presence_id not in read:
                roster.remove(peer.presence_id)
                self.on_gone(peer)
        for peer in read.values():
            if self._is_news(roster.peers.get(peer.presence_id), peer):
                roster.add(peer)

    def _is_news(self, known: Peer | None, read: Peer) -> bool:
        if known is not None:
            return known.session is None
        return read.node_id != self._node_id or read.lease_expires_at is not None
