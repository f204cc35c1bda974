"""Hears what the layers below announce after commit, on whatever thread that is."""

from typing import Any

from django.db import transaction

from meshes.selectors import register_active_peer_counter
from meshes.signals import (
    member_returning,
    member_revoked,
    member_suspended,
    mesh_archived,
    roster_changed,
)
from presence.parcel import Parcel
from presence.runtime import current_if_any
from presence.storage.presences import count_connected
from presence.storage.revocations import withdraw_all


def connect() -> None:
    """Subscribes to the signals of meshes and lends it the count of connected peers."""
    roster_changed.connect(on_roster_changed, dispatch_uid="presence.roster_changed")
    mesh_archived.connect(on_mesh_archived, dispatch_uid="presence.mesh_archived")
    member_revoked.connect(on_member_out, dispatch_uid="presence.member_revoked")
    member_suspended.connect(on_member_out, dispatch_uid="presence.member_suspended")
    member_returning.connect(on_member_returning, dispatch_uid="presence.member_returning")
    register_active_peer_counter(count_connected)


def on_roster_changed(sender: Any, mesh_id: str, **_: Any) -> None:
    """Rereads the roster of a mesh that is held here, and rings the others."""
    runtime = current_if_any()
    if runtime is not None and runtime.loop is not None:
        runtime.loop.call_soon_threadsafe(runtime.reconciler.mesh_changed, mesh_id)


def on_member_out(sender: Any, mesh_id: str, member_id: str, **_: Any) -> None:
    """Closes the sockets of a banned or suspended member; a banned one's mail is withdrawn."""
    runtime = current_if_any()
    if runtime is not None and runtime.loop is not None:
        runtime.loop.call_soon_threadsafe(runtime.reconciler.member_out, mesh_id, member_id)


def on_member_returning(sender: Any, mesh_id: str, member_id: str, **_: Any) -> None:
    """What was on its way when the member was banned must not arrive after all, ever."""
    withdrawn = withdraw_all(member_id)
    if withdrawn:
        transaction.on_commit(lambda: _tell_senders(withdrawn), robust=True)


def _tell_senders(withdrawn: list[Parcel]) -> None:
    runtime = current_if_any()
    if runtime is not None and runtime.loop is not None:
        runtime.loop.call_soon_threadsafe(runtime.removals.tell_senders, withdrawn)


def on_mesh_archived(sender: Any, mesh_id: str, **_: Any) -> None:
    """Closes the sockets of a mesh that is no more."""
    runtime = current_if_any()
    if runtime is not None and runtime.loop is not None:
        runtime.loop.call_soon_threadsafe(runtime.reconciler.mesh_archived, mesh_id)
