"""send, client_ack and message_status: messages from their sender's and receiver's side."""

from claudemesh_wire.broker import MessageStatusResult
from claudemesh_wire.client import ClientAck, MessageStatus, Send
from claudemesh_wire.errors import MeshError
from claudemesh_wire.ids import new_id

from presence.clock import monotonic, now
from presence.outgoing import Submission, refuse
from presence.parcel import StoredMessage
from presence.runtime import Runtime
from presence.session import Session
from presence.storage.status import message_status as read_status
from presence.storage.status import settle_by_message
from presence.targets import is_direct


async def send(runtime: Runtime, session: Session, message: Send) -> None:
    """Checks a send and submits it; its answer is an `ack`, refused or not."""
    try:
        runtime.send_limit.take(session.member_id)
        _check_size(runtime, message)
        encryption = _encryption(runtime, session, message)
    except MeshError as error:
        refuse(session, message, error)
        return
    runtime.outgoing.submit(Submission(session, message, _stored(session, message, encryption)))


async def client_ack(runtime: Runtime, session: Session, message: ClientAck) -> None:
    """Settles a push. What was settled long ago is looked up; what is unknown is ignored."""
    parcel = session.window.find(message.message_id)
    if parcel is not None:
        runtime.pusher.settle(session, parcel, message.stage)
        return
    peer = session.peer
    settled = await runtime.ledger.call(
        lambda: settle_by_message(peer.member_id, peer.address, message.message_id, message.stage)
    )
    if settled is not None:
        runtime.receipts.send(settled, message.stage)


async def message_status(
    runtime: Runtime, session: Session, message: MessageStatus
) -> MessageStatusResult:
    """How far one's own message has come. Raises MeshError `not_found` for anybody else's."""
    roster = runtime.rosters.loaded(session.mesh_id)
    result = await runtime.ledger.call(
        lambda: read_status(session.member_id, session.mesh_id, message.message_id, roster)
    )
    if result is None:
        raise MeshError("not_found", "You have sent no message with that id.")
    return result


def _check_size(runtime: Runtime, message: Send) -> None:
    size = _bytes(message.nonce) + _bytes(message.ciphertext) + _bytes(message.target_spec)
    limit = runtime.config.max_message_bytes
    if size > limit:
        raise MeshError("too_large", f"The message has {size} bytes, {limit} is the most.")


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _encryption(runtime: Runtime, session: Session, message: Send) -> str:
    """How the message is encrypted. Raises MeshError `plaintext_refused`, `bad_target`.

    Older clients say nothing: to a key that means a box, to a group plain text.
    """
    if is_direct(message.target_spec):
        encryption = message.encryption or "box"
    else:
        encryption = message.encryption or "none"
    if encryption != "none":
        return encryption
    roster = runtime.rosters.loaded(session.mesh_id)
    if roster is None or not roster.mesh.allows_plaintext:
        raise MeshError("plaintext_refused")
    return encryption


def _stored(session: Session, message: Send, encryption: str) -> StoredMessage:
    peer = session.peer
    return StoredMessage(
        id=new_id(),
        mesh_id=peer.mesh_id,
        sender_id=peer.member_id,
        sender_member_key=peer.member_key,
        sender_key=peer.session_key,
        sender_name=peer.name,
        client_id=message.id or "",
        target_spec=message.target_spec,
        priority=message.priority,
        nonce=message.nonce,
        ciphertext=message.ciphertext,
        encryption=encryption,
        key_epoch=message.key_epoch,
        created_at=now(),
        received_at=monotonic(),
    )
