"""Junk is answered each time; ten in a row end the session, and only that one."""

import pytest

from tests.broker_process import Broker
from tests.casting import cast
from tests.faults.harm import unharmed
from tests.faults.traffic import connect
from tests.live_transport import LiveTransport
from tests.wire_peer import WirePeer

pytestmark = pytest.mark.live

TEXTS = ["", "not json", "[]", "null", "42", '"text"', "{}", '{"type": 7}', "{", "\u0000"]


async def test_ten_in_a_row_close_with_words(guarded: Broker) -> None:
    (alice,) = cast(guarded, "alice")
    async with unharmed(guarded):
        mallory = await connect(guarded.ws_url, alice)
        for junk in TEXTS:
            await mallory.transport.send(junk)
        closed = await mallory.closed()
        assert (closed.code, closed.reason) == (1008, "malformed")
        codes = [frame["code"] for frame in mallory.frames if frame["type"] == "error"]
        assert codes == ["malformed"] * len(TEXTS)


async def test_nine_and_a_word_do_not(guarded: Broker) -> None:
    (alice,) = cast(guarded, "alice")
    clumsy = await connect(guarded.ws_url, alice)
    for _ in range(3):
        for junk in TEXTS[:9]:
            await clumsy.transport.send(junk)
        await clumsy.sync()
    await clumsy.transport.close()


async def test_binary_frames_are_junk(guarded: Broker) -> None:
    (alice,) = cast(guarded, "alice")
    async with unharmed(guarded):
        mallory = await connect(guarded.ws_url, alice)
        for _ in range(10):
            await mallory.transport.send_bytes(b"\xff\x00" * 1000)
        assert (await mallory.closed()).code == 1008
        codes = [frame["code"] for frame in mallory.frames if frame["type"] == "error"]
        assert codes == ["malformed"] * 10


async def test_junk_before_hello_ends_too(guarded: Broker) -> None:
    (alice,) = cast(guarded, "alice")
    stranger = WirePeer(await LiveTransport.open(guarded.ws_url), alice)
    for junk in TEXTS:
        await stranger.transport.send(junk)
    assert (await stranger.closed()).code == 1008
