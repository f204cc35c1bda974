"""Whatever arrives as a body is answered with a code and a sentence, never with a 500."""

import pytest
from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db

BODIES = {
    "empty": b"",
    "not json": b"{",
    "not an object": b"[]",
    "a string": b'"token"',
    "null": b"null",
    "not utf-8": b'{"token": "\xff"}',
    "NaN": b'{"token": NaN}',
    "too deep": b"[" * 30_000,
    "deep in a field": b'{"token": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "a huge number": b'{"token": ' + b"9" * 10_000 + b"}",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_junk_is_malformed(body: bytes) -> None:
    response = APIClient().post("/cli/session/revoke", body, content_type="application/json")
    assert (response.status_code, response.json()["error"]) == (400, "malformed")
    assert response.json()["message"]


def test_a_huge_body_is_too_large() -> None:
    body = b'{"token": "' + b"x" * 100_000 + b'"}'
    response = APIClient().post("/cli/session/revoke", body, content_type="application/json")
    assert (response.status_code, response.json()["error"]) == (413, "too_large")


def test_another_media_type_is_refused() -> None:
    response = APIClient().post("/cli/session/revoke", b"<x/>", content_type="text/xml")
    assert (response.status_code, response.json()["error"]) == (415, "unsupported_media_type")


def test_another_method_is_refused_in_json() -> None:
    response = APIClient().delete("/cli/session/revoke")
    assert (response.status_code, response.json()["error"]) == (405, "method_not_allowed")


def test_a_trailing_slash_is_not_redirected() -> None:
    assert APIClient().post("/cli/session/revoke/").status_code == 404


def test_nul_in_a_path_is_not_found() -> None:
    assert APIClient().post("/cli/sessions/a%00b/revoke").status_code == 404
