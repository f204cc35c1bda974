"""Pages of the log: newest first, by type, with how many there are."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from audit import events, selectors, services
from audit.services import NewEntry
from tests.audit.conftest import ALICE, MESH, Append

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy_chain() -> None:
    """A membership change, then three messages, five times over; another mesh in between."""
    kinds = [events.MEMBER_JOINED, *[events.MESSAGE_SENT] * 3] * 5
    with transaction.atomic():
        for kind in kinds:
            services.append_many(
                [NewEntry(MESH, kind, ALICE, {}), NewEntry("another-mesh", kind, ALICE, {})]
            )


def numbers(page: selectors.Page) -> list[int]:
    return [entry.seq for entry in page.entries]


def test_the_newest_come_first(busy_chain: None) -> None:
    page = selectors.query(MESH, limit=3)
    assert numbers(page) == [20, 19, 18]
    assert page.total == 20


def test_an_offset_goes_back_in_time(busy_chain: None) -> None:
    assert numbers(selectors.query(MESH, limit=3, offset=15)) == [5, 4, 3]
    assert numbers(selectors.query(MESH, limit=10, offset=18)) == [2, 1]
    assert selectors.query(MESH, offset=20) == ([], 20)
    assert selectors.query(MESH, offset=1_000) == ([], 20)


def test_one_type_only(busy_chain: None) -> None:
    page = selectors.query(MESH, event_type=events.MEMBER_JOINED, limit=2, offset=1)
    assert numbers(page) == [13, 9]
    assert page.total == 5


def test_messages_are_counted_too(busy_chain: None) -> None:
    page = selectors.query(MESH, event_type=events.MESSAGE_SENT, limit=4)
    assert numbers(page) == [20, 19, 18, 16]
    assert page.total == 15


def test_a_type_that_never_happened_is_an_empty_page(busy_chain: None) -> None:
    assert selectors.query(MESH, event_type="member_exploded") == ([], 0)


def test_a_mesh_without_a_log_is_an_empty_page(db: None) -> None:
    assert selectors.query("nowhere") == ([], 0)


def test_a_page_is_bounded(append: Append) -> None:
    append(selectors.MAX_PAGE + 10)
    assert len(selectors.query(MESH, limit=10_000).entries) == selectors.MAX_PAGE
    assert selectors.query(MESH, limit=-1).entries == []


def test_a_page_takes_two_statements(busy_chain: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        selectors.query(MESH, limit=10)
    assert len(queries) == 2


def test_a_page_of_large_entries_is_cut_short(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    large = [NewEntry(MESH, events.GRANTS_CHANGED, ALICE, {"x": "y" * 400})] * 10
    with transaction.atomic():
        services.append_many(large)
    monkeypatch.setattr(selectors, "MAX_PAGE_CHARS", 1_000)
    assert numbers(selectors.query(MESH)) == [10, 9]
    assert numbers(selectors.query(MESH, event_type=events.GRANTS_CHANGED, offset=8)) == [2, 1]
    monkeypatch.setattr(selectors, "MAX_PAGE_CHARS", 1)
    assert numbers(selectors.query(MESH, offset=3)) == [7]
