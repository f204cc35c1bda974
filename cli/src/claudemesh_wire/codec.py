"""Bytes to typed messages and back; decides nothing about what a message means.

`DecodeFailure` is the only exception that leaves the decoders, whatever the input is.
"""

import re
from typing import Any

import msgspec

from claudemesh_wire.broker import BrokerMessage
from claudemesh_wire.client import ClientMessage
from claudemesh_wire.fields import RequestId

_encoder = msgspec.json.Encoder()
_client_decoder: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)
_broker_decoder: msgspec.json.Decoder[BrokerMessage] = msgspec.json.Decoder(BrokerMessage)

#: A NUL inside a JSON string; databases cannot store it. Bare control characters and lone
#: surrogates are refused by the JSON decoder itself (RFC 8259, section 7).
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class _Envelope(msgspec.Struct):
    type: str
    id: Any = None
    req_id: Any = msgspec.field(name="_reqId", default=None)


_envelope_decoder = msgspec.json.Decoder(_Envelope)
_TYPES = frozenset(str(kind.__struct_config__.tag) for kind in ClientMessage.__args__)


class DecodeFailure(Exception):
    """A frame that is no message.

    `code` is `malformed` or `unknown_type`; `junk` is true if the frame is not even a JSON
    object with a type; `kind`, `id` and `req_id` are what could be read of it.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        junk: bool = False,
        kind: str = "",
        id: str | None = None,
        req_id: RequestId | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.junk = junk
        self.kind = kind
        self.id = id
        self.req_id = req_id


def encode(message: msgspec.Struct) -> str:
    """The JSON text of a message."""
    return _encoder.encode(message).decode()


def decode_client(frame: str) -> ClientMessage:
    """The typed message in a text frame from a client. Raises DecodeFailure."""
    try:
        message = _client_decoder.decode(frame)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise _failure(frame, error) from None
    if "\\u0000" in frame and _NUL.search(frame):
        raise DecodeFailure(
            "malformed",
            "Texts must not contain NUL characters.",
            kind=str(message.__struct_config__.tag),
            id=getattr(message, "id", None),
            req_id=message.req_id,
        )
    return message


def decode_broker(frame: str) -> BrokerMessage:
    """The typed message in a text frame from a broker. Raises DecodeFailure."""
    try:
        return _broker_decoder.decode(frame)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise _failure(frame, error) from None


def _failure(frame: str, error: Exception) -> DecodeFailure:
    try:
        envelope = _envelope_decoder.decode(frame)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return DecodeFailure("malformed", "A frame is one JSON object with a type.", junk=True)
    req_id = envelope.req_id if isinstance(envelope.req_id, str | int) else None
    message_id = envelope.id if isinstance(envelope.id, str) else None
    if envelope.type in _TYPES:
        return DecodeFailure(
            "malformed", str(error), kind=envelope.type, id=message_id, req_id=req_id
        )
    return DecodeFailure(
        "unknown_type", "This broker does not know that message type.", req_id=req_id
    )
