"""Status hooks as agents send them: signed by a member, or as older clients do."""

import asyncio
import json
from typing import Any

from claudemesh_wire import canonical
from claudemesh_wire.signing import sign
from django.db import connections
from rest_framework.test import APIClient

from presence.clock import millis
from tests.identities import Identity


def signed(
    who: Identity, session_id: str, status: str, *, at: int | None = None, **fields: Any
) -> dict[str, Any]:
    """A hook signed by the member; keyword arguments replace fields after signing."""
    timestamp = millis() if at is None else at
    text = canonical.hook(who.member_id, session_id, status, timestamp)
    return {
        "cwd": "/elsewhere",
        "pid": 4242,
        "status": status,
        "session_id": session_id,
        "member_id": who.member_id,
        "timestamp": timestamp,
        "signature": sign(text, who.keys.secret),
    } | fields


def unsigned(session_id: str, status: str, **fields: Any) -> dict[str, Any]:
    """A hook of an older client, which has to know session and directory."""
    return {"cwd": "/work", "pid": 1, "status": status, "session_id": session_id} | fields


async def post(body: Any, *, address: str = "127.0.0.1") -> tuple[int, dict[str, Any]]:
    """Posts a hook from that address, on a thread of its own: status code and JSON."""

    def call() -> tuple[int, dict[str, Any]]:
        try:
            response = APIClient().post(
                "/hook/set-status",
                json.dumps(body),
                content_type="application/json",
                REMOTE_ADDR=address,
            )
            return response.status_code, response.json()
        finally:
            connections.close_all()

    return await asyncio.to_thread(call)
