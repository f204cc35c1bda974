"""Refusals of pages are pages; the one for a bug needs neither database nor session."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest
from django.test import Client, RequestFactory

from claudemesh import api_errors
from tests.pages.reading import Page


def heading_count(html: bytes) -> int:
    return len(Page(html.decode()).all("h1"))


def test_nothing_here(stranger: Client) -> None:
    response = stranger.get("/nothing-here")
    assert response.status_code == 404
    assert b"There is nothing here" in response.content


@pytest.fixture
def request_to_a_page(rf: RequestFactory) -> HttpRequest:
    return rf.get("/some-page")


def test_a_bug_needs_no_database(request_to_a_page: HttpRequest) -> None:
    """No `db` fixture here: pytest-django refuses every query."""
    response = api_errors.server_error(request_to_a_page)
    assert response.status_code == 500
    assert b"The broker made a mistake" in response.content
    assert heading_count(response.content) == 1


def test_a_bad_request_needs_no_database(request_to_a_page: HttpRequest) -> None:
    response = api_errors.bad_request(request_to_a_page, SuspiciousOperation("x"))
    assert response.status_code == 400
    assert heading_count(response.content) == 1


def test_not_yours(db: None, client: Client) -> None:
    request = client.get("/login").wsgi_request
    response = api_errors.permission_denied(request, PermissionDenied())
    assert response.status_code == 403
    assert b"not yours to do" in response.content


def test_a_forged_form_is_refused_with_a_page(db: None) -> None:
    response = Client(enforce_csrf_checks=True).post("/login", {"login": "alice@example.com"})
    assert response.status_code == 403
    assert b"The form has expired" in response.content
    assert heading_count(response.content) == 1
