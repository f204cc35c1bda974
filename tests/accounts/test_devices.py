"""A person sees and revokes their own devices and nobody else's."""

import json
from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts import services
from accounts.models import CliSession, User

pytestmark = pytest.mark.django_db

TokenFor = Callable[[User], str]
WithToken = Callable[[str], APIClient]


def test_devices_are_listed_and_the_asking_one_is_marked(
    alice: User, with_token: WithToken
) -> None:
    services.issue_token(user=alice, hostname="old laptop", platform="darwin", arch="arm64")
    token, current = services.issue_token(user=alice, hostname="new laptop")
    sessions = with_token(token).get("/cli/sessions").json()["sessions"]
    assert {row["hostname"]: row["current"] for row in sessions} == {
        "new laptop": True,
        "old laptop": False,
    }
    assert set(sessions[0]) == {
        "id",
        "hostname",
        "platform",
        "arch",
        "created_at",
        "last_seen_at",
        "last_ip",
        "expires_at",
        "current",
    }
    assert sessions[0]["id"] == current.pk


def test_devices_of_others_are_not_listed(
    alice: User, mallory: User, token_for: TokenFor, with_token: WithToken
) -> None:
    token_for(alice)
    sessions = with_token(token_for(mallory)).get("/cli/sessions").json()["sessions"]
    assert len(sessions) == 1


def test_revoking_a_device_signs_it_out(
    alice: User, token_for: TokenFor, with_token: WithToken
) -> None:
    lost = with_token(token_for(alice))
    lost_id = CliSession.objects.get().pk
    client = with_token(token_for(alice))
    assert client.post(f"/cli/sessions/{lost_id}/revoke").json() == {"ok": True}
    assert lost.get("/api/my/profile").status_code == 401
    assert CliSession.objects.get(pk=lost_id).revoked_by == alice
    assert len(client.get("/cli/sessions").json()["sessions"]) == 1


def test_a_device_of_somebody_else_cannot_be_revoked(
    alice: User, mallory: User, token_for: TokenFor, with_token: WithToken
) -> None:
    _, session = services.issue_token(user=alice)
    response = with_token(token_for(mallory)).post(f"/cli/sessions/{session.pk}/revoke")
    assert (response.status_code, response.json()["error"]) == (404, "not_found")
    session.refresh_from_db()
    assert session.revoked_at is None


def test_devices_need_a_bearer(db: None) -> None:
    assert APIClient().get("/cli/sessions").status_code == 401
    assert APIClient().post("/cli/sessions/abc/revoke").status_code == 401


def revoke(token: object) -> tuple[int, dict[str, object]]:
    body = json.dumps({"token": token})  # DRF's own renderer cannot write a lone surrogate
    response = APIClient().post("/cli/session/revoke", body, content_type="application/json")
    return response.status_code, response.json()


def test_whoever_holds_a_token_may_end_it(alice: User, token_for: TokenFor) -> None:
    assert revoke(token_for(alice)) == (200, {"ok": True, "found": True})


def test_ending_a_token_twice_finds_nothing(alice: User, token_for: TokenFor) -> None:
    token = token_for(alice)
    revoke(token)
    assert revoke(token) == (200, {"ok": True, "found": False})


def test_ending_an_unknown_token_finds_nothing(db: None) -> None:
    assert revoke("no such token") == (200, {"ok": True, "found": False})


@pytest.mark.parametrize("token", [None, 7, "", "x" * 5000, "a\x00b", "\ud800", ["t"], {"t": 1}])
def test_ending_junk_is_malformed(db: None, token: object) -> None:
    status, body = revoke(token)
    assert (status, body["error"]) == (400, "malformed")
