"""JSON nested deeper than any stack: refused in words, and if it is too large cut off unread."""

import pytest

from tests.broker_process import Broker
from tests.casting import cast
from tests.faults.harm import unharmed
from tests.faults.traffic import connect

pytestmark = pytest.mark.live

FITS = 100_000  # a broker reads up to four times MAX_MESSAGE_BYTES


FRAMES = {
    "open": "[" * FITS,
    "closed": "[" * FITS + "]" * FITS,
    "objects": '{"a":' * (FITS // 4) + "1" + "}" * (FITS // 4),
    "inside a send": '{"type":"send","id":"x","ciphertext":' + "[" * FITS + "]" * FITS + "}",
    "inside an unknown type": '{"type":"nonsense","x":' + "[" * FITS + "]" * FITS + "}",
}


async def test_deep_frame_is_answered_and_the_session_goes_on(guarded: Broker) -> None:
    (alice,) = cast(guarded, "alice")
    async with unharmed(guarded):
        for kind, frame in FRAMES.items():
            mallory = await connect(guarded.ws_url, alice)
            await mallory.transport.send(frame)
            await mallory.sync()
            [answer] = [f for f in mallory.frames if f["type"] in ("error", "ack")]
            assert "malformed" in answer.get("code", answer.get("error")), kind
            await mallory.transport.close()


async def test_a_million_levels_are_cut_off_unread(guarded: Broker) -> None:
    (alice,) = cast(guarded, "alice")
    async with unharmed(guarded):
        mallory = await connect(guarded.ws_url, alice)
        await mallory.transport.send("[" * 1_000_000)
        assert (await mallory.closed()).code == 1009
