"""Rings other nodes over the channel layer. A ring may be lost: reconciling makes up for it.

A node subscribes once a mesh it holds, whatever the number of its sessions.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from channels.layers import InMemoryChannelLayer, get_channel_layer

from presence import metrics
from presence.tasks import Tasks

logger = logging.getLogger(__name__)

Ring = dict[str, Any]
RETRY_S = 1.0
#: Rings after which a mesh looks different to who watches it.
CHANGES = frozenset({"roster", "change", "archived"})


class Doorbell:
    """Sends rings to the group of a mesh and hands those of other nodes to `on_ring`.

    With the in-memory layer there is only one node: `enabled` is false and nothing is sent.
    `on_change` is told of meshes that look different now, whichever node changed them.
    """

    def __init__(self, node_id: str, tasks: Tasks) -> None:
        self._layer = get_channel_layer()
        self._node_id = node_id
        self._tasks = tasks
        self._channel = ""
        self.enabled = not isinstance(self._layer, InMemoryChannelLayer)
        self.on_ring: Callable[[Ring], None] = lambda ring: None
        self.on_change: Callable[[str], None] = lambda mesh_id: None

    async def listen(self) -> None:
        """Hears rings until canceled; a broken layer is tried again every second."""
        while True:
            try:
                await self._listen()
            except asyncio.CancelledError:
                raise
            except Exception:
                logger.exception("the channel layer cannot be heard, trying again")
                await asyncio.sleep(RETRY_S)

    def subscribe(self, mesh_id: str) -> None:
        """Joins the group of a mesh."""
        self._tasks.start(self._group("group_add", mesh_id))

    def unsubscribe(self, mesh_id: str) -> None:
        """Leaves the group of a mesh."""
        self._tasks.start(self._group("group_discard", mesh_id))

    def ring_mail(self, mesh_id: str, member_ids: list[str]) -> None:
        """There is mail for these members."""
        self._ring(mesh_id, {"kind": "mail", "members": member_ids})

    def ring_roster(self, mesh_id: str) -> None:
        """Members or presences have changed: read them again."""
        self._ring(mesh_id, {"kind": "roster"})

    def ring_event(self, mesh_id: str, *, not_members: Iterable[str], text: str) -> None:
        """A frame for everybody on the mesh but these members."""
        self._ring(mesh_id, {"kind": "event", "not_members": list(not_members), "text": text})

    def ring_receipt(self, mesh_id: str, *, member_id: str, session_key: str, text: str) -> None:
        """A receipt for one session."""
        ring = {"kind": "receipt", "member": member_id, "session_key": session_key, "text": text}
        self._ring(mesh_id, ring)

    def ring_close(self, mesh_id: str, presence_id: str, code: int, reason: str) -> None:
        """A socket to be closed."""
        self._ring(
            mesh_id, {"kind": "close", "presence": presence_id, "code": code, "reason": reason}
        )

    def ring_change(self, mesh_id: str, presence_id: str) -> None:
        """What a presence says of itself was changed in the database."""
        self._ring(mesh_id, {"kind": "change", "presence": presence_id})

    def ring_archived(self, mesh_id: str) -> None:
        """A mesh was closed."""
        self._ring(mesh_id, {"kind": "archived"})

    def _ring(self, mesh_id: str, ring: Ring) -> None:
        if ring["kind"] in CHANGES:
            self.on_change(mesh_id)
        if self.enabled:
            metrics.doorbell_rings.inc()
            envelope = {"type": "ring", "mesh": mesh_id, "from": self._node_id, "at": time.time()}
            self._tasks.start(self._send(mesh_id, envelope | ring))

    async def _send(self, mesh_id: str, ring: Ring) -> None:
        try:
            await self._layer.group_send(f"mesh.{mesh_id}", ring)
        except Exception as error:  # whatever the layer raises, a ring may be lost
            logger.warning("a doorbell could not be rung: %s", error)

    async def _group(self, method: str, mesh_id: str) -> None:
        if self.enabled and self._channel:
            await getattr(self._layer, method)(f"mesh.{mesh_id}", self._channel)

    async def _listen(self) -> None:
        self._channel = await self._layer.new_channel()
        while True:
            ring = await self._layer.receive(self._channel)
            if ring["from"] != self._node_id:
                metrics.doorbell_lag.observe(max(0.0, time.time() - ring["at"]))
                self.on_ring(ring)
                if ring["kind"] in CHANGES:
                    self.on_change(ring["mesh"])
