"""BROKER_LEGACY_AUTH lets old clients in by a user_id; off, a user_id changes nothing."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from claudemesh_wire.signing import generate_keypair
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts import metrics
from accounts.models import CliSession, User
from meshes.models import Mesh
from tests.accounts.logins import start

pytestmark = pytest.mark.django_db

KEY = generate_keypair().public


@pytest.fixture
def shim(settings: Settings) -> None:
    settings.BROKER_LEGACY_AUTH = True


def hits() -> float:
    return metrics.legacy_auth_hits._value.get()


def create(user_id: Any, **headers: str) -> Any:
    body = {"name": "Acme", "pubkey": KEY, "user_id": user_id}
    return APIClient().post("/cli/mesh/create", body, format="json", headers=headers)


def test_it_is_off_unless_switched_on(alice: User) -> None:
    before = hits()
    for response in (create(alice.pk), APIClient().get(f"/api/my/profile?user_id={alice.pk}")):
        assert (response.status_code, response.json()["error"]) == (401, "missing_bearer_token")
        assert "Deprecation" not in response.headers
    assert not Mesh.objects.exists()
    assert hits() == before


def test_off_a_smuggled_user_id_does_not_change_who_asks(
    alice: User, mallory: User, token_for: Any, with_token: Any
) -> None:
    client = with_token(token_for(mallory))
    profile = client.get(f"/api/my/profile?user_id={alice.pk}").json()
    assert profile["email"] == mallory.email
    body = {"name": "Acme", "pubkey": KEY, "user_id": alice.pk}
    assert client.post("/cli/mesh/create", body, format="json").status_code == 200
    assert Mesh.objects.get().owner == mallory


@pytest.mark.usefixtures("shim")
def test_on_a_body_says_who_asks(alice: User, caplog: pytest.LogCaptureFixture) -> None:
    before = hits()
    with caplog.at_level(logging.WARNING):
        response = create(alice.pk)
    assert response.status_code == 200
    assert Mesh.objects.get().owner == alice
    assert response.headers["Deprecation"] == "@1795478400"
    assert response.headers["Warning"].startswith('299 - "')
    assert hits() == before + 1
    assert f"BROKER_LEGACY_AUTH let in {alice.pk} to /cli/mesh/create" in caplog.text


@pytest.mark.usefixtures("shim")
def test_on_a_query_says_who_asks(alice: User) -> None:
    response = APIClient().get("/api/my/profile", {"user_id": alice.pk})
    assert response.json()["email"] == alice.email
    assert response.headers["Deprecation"]


@pytest.mark.usefixtures("shim")
def test_on_a_get_with_a_body_is_no_way_in(alice: User) -> None:
    response = APIClient().generic(
        "GET", "/api/my/profile", f'{{"user_id": "{alice.pk}"}}', content_type="application/json"
    )
    assert response.status_code == 401


@pytest.mark.usefixtures("shim")
def test_on_refusals_say_so_too(alice: User) -> None:
    body = {"name": "Acme", "pubkey": "no key", "user_id": alice.pk}
    response = APIClient().post("/cli/mesh/create", body, format="json")
    assert response.status_code == 400
    assert response.headers["Deprecation"]


@pytest.mark.usefixtures("shim")
def test_on_a_token_decides_alone(
    alice: User, mallory: User, token_for: Any, with_token: Any
) -> None:
    before = hits()
    response = with_token(token_for(mallory)).get(f"/api/my/profile?user_id={alice.pk}")
    assert response.json()["email"] == mallory.email
    assert "Deprecation" not in response.headers
    for bad in ("Bearer", "Bearer nonsense", "Basic YTpi", ""):
        assert create(alice.pk, Authorization=bad).status_code == 401
    assert hits() == before


@pytest.mark.usefixtures("shim")
@pytest.mark.parametrize(
    "user_id", ["nobody", "", None, 7, True, ["a"], {"a": 1}, "a\x00b", "x" * 5000, "' OR 1=1 --"]
)
def test_on_junk_is_nobody(alice: User, user_id: Any) -> None:
    assert create(user_id).status_code == 401


@pytest.mark.usefixtures("shim")
def test_on_an_account_that_is_switched_off_stays_out(alice: User) -> None:
    alice.is_active = False
    alice.save()
    assert create(alice.pk).status_code == 401


@pytest.mark.usefixtures("shim")
def test_on_a_bad_body_is_refused_in_words(alice: User) -> None:
    for body, status in ((b"{", 400), (b"[1]", 400), (b'"' + b"x" * 70_000 + b'"', 413)):
        response = APIClient().post("/cli/mesh/create", body, content_type="application/json")
        assert response.status_code == status
        assert response.json()["error"]


@pytest.mark.usefixtures("shim")
def test_on_it_never_opens_what_belongs_to_the_browser_or_to_devices(alice: User) -> None:
    login = start()
    before, body = hits(), {"user_id": alice.pk}
    for path in (
        f"/cli/device-code/{login.session_id}/approve",
        f"/cli/device-code/{login.session_id}/deny",
        "/cli/token",
        "/cli/sessions/some-device/revoke",
        "/cli/sessions/revoke-others",
    ):
        query = f"{path}?user_id={alice.pk}"
        assert APIClient().post(query, body, format="json").status_code == 401
    assert APIClient().get(f"/cli/sessions?user_id={alice.pk}").status_code == 401
    assert hits() == before
    assert not CliSession.objects.exists()
