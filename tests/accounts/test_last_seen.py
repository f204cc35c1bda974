"""When and from where a token was used is written at most once a minute."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import services
from accounts.models import CliSession, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(alice: User) -> APIClient:
    token, _ = services.issue_token(user=alice)
    made = APIClient()
    made.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return made


def use(client: APIClient, address: str) -> CliSession:
    assert client.get("/api/my/profile", REMOTE_ADDR=address).status_code == 200
    return CliSession.objects.get()


def test_first_use_is_written(client: APIClient) -> None:
    session = use(client, "192.0.2.1")
    assert session.last_seen_at is not None
    assert session.last_ip == "192.0.2.1"


def test_second_use_within_a_minute_writes_nothing(client: APIClient) -> None:
    first = use(client, "192.0.2.1")
    second = use(client, "192.0.2.2")
    assert (second.last_seen_at, second.last_ip) == (first.last_seen_at, "192.0.2.1")


def test_use_after_a_minute_is_written(client: APIClient) -> None:
    use(client, "192.0.2.1")
    CliSession.objects.update(last_seen_at=timezone.now() - timedelta(seconds=61))
    assert use(client, "192.0.2.2").last_ip == "192.0.2.2"


def test_a_stale_copy_of_the_row_does_not_write_twice(client: APIClient) -> None:
    stale = CliSession.objects.get()
    use(client, "192.0.2.1")
    services.note_seen(session=stale, address="192.0.2.9")
    assert CliSession.objects.get().last_ip == "192.0.2.1"


def test_an_address_that_is_none_is_left_out(client: APIClient) -> None:
    assert use(client, "unix:").last_ip is None
