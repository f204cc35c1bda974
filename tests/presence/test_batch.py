"""How the next batch is cut from what has been entered: whole messages, oldest first, bounded."""

from datetime import timedelta

from presence.clock import now
from presence.drafts import Draft
from presence.storage.batch import Batch
from presence.targets import Recipient
from tests.presence.builders import key_of, message

BOB = Recipient("bob", key_of("s"), key_of("s"), "bob", True)


def draft(number: int, recipients: int) -> Draft:
    return Draft(
        message=message(number),
        recipients=[BOB] * recipients,
        matched=recipients,
        online=recipients,
        roster_version=1,
        expires_at=now() + timedelta(days=1),
        done=lambda draft, outcome: None,
    )


def numbers(batch: Batch) -> list[str]:
    return [draft.message.client_id for draft in batch.drafts]


def test_a_batch_takes_the_oldest_messages_that_fit() -> None:
    forming = Batch(drafts=[draft(1, 3), draft(2, 3), draft(3, 1)])
    assert numbers(forming.take(6)) == ["c1", "c2"]
    assert numbers(forming) == ["c3"]


def test_a_message_larger_than_a_batch_goes_alone() -> None:
    forming = Batch(drafts=[draft(1, 9), draft(2, 1)])
    assert numbers(forming.take(6)) == ["c1"]
    assert numbers(forming) == ["c2"]


def test_a_message_without_recipients_counts_too() -> None:
    forming = Batch(drafts=[draft(n, 0) for n in range(5)])
    assert len(forming.take(3)) == 3
