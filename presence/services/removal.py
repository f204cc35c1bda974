"""Disconnecting and kicking from outside the WebSocket: the pages and the admin, in any thread.

Banning is `meshes.services.bans`; the signal after its commit closes the sockets.
"""

import asyncio
from collections.abc import Callable, Collection
from concurrent.futures import TimeoutError as WaitTimeout
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import TypeVar

from claudemesh_wire.close_codes import CloseCode
from claudemesh_wire.errors import MeshError
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from meshes.membership import managing_member
from presence.clock import now
from presence.models import Presence
from presence.peer import Peer
from presence.runtime import Runtime, current_if_any
from presence.storage.removing import How, take_off
from presence.storage.rosters import peer_from_row

T = TypeVar("T")

#: A request waits so long for the node's loop; what was begun is finished all the same.
WAIT_S = 10.0
#: More ids than a mesh may have sessions were never ticked on a page.
MAX_NAMED = 1_000


class Kind(Enum):
    """What happens to the sockets: clients come back from DISCONNECT by themselves."""

    DISCONNECT = (CloseCode.DONE, "disconnected")
    KICK = (CloseCode.KICKED, "kicked")


@dataclass(frozen=True, slots=True)
class Order:
    """Whom to take off which mesh, at whose word. `presence_ids` None: everybody else."""

    mesh_id: str
    by_member_id: str
    kind: Kind
    presence_ids: frozenset[str] | None

    @property
    def how(self) -> How:
        """As the audit log names it."""
        return "all" if self.presence_ids is None else "one"


def remove(
    *,
    mesh_id: str,
    by_member_id: str,
    kind: Kind,
    presence_ids: Collection[str] | None = None,
) -> list[str]:
    """Ends presences of a mesh on behalf of its owner or an admin; the names of those it ended.

    The caller has made sure that it is the account of that member which asks.

    Ids of other meshes and of presences that are gone count as nobody. The manager's own
    sessions are left alone. "" for `by_member_id` is the broker's operator. Raises MeshError:
    `forbidden` for anybody but a manager, `not_found` when none of the ids is there, `invalid`
    when all of them are the manager's own, `unavailable`.
    """
    named = None if presence_ids is None else frozenset(list(presence_ids)[:MAX_NAMED])
    order = Order(mesh_id, by_member_id, kind, named)
    runtime = current_if_any()
    if runtime is None or not _serves(runtime):
        return _in_database(order)
    return _on_loop(runtime, order)


def _serves(runtime: Runtime) -> bool:
    return runtime.loop is not None and runtime.loop.is_running() and not runtime.draining


def _on_loop(runtime: Runtime, order: Order) -> list[str]:
    """By the node in this process: sockets here close at once, other nodes are rung."""
    assert runtime.loop is not None
    work = asyncio.run_coroutine_threadsafe(_remove(runtime, order), runtime.loop)
    try:
        return work.result(WAIT_S)
    except WaitTimeout as error:
        raise MeshError("unavailable") from error


async def _remove(runtime: Runtime, order: Order) -> list[str]:
    rows = await runtime.ledger.call(lambda: _meant(order))
    here = {session.peer.presence_id: session.peer for session in runtime.hub}
    peers = [here.get(peer.presence_id, peer) for peer in rows]
    code, reason = order.kind.value
    return await runtime.removals.remove(
        peers, code, reason, by_member_id=order.by_member_id, by_account=True, how=order.how
    )


def _in_database(order: Order) -> list[str]:
    """Without sockets of its own: the nodes that have them notice when they reconcile."""
    lease = timedelta(seconds=settings.PRESENCE_LEASE_S)
    taken = _atomically(
        lambda: take_off(
            _meant(order),
            by_member_id=order.by_member_id,
            by_account=True,
            how=order.how,
            node_id="",
            untold_until=now() + lease if order.kind is Kind.KICK else None,
        )
    )
    return [peer.name for peer in taken.peers]


def _atomically(work: Callable[[], T]) -> T:
    with transaction.atomic():
        return work()


def _meant(order: Order) -> list[Peer]:
    """The presences meant, without those of the manager's own. Raises MeshError, see `remove`."""
    own = Q(member_id=order.by_member_id)
    if order.by_member_id:
        manager = managing_member(order.mesh_id, order.by_member_id, by_account=True)
        if order.presence_ids is None and manager.user_id is not None:
            own |= Q(member__user_id=manager.user_id)
    found = Presence.objects.filter(mesh_id=order.mesh_id).select_related("member")
    if order.presence_ids is not None:
        found = found.filter(id__in=order.presence_ids)
    rows = list(found.exclude(own).order_by("id"))
    if not rows and order.presence_ids is not None:
        if found.exists():
            raise MeshError("invalid", "That is your own session; end it yourself.")
        raise MeshError("not_found", "That session is gone already.")
    return [peer_from_row(row, row.member.pubkey) for row in rows]
