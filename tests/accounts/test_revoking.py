"""Who signs a device out, from where, and who hears of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from accounts import services
from accounts.models import CliSession, User
from accounts.signals import device_revoked
from tests.audit_reading import log_of

pytestmark = pytest.mark.django_db

WithToken = Callable[[str], APIClient]


@pytest.fixture
def heard() -> Iterator[list[dict[str, Any]]]:
    """What the signal has said, and whether a transaction was open."""
    said: list[dict[str, Any]] = []

    def listen(sender: Any, signal: Any, **told: Any) -> None:
        assert sender is CliSession
        said.append(told | {"inside": transaction.get_connection().in_atomic_block})

    device_revoked.connect(listen)
    yield said
    device_revoked.disconnect(listen)


def told(session: CliSession, *, by: User, by_itself: bool) -> dict[str, Any]:
    return {
        "session_id": session.pk,
        "user_id": session.user_id,
        "by_user_id": by.pk,
        "by_itself": by_itself,
        "inside": True,
    }


def live() -> set[str]:
    return set(CliSession.objects.filter(revoked_at=None).values_list("hostname", flat=True))


def test_logging_out_is_the_device_itself(alice: User, heard: list[dict[str, Any]]) -> None:
    token, session = services.issue_token(user=alice)
    APIClient().post("/cli/session/revoke", {"token": token}, format="json")
    assert heard == [told(session, by=alice, by_itself=True)]


def test_so_is_a_device_that_revokes_itself_by_its_id(
    alice: User, with_token: WithToken, heard: list[dict[str, Any]]
) -> None:
    token, session = services.issue_token(user=alice)
    with_token(token).post(f"/cli/sessions/{session.pk}/revoke")
    assert heard == [told(session, by=alice, by_itself=True)]


def test_another_device_is_somewhere_else(
    alice: User, with_token: WithToken, heard: list[dict[str, Any]]
) -> None:
    token, _ = services.issue_token(user=alice)
    _, lost = services.issue_token(user=alice)
    with_token(token).post(f"/cli/sessions/{lost.pk}/revoke")
    assert heard == [told(lost, by=alice, by_itself=False)]


def test_the_browser_is_somewhere_else(
    alice: User, browser: APIClient, heard: list[dict[str, Any]]
) -> None:
    _, lost = services.issue_token(user=alice)
    assert browser.post(f"/cli/sessions/{lost.pk}/revoke").json() == {"ok": True}
    assert heard == [told(lost, by=alice, by_itself=False)]


def test_an_operator_who_does_it_is_on_record(
    alice: User, mallory: User, heard: list[dict[str, Any]]
) -> None:
    _, session = services.issue_token(user=alice)
    services.revoke_session(user=alice, session_id=session.pk, by=mallory)
    assert heard == [told(session, by=mallory, by_itself=False)]
    session.refresh_from_db()
    assert session.revoked_by == mallory
    entry = log_of(f"account:{alice.pk}")[-1]
    assert (entry.type, entry.actor) == ("device_revoked", f"account:{mallory.pk}")


def test_twice_changes_nothing_and_is_announced_from_elsewhere_only(
    alice: User, heard: list[dict[str, Any]]
) -> None:
    """Its keys may have outlived a log-out, so whoever holds them must hear of the second."""
    token, session = services.issue_token(user=alice)
    services.revoke_session(user=alice, session_id=session.pk)
    first = CliSession.objects.values().get()
    services.revoke_session(user=alice, session_id=session.pk)
    services.revoke_others(user=alice, asking=None)
    assert not services.revoke_token(token=token)
    assert CliSession.objects.values().get() == first
    assert len(heard) == 2
    entries = log_of(f"account:{alice.pk}")
    assert [entry.type for entry in entries].count("device_revoked") == 1


def test_when_a_listener_fails_nothing_is_revoked(alice: User) -> None:
    """What depends on a revocation stands or falls with it."""

    def broken(**kwargs: Any) -> None:
        raise RuntimeError

    _, session = services.issue_token(user=alice)
    device_revoked.connect(broken)
    try:
        with pytest.raises(RuntimeError):
            services.revoke_session(user=alice, session_id=session.pk)
    finally:
        device_revoked.disconnect(broken)
    session.refresh_from_db()
    assert session.revoked_at is None
    assert [entry.type for entry in log_of(f"account:{alice.pk}")] == ["device_added"]


def test_a_device_signs_all_others_out(
    alice: User, mallory: User, with_token: WithToken, heard: list[dict[str, Any]]
) -> None:
    token, _ = services.issue_token(user=alice, hostname="this one")
    for name in ("old laptop", "phone"):
        services.issue_token(user=alice, hostname=name)
    services.issue_token(user=mallory, hostname="mallory's")
    response = with_token(token).post("/cli/sessions/revoke-others")
    assert response.json() == {"ok": True, "revoked": 2}
    assert live() == {"this one", "mallory's"}
    assert {each["by_itself"] for each in heard} == {False}
    assert with_token(token).post("/cli/sessions/revoke-others").json()["revoked"] == 0


def test_a_browser_signs_all_of_them_out(alice: User, browser: APIClient) -> None:
    services.issue_token(user=alice)
    services.issue_token(user=alice)
    assert browser.post("/cli/sessions/revoke-others").json() == {"ok": True, "revoked": 2}
    assert live() == set()


def test_in_a_browser_no_device_is_the_current_one(alice: User, browser: APIClient) -> None:
    services.issue_token(user=alice)
    (row,) = browser.get("/cli/sessions").json()["sessions"]
    assert row["current"] is False


def test_mallory_sees_and_revokes_nothing_of_alice(
    alice: User, mallorys_browser: APIClient
) -> None:
    _, session = services.issue_token(user=alice, hostname="laptop")
    assert mallorys_browser.get("/cli/sessions").json() == {"sessions": []}
    assert mallorys_browser.post(f"/cli/sessions/{session.pk}/revoke").status_code == 404
    assert mallorys_browser.post("/cli/sessions/revoke-others").json()["revoked"] == 0
    assert live() == {"laptop"}
