"""Every response says when it was made."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from django.test import Client


def test_a_response_says_when_it_was_made() -> None:
    response = Client().get("/health")
    said = parsedate_to_datetime(response.headers["Date"])
    assert abs(datetime.now(UTC) - said) < timedelta(seconds=60)
