"""A code leads to its mesh while it lets somebody in, and to nothing afterwards."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.api import throttles
from meshes import services
from meshes.models import Invite
from meshes.selectors import Standing
from meshes.services.invites import CreatedInvite

pytestmark = pytest.mark.django_db


@pytest.fixture
def created(owner: Standing) -> CreatedInvite:
    return services.create_invite(by=owner)


def look_up(code: str) -> tuple[int, dict]:
    response = APIClient().get(f"/api/public/invite-code/{code}")
    return response.status_code, response.json()


def test_an_open_invite_is_shown(created: CreatedInvite) -> None:
    status, body = look_up(created.invite.code)
    assert status == 200
    assert body == {
        "found": True,
        "token": created.token,
        "mesh": {"name": "Acme", "slug": "acme"},
        "role": "member",
        "expires_at": body["expires_at"],
    }


def is_gone(code: str) -> None:
    status, body = look_up(code)
    assert (status, body["found"], body["error"]) == (404, False, "not_found")


def test_an_unknown_code_is_not_found(db: None) -> None:
    is_gone("nosuch22")


def test_a_code_in_other_letter_case_is_not_found(created: CreatedInvite) -> None:
    is_gone(created.invite.code.swapcase())


def test_an_expired_invite_is_not_found(created: CreatedInvite) -> None:
    Invite.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    is_gone(created.invite.code)


def test_a_withdrawn_invite_is_not_found(owner: Standing, created: CreatedInvite) -> None:
    services.revoke_invite(by=owner, invite_id=created.invite.pk)
    is_gone(created.invite.code)


def test_a_used_up_invite_is_not_found(created: CreatedInvite) -> None:
    Invite.objects.update(used_count=1)
    is_gone(created.invite.code)


def test_an_archived_meshs_invite_is_not_found(owner: Standing, created: CreatedInvite) -> None:
    services.archive_mesh(by=owner)
    is_gone(created.invite.code)


@pytest.mark.parametrize("code", ["a%00b", "%ff%fe", "a'b", "a%0ab", "x" * 3000])
def test_junk_is_not_found(db: None, code: str) -> None:
    assert look_up(code)[0] == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/api/public/invite-code/nosuch22"),
        ("post", "/join"),
        ("post", "/invites/nosuch22/claim"),
    ],
)
def test_guessing_is_throttled_by_address(
    db: None, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    monkeypatch.setattr(throttles.time, "time", lambda: 1_800_000_000.0)
    monkeypatch.setattr("accounts.api.throttles.parse_rate", lambda rate: (3, 60))
    call = getattr(APIClient(), method)
    statuses = [call(path, {}, format="json").status_code for _ in range(4)]
    assert 429 not in statuses[:3]
    assert statuses[3] == 429
    body = call(path, {}, format="json").json()
    assert body["error"] == "rate_limit"
    assert ("ok" in body) == (path == "/join")
