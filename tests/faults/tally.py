"""Holds every ack against every delivery: nothing acked is lost, doubled or out of order."""

from collections.abc import Iterable
from typing import Protocol

from tests.faults.traffic import Sender
from tests.identities import Identity, SessionKeys
from tests.wire_peer import Frame


class Inbox(Protocol):
    """What somebody received: each message once, in order of arrival."""

    who: Identity
    session: SessionKeys
    received: dict[str, Frame]


def all_arrived(senders: Iterable[Sender], inboxes: Iterable[Inbox]) -> bool:
    """Whether every acked message has reached everybody it was for."""
    return all(not missing(sender, inbox) for sender in senders for inbox in list(inboxes))


def missing(sender: Sender, inbox: Inbox) -> list[str]:
    """Texts acked to the sender that this recipient does not have."""
    return [
        text for text, message_id in _expected(sender, inbox) if message_id not in inbox.received
    ]


def check(senders: Iterable[Sender], inboxes: Iterable[Inbox]) -> int:
    """Asserts the promise of an ack for each sender and recipient; how many deliveries it held.

    Each acked message is there exactly once by message id and once by its text, in the order
    acked, and nothing is there that was not acked.
    """
    held = 0
    inboxes = list(inboxes)
    for sender in senders:
        for inbox in inboxes:
            held += _check_pair(sender, inbox)
    return held


def _check_pair(sender: Sender, inbox: Inbox) -> int:
    pair = f"{sender.name} to {inbox.who.name}"
    expected = [text for text, _ in _expected(sender, inbox)]
    got = [push["ciphertext"] for push in inbox.received.values() if _is_from(push, sender)]
    lost = [text for text in expected if text not in set(got)]
    assert not lost, f"{pair}: {len(lost)} acked messages of {len(expected)} lost: {lost[:5]}"
    assert len(set(got)) == len(got), f"{pair}: a message arrived under two ids"
    assert set(got) == set(expected), f"{pair}: {sorted(set(got) - set(expected))[:5]} not acked"
    first = next((pair for pair in zip(got, expected, strict=True) if pair[0] != pair[1]), None)
    assert first is None, f"{pair}: out of order: came {first[0]}, acked {first[1]}"
    return len(got)


def _expected(sender: Sender, inbox: Inbox) -> list[tuple[str, str]]:
    mine = {inbox.who.pubkey, inbox.session.keys.public}
    if sender.who.member_id != inbox.who.member_id:
        mine |= {"*", "@all"}
    return [(text, message_id) for target, text, message_id in sender.acked if target in mine]


def _is_from(push: Frame, sender: Sender) -> bool:
    return str(push["senderMemberPubkey"]) == sender.who.pubkey
