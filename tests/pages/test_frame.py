"""What every page of an account has: a title of its own, landmarks, labels, the content policy."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from django.test import Client

from accounts.models import User
from tests.pages.reading import Page

SIGNED_OUT = [
    "/login",
    "/signup",
    "/password/reset",
    "/password/reset/sent",
    "/password/reset/changed",
    "/password/reset/x-y",
    "/login/inactive",
    "/cli-auth",
    "/nothing-here",
]
SIGNED_IN = [
    "/logout",
    "/token",
    "/cli-auth",
    "/dashboard/devices",
    "/dashboard/devices/revoke-all",
    "/dashboard/security",
    "/dashboard/security/app",
    "/dashboard/password",
    "/dashboard/email",
    "/nothing-here",
]
#: A test page has neither style nor script in it, so this is the markup alone.
MARKUP_BUDGET_BYTES = 30_000


@pytest.fixture(params=["stranger", "browser"])
def visits(request: pytest.FixtureRequest) -> list[tuple[str, Page]]:
    """Every page, as a stranger and as alice sees it."""
    client: Client = request.getfixturevalue(request.param)
    paths = SIGNED_IN if request.param == "browser" else SIGNED_OUT
    return [(path, Page(client.get(path).content.decode())) for path in paths]


def test_titles_are_unique(visits: list[tuple[str, Page]]) -> None:
    titles = [page.title for _, page in visits]
    assert len(set(titles)) == len(titles)
    assert all(title.endswith(" · claudemesh") for title in titles)


def test_one_heading_and_the_landmarks(visits: list[tuple[str, Page]]) -> None:
    for path, page in visits:
        assert len(page.all("h1")) == 1, path
        assert page.all("html")[0]["lang"] == "en", path
        assert [len(page.all(tag)) for tag in ("header", "main", "footer")] == [1, 1, 1], path
        assert page.all("nav")[0]["aria-label"], path
        assert page.all("a")[0]["href"] == "#main", path


def test_labels_and_ids(visits: list[tuple[str, Page]]) -> None:
    for path, page in visits:
        assert page.unlabeled() == [], path
        assert len(set(page.ids())) == len(page.ids()), path
        described = {
            name
            for _, attributes in page.tags
            for name in (attributes.get("aria-describedby") or "").split()
        }
        assert described <= set(page.ids()), path


def test_posting_forms_carry_the_csrf_token(visits: list[tuple[str, Page]]) -> None:
    for path, page in visits:
        for form in page.forms:
            assert form.attributes.get("action"), path
            posts = form.attributes.get("method") == "post"
            assert posts == ("csrfmiddlewaretoken" in form.names), path


@pytest.mark.parametrize("path", SIGNED_IN)
def test_the_content_policy_is_strict(browser: Client, path: str) -> None:
    response = browser.get(path)
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert len(response.content) < MARKUP_BUDGET_BYTES


@pytest.mark.parametrize("path", [path for path in SIGNED_IN if path.startswith("/dashboard")])
def test_pages_of_an_account_ask_a_stranger_to_sign_in(stranger: Client, path: str) -> None:
    response = stranger.get(path)
    assert response.status_code == 302
    assert unquote(response["Location"]).startswith(f"/login?next={path}")


def test_only_managers_see_the_admin_in_the_header(browser: Client, alice: User) -> None:
    assert b'href="/admin/"' not in browser.get("/dashboard/devices").content
    User.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
    assert b'href="/admin/"' in browser.get("/dashboard/devices").content


def test_a_hostile_name_is_text(browser: Client, alice: User) -> None:
    hostile = "<script>alert(1)</script>@example.com"
    User.objects.filter(pk=alice.pk).update(name=hostile)
    for path in SIGNED_IN:
        assert b"<script>alert" not in browser.get(path).content, path


def test_signing_out_is_a_form(browser: Client) -> None:
    page = Page(browser.get("/dashboard/devices").content.decode())
    assert page.form_to("/logout").attributes["method"] == "post"
    assert browser.get("/logout").status_code == 200
    assert browser.get("/dashboard/devices").status_code == 200
