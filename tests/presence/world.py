"""A mesh with its cast and a broker in this process; what tests of the realtime core stand on.

alice owns the mesh, bob and carol are members; mallory owns another one and is nobody here.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from claudemesh_wire.ids import new_id
from claudemesh_wire.signing import KeyPair, generate_keypair

from accounts.models import User
from meshes import services
from meshes.models import Member, Mesh
from presence.consumers import Connection
from presence.ledger import Ledger
from presence.roster import Roster
from presence.runtime import Runtime
from tests.asgi_transport import AsgiTransport
from tests.identities import Identity
from tests.wire_peer import WirePeer

T = TypeVar("T")
QUIET_ROUNDS = 8
STALL_S = 10.0


@dataclass
class World:
    """The mesh `acme` and whoever is connected to it."""

    mesh_id: str
    alice: Identity
    bob: Identity
    carol: Identity
    mallory: Identity
    runtime: Runtime
    transports: list[AsgiTransport] = field(default_factory=list)
    closed: bool = False

    @property
    def ledger(self) -> Ledger:
        """The ledger of the node."""
        return self.runtime.ledger

    @property
    def roster(self) -> Roster:
        """The roster of the mesh as this node holds it now."""
        roster = self.runtime.rosters.loaded(self.mesh_id)
        assert roster is not None, "nobody is connected, so this node holds no roster"
        return roster

    def open(self, who: Identity, *, address: str = "127.0.0.1") -> WirePeer:
        """A socket that has not said hello."""
        transport = AsgiTransport(self._serve, address=address)
        self.transports.append(transport)
        return WirePeer(transport, who)

    async def connect(self, who: Identity, **fields: Any) -> WirePeer:
        """A socket that has said hello; `version=1` for a client in the field."""
        peer = self.open(who)
        await peer.say_hello(**fields)
        return peer

    async def again(self, before: WirePeer, **fields: Any) -> WirePeer:
        """The same session on a new socket."""
        peer = self.open(before.identity)
        peer.session = before.session
        await peer.say_hello(**fields)
        return peer

    async def stored(self, work: Callable[[], T]) -> T:
        """Runs a query where the broker runs its own."""
        return await self.ledger.call(work)

    async def quiet(self) -> None:
        """Returns once everything set off so far has come to rest, background reads included."""
        for _ in range(QUIET_ROUNDS):
            await asyncio.sleep(0)
            await self.ledger.flush()
            await self.ledger.call(lambda: None)

    @asynccontextmanager
    async def stalled_database(self) -> AsyncIterator[None]:
        """Inside, the database thread stands still; what is entered meanwhile shares a batch."""
        released = threading.Event()
        stalled = asyncio.ensure_future(self.ledger.call(lambda: released.wait(STALL_S)))
        await asyncio.sleep(0)
        self.ledger._under_way += 1  # so that the next batch forms
        try:
            yield
            for _ in range(QUIET_ROUNDS * 5):
                await asyncio.sleep(0)
        finally:
            self.ledger._under_way -= 1
            self.ledger._start()
            released.set()
            await stalled

    async def join(self, name: str, **fields: Any) -> Identity:
        """One more member of the mesh; keyword arguments are columns of `Member`."""
        return await self.stored(lambda: add_member(self.mesh_id, name, **fields))

    @asynccontextmanager
    async def second_node(self) -> "AsyncIterator[World]":
        """Another node on the same database; between the two there is no channel layer."""
        node = replace(self, runtime=await start_node(Runtime(self.runtime.config)), transports=[])
        try:
            yield node
        finally:
            await node.close()

    async def _serve(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        await receive()  # websocket.connect, as MeshConsumer takes it
        await Connection(self.runtime, scope, receive, send).serve()

    async def close(self) -> None:
        """Stops the node as a signal would, then lets go of sockets that never said hello."""
        if self.closed:
            return
        self.closed = True
        await self.runtime.drain()
        for transport in self.transports:
            await transport.drop()


async def start_node(runtime: Runtime) -> Runtime:
    """Starts a node without its clock: sweeps run when a test says so."""
    runtime.tasks.every = lambda *_: None  # type: ignore[method-assign]
    await runtime.start()
    return runtime


def add_member(mesh_id: str, name: str, **fields: Any) -> Identity:
    """A member row with a key of its own."""
    keys = generate_keypair()
    columns = {"pubkey": keys.public, "display_name": name} | fields
    member = Member.objects.create(mesh_id=mesh_id, **columns)
    services.roster.touch(mesh_id)
    return Identity(mesh_id, member.id, name, keys)


def new_mesh(name: str, owner: str, keys: KeyPair) -> tuple[Mesh, Identity]:
    """A mesh, and its owner."""
    user = User.objects.create_user(f"{owner}-{new_id()}@example.com", name=owner)
    made = services.create_mesh(owner=user, name=name, pubkey=keys.public, display_name=owner)
    return made.mesh, Identity(made.mesh.id, made.member.id, owner, keys)
