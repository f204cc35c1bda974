"""Connections that dribble the start of an upgrade and never finish: cut off, harming nobody."""

import asyncio
import time

import pytest

from tests.broker_process import Broker
from tests.faults.harm import unharmed

pytestmark = pytest.mark.live

SOCKETS = 300
CUT_OFF_S = 25.0
START = b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"


async def test_half_requests_are_cut_off(guarded: Broker) -> None:
    async with unharmed(guarded):
        began = time.monotonic()
        ends = await asyncio.gather(*(dribble(guarded) for _ in range(SOCKETS)))
        assert all(ends)
        assert time.monotonic() - began < CUT_OFF_S


async def dribble(guarded: Broker) -> bool:
    """Send one more header line a second; whether the broker ended the connection in time."""
    reader, writer = await asyncio.open_connection("127.0.0.1", guarded.port)
    writer.write(START)
    deadline = time.monotonic() + CUT_OFF_S
    try:
        while time.monotonic() < deadline:
            writer.write(b"X-A: b\r\n")
            try:
                async with asyncio.timeout(1):
                    if not await reader.read(1024):
                        return True
            except TimeoutError:
                continue  # the pace of the attack
    except ConnectionError:
        return True
    finally:
        writer.close()
    return False
