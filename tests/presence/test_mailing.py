"""The broker warns people whose devices will soon be signed out by age, once, by the clock."""

from datetime import timedelta

from django.core import mail
from django.utils import timezone

from accounts import services
from accounts.models import CliSession, User
from presence import mailing
from tests.presence.world import World


def devices(number: int) -> None:
    """Dave's devices, which all have a day left."""
    user = User.objects.create_user("dave@example.com")
    for count in range(number):
        services.issue_token(user=user, hostname=f"machine {count}")
    CliSession.objects.filter(user=user).update(expires_at=timezone.now() + timedelta(days=1))


async def test_every_device_is_warned_of_once_however_many(world: World) -> None:
    await world.stored(lambda: devices(mailing.BATCH + 1))
    await world.runtime.mailing.warn_expiring()
    assert len(mail.outbox) == mailing.BATCH + 1
    assert {tuple(message.to) for message in mail.outbox} == {("dave@example.com",)}
    await world.runtime.mailing.warn_expiring()
    assert len(mail.outbox) == mailing.BATCH + 1


async def test_a_node_that_stops_claims_nothing_any_more(world: World) -> None:
    await world.stored(lambda: devices(1))
    world.runtime.draining = True
    await world.runtime.mailing.warn_expiring()
    world.runtime.draining = False
    assert mail.outbox == []
    await world.runtime.mailing.warn_expiring()
    assert len(mail.outbox) == 1
