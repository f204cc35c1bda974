"""A message for a session that ended: told, encrypted again to the member, and read after all."""

import pytest

from tests.live.people import Couple, said, texts

pytestmark = pytest.mark.live


def test_message_is_encrypted_again_and_arrives(couple: Couple) -> None:
    listener = couple.bob.listen()
    try:
        listener.wait_for("connected")
        couple.bob.run("status", "dnd")  # so that it waits at the broker
        sent = couple.alice.run("send", "bob", "for this session")
        assert sent["state"] == "stored"
        assert listener.stop() == 0
    finally:
        listener.kill9()
    traced = couple.alice.run("trace", sent["message_id"])
    assert traced["state"] in ("undeliverable", "replaced")
    assert traced["delivered"] is False

    _, _, stderr = said(couple.alice, "peers")
    outbox = {m["id"]: m for m in couple.alice.run("outbox")["messages"]}
    again = [m for m in outbox.values() if m["replaces"] == sent["id"]]
    assert len(again) == 1, (stderr, outbox)
    assert texts(couple.bob) == ["for this session"]
