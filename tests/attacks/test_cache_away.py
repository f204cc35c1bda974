"""The cache that attempts are counted in is away: nobody signs in uncounted, and all are told."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db
NOBODY_LISTENS = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:1/0",
    }
}


@pytest.fixture(autouse=True)
def _away(settings: Settings) -> None:
    settings.CACHES = NOBODY_LISTENS


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/login", {"login": "alice@example.com", "password": "guess"}),
        ("/signup", {"email": "new@example.com", "password1": "correct horse battery"}),
        ("/password/reset", {"email": "alice@example.com"}),
    ],
)
def test_who_signs_in_is_told_to_try_again(path: str, form: dict[str, str]) -> None:
    browser = Client(raise_request_exception=False)
    response = browser.post(path, form)
    assert response.status_code == 503
    assert response["Retry-After"]
    assert b"try again" in response.content.lower()
    assert "_auth_user_id" not in browser.session


def test_pages_that_count_nothing_are_still_there() -> None:
    assert Client().get("/login").status_code == 200
