"""The start page: what one may do, and the broker in numbers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import RedisError

from meshes.models import Mesh
from tests.dashboard.conftest import Browser
from tests.dashboard.rows import arrive, say
from tests.meshes.conftest import Person

pytestmark = pytest.mark.django_db
Browse = Callable[[Person | None], Browser]


def figures(page: str) -> list[str]:
    return [part.split("</dd>")[0] for part in page.split("<dd>")[1:]]


def test_a_newcomer_finds_the_install_line(browse: Browse, db: None) -> None:
    page = browse(None).get("/")
    assert "curl -fsSL http://localhost:7900/install | sh<" in page
    assert "claudemesh join" in page
    assert 'href="/dashboard"' not in page


def test_who_is_signed_in_finds_the_dashboard(browse: Browse, alice: Person) -> None:
    assert 'href="/dashboard"' in browse(alice).get("/")


def test_the_numbers_are_of_now(browse: Browse, mesh: Mesh, carol: Person) -> None:
    arrive(mesh, carol.member, "agent")
    say(mesh, timezone.now())
    assert figures(browse(None).get("/")) == ["1", "1", "1"]


def test_the_numbers_are_counted_once_for_many(
    browse: Browse, mesh: Mesh, django_assert_num_queries: Callable[[int], Any]
) -> None:
    nobody = browse(None)
    nobody.get("/")
    with django_assert_num_queries(0):
        nobody.get("/")


def test_without_the_cache_there_is_a_page_without_numbers(
    browse: Browse, mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise RedisError("gone")

    monkeypatch.setattr(cache, "get", gone)
    page = browse(None).get("/")
    assert "This broker now" not in page
    assert "curl -fsSL" in page
