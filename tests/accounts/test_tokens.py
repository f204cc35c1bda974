"""A token opens doors only while its signature, its expiry and its row all hold."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta

import jwt
import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import selectors, services, tokens
from accounts.models import CliSession, User

pytestmark = pytest.mark.django_db

TokenFor = Callable[[User], str]
WithToken = Callable[[str], APIClient]


def error_of(client: APIClient) -> tuple[int, str]:
    response = client.get("/api/my/profile")
    return response.status_code, response.json()["error"]


def test_claims_are_those_that_clients_read(alice: User, settings) -> None:
    token, session = services.issue_token(user=alice)
    claims = jwt.decode(token, settings.CLI_SYNC_SECRET, algorithms=["HS256"])
    assert set(claims) == {"sub", "email", "name", "type", "jti", "iat", "exp"}
    assert (claims["sub"], claims["email"], claims["name"]) == (alice.pk, alice.email, "Alice")
    assert (claims["type"], claims["jti"]) == ("cli-token", session.jti)
    assert claims["exp"] - claims["iat"] == 30 * 86_400


def test_the_database_holds_the_hash_only(alice: User) -> None:
    token, session = services.issue_token(user=alice)
    row = CliSession.objects.filter(pk=session.pk).values().get()
    assert row["token_hash"] == tokens.token_hash(token)
    assert not any(token in str(value) for value in row.values())


def test_a_good_token_is_let_in(alice: User, token_for: TokenFor, with_token: WithToken) -> None:
    response = with_token(token_for(alice)).get("/api/my/profile")
    assert response.json() == {
        "id": alice.pk,
        "display_name": "Alice",
        "email": "alice@example.com",
    }


def test_no_header_is_missing_bearer_token(db: None) -> None:
    assert error_of(APIClient()) == (401, "missing_bearer_token")


def test_another_scheme_is_missing_bearer_token(db: None) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION="Basic YTpi")
    assert error_of(client) == (401, "missing_bearer_token")


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "bearer   "])
def test_nothing_behind_bearer_is_empty_bearer_token(db: None, header: str) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=header)
    assert error_of(client) == (401, "empty_bearer_token")


@pytest.mark.parametrize("junk", ["junk", "a.b.c", "x" * 10_000, "é.é.é", "\x00", "a b"])
def test_junk_is_invalid(db: None, junk: str, with_token: WithToken) -> None:
    assert error_of(with_token(junk)) == (401, "invalid_or_revoked_token")


def test_a_token_without_signature_is_invalid(
    alice: User, token_for: TokenFor, with_token: WithToken
) -> None:
    _, payload, _ = token_for(alice).split(".")
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode())
    forged = f"{head.decode().rstrip('=')}.{payload}."
    assert error_of(with_token(forged)) == (401, "invalid_or_revoked_token")


def test_a_well_signed_token_without_row_is_invalid(alice: User, with_token: WithToken) -> None:
    minted = tokens.mint(alice, "cli-token")
    assert error_of(with_token(minted.text)) == (401, "invalid_or_revoked_token")


def test_a_token_signed_with_another_secret_is_invalid(alice: User, settings) -> None:
    token, _ = services.issue_token(user=alice)
    settings.CLI_SYNC_SECRET = "another secret of more than thirty-two bytes"
    assert selectors.session_of_token(token) is None


def test_a_token_whose_row_expired_is_invalid(
    alice: User, token_for: TokenFor, with_token: WithToken
) -> None:
    token = token_for(alice)
    CliSession.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert error_of(with_token(token)) == (401, "invalid_or_revoked_token")


def test_a_token_past_its_exp_claim_is_invalid(alice: User, settings) -> None:
    token, session = services.issue_token(user=alice)
    claims = jwt.decode(token, settings.CLI_SYNC_SECRET, algorithms=["HS256"])
    old = jwt.encode({**claims, "exp": 1}, settings.CLI_SYNC_SECRET, algorithm="HS256")
    CliSession.objects.filter(pk=session.pk).update(token_hash=tokens.token_hash(old))
    assert selectors.session_of_token(old) is None


def test_a_token_of_another_type_is_invalid(alice: User, settings) -> None:
    token, session = services.issue_token(user=alice)
    claims = jwt.decode(token, settings.CLI_SYNC_SECRET, algorithms=["HS256"])
    other = jwt.encode({**claims, "type": "sync"}, settings.CLI_SYNC_SECRET, algorithm="HS256")
    CliSession.objects.filter(pk=session.pk).update(token_hash=tokens.token_hash(other))
    assert selectors.session_of_token(other) is None


def test_a_revoked_token_is_out_with_its_next_request(
    alice: User, token_for: TokenFor, with_token: WithToken
) -> None:
    token = token_for(alice)
    client = with_token(token)
    assert client.get("/api/my/profile").status_code == 200
    services.revoke_token(token=token)
    assert error_of(client) == (401, "invalid_or_revoked_token")


def test_an_account_switched_off_is_out(
    alice: User, token_for: TokenFor, with_token: WithToken
) -> None:
    client = with_token(token_for(alice))
    User.objects.update(is_active=False)
    assert error_of(client) == (401, "invalid_or_revoked_token")
