"""The checker itself: it sees a loss, a double, a swap and a message that nobody acked."""

from dataclasses import replace

import pytest
from claudemesh_wire.signing import generate_keypair

from tests.faults import tally
from tests.faults.traffic import Receiver, Sender
from tests.identities import Identity

ALICE = Identity("mesh", "alice-id", "alice", generate_keypair())
BOB = replace(ALICE, member_id="bob-id", name="bob", keys=generate_keypair())


def story(*arrived: tuple[str, str]) -> tuple[list[Sender], list[Receiver]]:
    """alice had `one` and `two` acked; bob got what is given as (message id, text)."""
    sender = Sender(ALICE, "")
    sender.acked = [(BOB.pubkey, "one", "m1"), (BOB.pubkey, "two", "m2")]
    receiver = Receiver(BOB, "")
    for message_id, text in arrived:
        push = {"messageId": message_id, "ciphertext": text, "senderMemberPubkey": ALICE.pubkey}
        receiver.take(push)
    return [sender], [receiver]


def test_a_repeat_of_the_same_id_is_fine() -> None:
    assert tally.check(*story(("m1", "one"), ("m1", "one"), ("m2", "two"))) == 2


@pytest.mark.parametrize(
    ("arrived", "complaint"),
    [
        ([("m1", "one")], "lost"),
        ([("m1", "one"), ("m3", "one"), ("m2", "two")], "two ids"),
        ([("m2", "two"), ("m1", "one")], "out of order"),
        ([("m1", "one"), ("m2", "two"), ("m3", "three")], "not acked"),
    ],
)
def test_what_must_not_be_is_seen(arrived: list[tuple[str, str]], complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        tally.check(*story(*arrived))
