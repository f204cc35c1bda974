"""The floor: the broker's own server carrying the same frames with nothing in between.

It believes every hello, stores nothing, checks nothing, and relays a send to the addressed socket
or to all of its mesh. What the broker costs beyond this is what the broker does.
"""

import os
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from benchmarks.broker.garbage import collect_on_signal

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Said(msgspec.Struct, rename="camel"):
    """What a floor reads of a client's frame."""

    type: str
    id: str = ""
    mesh_id: str = ""
    session_pubkey: str = ""
    target_spec: str = ""
    nonce: str = ""
    ciphertext: str = ""


decode = msgspec.json.Decoder(Said).decode


class Floor:
    """The ASGI application. Sockets by mesh and session key, in memory."""

    def __init__(self) -> None:
        self._meshes: dict[str, dict[str, Send]] = defaultdict(dict)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answers /health/ready, and carries a socket until it is gone."""
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        await receive()
        await send({"type": "websocket.accept"})
        await send(_text({"type": "welcome", "nonce": "floor"}))
        hello = Said("")
        try:
            while (event := await receive())["type"] == "websocket.receive":
                said = decode(event["text"])
                if said.type == "hello":
                    hello = said
                    self._meshes[hello.mesh_id][hello.session_pubkey] = send
                    await send(_text({"type": "hello_ack", "presenceId": hello.session_pubkey}))
                elif said.type == "send":
                    await self._relay(hello, said, send)
        finally:
            self._meshes[hello.mesh_id].pop(hello.session_pubkey, None)

    async def _relay(self, hello: Said, said: Said, answer: Send) -> None:
        sockets = self._meshes[hello.mesh_id]
        await answer(_text({"type": "ack", "id": said.id, "messageId": said.id, "queued": True}))
        push = _text(
            {
                "type": "push",
                "messageId": said.id,
                "meshId": hello.mesh_id,
                "senderPubkey": hello.session_pubkey,
                "priority": "now",
                "nonce": said.nonce,
                "ciphertext": said.ciphertext,
                "createdAt": "2026-01-01T00:00:00.000Z",
                "targetSpec": said.target_spec,
            }
        )
        if said.target_spec != "*":
            await sockets[said.target_spec](push)
            return
        for key, socket in list(sockets.items()):
            if key != hello.session_pubkey:
                await socket(push)


def _text(message: dict[str, Any]) -> dict[str, Any]:
    """The ASGI event of a frame, encoded once for all who get it."""
    from presence.frames import TextFrame

    return {"type": "websocket.send", "frame": TextFrame(msgspec.json.encode(message).decode())}


async def _nothing() -> None:
    """A floor has nothing to start and nothing to save."""


def main() -> None:
    """Serve the floor on PORT until a signal."""
    from claudemesh.daphne import server

    collect_on_signal()
    server.run(
        application=Floor(),
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        on_ready=_nothing,
        on_shutdown=_nothing,
        max_frame_bytes=1 << 18,
    )


if __name__ == "__main__":
    main()
