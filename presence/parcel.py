"""A parcel: one delivery in memory, with the frame that carries it. Stores nothing."""

from dataclasses import dataclass, field
from datetime import datetime

from claudemesh_wire.broker import Push
from claudemesh_wire.codec import encode

from presence.clock import iso
from presence.frames import TextFrame


@dataclass(slots=True, eq=False)
class StoredMessage:
    """A message as stored, shared by all its parcels; frames are encoded once.

    `sender_key` is the sender's session key or "", `size` the bytes that count in a window.
    """

    id: str
    mesh_id: str
    sender_id: str
    sender_member_key: str
    sender_key: str
    sender_name: str
    client_id: str
    target_spec: str
    priority: str
    nonce: str
    ciphertext: str
    encryption: str
    key_epoch: int | None
    created_at: datetime
    received_at: float | None = None
    subtype: str = ""
    _frames: dict[tuple[bool, int], TextFrame] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of the body."""
        return len(self.ciphertext) + len(self.nonce)

    @property
    def is_plaintext(self) -> bool:
        """True for what an older client sent unencrypted to a group or everybody."""
        return self.encryption == "none"

    def frame(self, protocol_version: int, attempt: int) -> TextFrame:
        """The push frame for a client of that version; the first attempt goes unnumbered."""
        hide_sender = self.is_plaintext and protocol_version == 1
        repeated = attempt if attempt > 1 else 0
        frame = self._frames.get((hide_sender, repeated))
        if frame is None:
            frame = TextFrame(encode(self._push(hide_sender=hide_sender, attempt=repeated)))
            if not repeated:
                self._frames[(hide_sender, repeated)] = frame
        return frame

    def _push(self, *, hide_sender: bool, attempt: int) -> Push:
        return Push(
            message_id=self.id,
            mesh_id=self.mesh_id,
            sender_pubkey="" if hide_sender else self.sender_key or self.sender_member_key,
            priority=self.priority,
            nonce=self.nonce,
            ciphertext=self.ciphertext,
            created_at=iso(self.created_at),
            sender_member_pubkey=self.sender_member_key,
            sender_name=self.sender_name,
            target_spec=self.target_spec,
            key_epoch=self.key_epoch,
            encryption=self.encryption or None,
            client_id=self.client_id or None,
            attempt=attempt or None,
            subtype=self.subtype or None,
        )


@dataclass(slots=True, eq=False)
class Parcel:
    """One delivery of a message. `address` "" means any session of the member.

    `recipient_key` is the session key, or the member key where there is none.
    """

    delivery_id: int
    message: StoredMessage
    member_id: str
    address: str
    recipient_key: str
    recipient_name: str
    attempt: int = 1
    state: str = "pending"

    def frame_for(self, protocol_version: int) -> TextFrame:
        """The frame that pushes this parcel."""
        return self.message.frame(protocol_version, self.attempt)
