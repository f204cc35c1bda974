"""What the broker stores of a message says nothing of its text, in no usual encoding."""

import base64

import pytest

from tests.broker_process import Broker
from tests.live.people import Couple, texts
from tests.live.stored_bytes import stored_bytes

pytestmark = pytest.mark.live

SECRET = "the heron flies at dawn over the western marsh"


def test_direct_and_group_text_are_nowhere(running: Broker, couple: Couple) -> None:
    sent = couple.alice.run("send", "bob", SECRET, "--hold")
    to_all = couple.alice.run("send", "*", SECRET, "--hold")
    kept = stored_bytes(running)
    for message in (sent, to_all):
        assert message["message_id"].encode() in kept, "the message itself is in there"
    for encoded in (SECRET.encode(), SECRET[9:36].encode(), SECRET.encode().hex().encode()):
        assert encoded not in kept
    for shift in range(3):  # base64 has three alignments
        assert base64.b64encode(SECRET[shift:].encode())[4:-8] not in kept
    assert texts(couple.bob) == [SECRET, SECRET]
