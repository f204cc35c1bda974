"""From push to inbox: open, check the sender's key, keep; the ack comes after that."""

from claudemesh_wire.broker import Push

from claudemesh_cli.config import MeshEntry
from claudemesh_cli.session.opening import Opened, open_push
from claudemesh_cli.store.inbox import Received
from claudemesh_cli.store.store import Store


def is_system(push: Push) -> bool:
    """True for peer events, which are no messages: nobody keeps or acks them."""
    return push.subtype == "system"


def receive(store: Store, entry: MeshEntry, session_secret: str, push: Push) -> bool:
    """Keep a pushed message, on disk when this returns. False if it was known already."""
    if store.inbox.known(entry.mesh_id, push.message_id):
        return False
    opened = open_push(push, entry, session_secret)
    return store.inbox.add(_received(store, entry, push, opened))


def _received(store: Store, entry: MeshEntry, push: Push, opened: Opened) -> Received:
    member = push.sender_member_pubkey or ""
    error = opened.error
    changed = opened.text is not None and _key_changed(store, entry, push)
    if changed:
        error = "The key behind this name has changed."
    return Received(
        mesh_id=entry.mesh_id,
        message_id=push.message_id,
        state="failed" if opened.text is None else "held" if changed else "ok",
        text=opened.text,
        error=error,
        sender_name=push.sender_name or "",
        sender_member=member,
        sender_session=push.sender_pubkey,
        verified=bool(member) and store.pins.is_verified(entry.mesh_id, member),
        encryption=opened.encryption,
        priority=push.priority,
        target=push.target_spec or "",
        subtype=push.subtype or "",
        sent_at=push.created_at,
    )


def _key_changed(store: Store, entry: MeshEntry, push: Push) -> bool:
    member = push.sender_member_pubkey
    if not member or not push.sender_name or member == entry.pubkey:
        return False
    return store.pins.check(entry.mesh_id, push.sender_name, member) == "changed"
