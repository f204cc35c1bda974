"""Where an invitation leads: what it says, what it never says, and what it does: nothing."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from meshes.models import Invite, Member, Mesh
from meshes.selectors import Standing
from meshes.services import create_invite, keys
from meshes.services.invites import CreatedInvite
from meshes.services.tickets import open_ticket
from tests.dashboard.conftest import HOSTILE, Browser
from tests.meshes.conftest import Person, person

pytestmark = pytest.mark.django_db
Browse = Callable[[Person | None], Browser]


@pytest.fixture
def made(owner: Standing) -> CreatedInvite:
    return create_invite(by=owner, max_uses=3)


def test_a_stranger_reads_what_it_is_and_what_to_type(browse: Browse, made: CreatedInvite) -> None:
    page = browse(None).get(f"/i/{made.invite.code}")
    assert all(text in page for text in ("Acme", "Alice", "member", "<svg", "<dd>3</dd>"))
    assert f"{made.invite.expires_at:%Y-%m-%d %H:%M:%S} UTC" in page
    assert f"curl -fsSL http://localhost:7900/install | sh -s -- --join {made.url}<" in page
    assert f">claudemesh join {made.url}<" in page
    assert "?as=" not in page


def test_the_long_form_leads_to_the_same_and_shows_no_token(
    browse: Browse, made: CreatedInvite
) -> None:
    page = browse(None).get(f"/join/{made.token}")
    assert f">claudemesh join {made.url}<" in page
    assert made.token[:40] not in page


@pytest.mark.parametrize("form", ["/i/{code}", "/join/{token}"])
def test_the_page_is_kept_by_nobody_and_holds_no_key(
    browse: Browse, made: CreatedInvite, mesh: Mesh, form: str
) -> None:
    path = form.format(code=made.invite.code, token=made.token)
    response = browse(None).client.get(path)
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    page = response.content.decode()
    mesh.refresh_from_db()
    for secret in (keys.open_keys(mesh).root_key_text, mesh.owner_pubkey, made.token):
        assert secret not in page
    assert "<form" not in page, "without a referrer a form has no origin, and is refused"


def test_signed_in_the_command_carries_a_ticket_of_the_account(
    browse: Browse, made: CreatedInvite
) -> None:
    dave = person("dave")
    page = unescape(browse(dave).get(f"/i/{made.invite.code}"))
    links = re.findall(r"(?:join|--join) '([^']+)'", page)
    assert len(links) == 2
    for link in links:
        ticket = parse_qs(urlsplit(link).query)["as"][0]
        assert open_ticket(ticket=ticket, code=made.invite.code) == dave.user
    assert "dave@example.com" in page
    shown = page.split('data-copy="the link"')[1].split("</pre>")[0]
    assert "?as=" not in shown


def test_a_look_changes_nothing(browse: Browse, made: CreatedInvite) -> None:
    before = list(Member.objects.values()), list(Invite.objects.values())
    for who in (None, person("dave")):
        browse(who).get(f"/i/{made.invite.code}")
        browse(who).get(f"/i/{made.invite.code}?as=forged&user=root")
    assert (list(Member.objects.values()), list(Invite.objects.values())) == before


def test_who_is_on_the_mesh_is_told_so(
    browse: Browse, made: CreatedInvite, cast: dict[str, Person]
) -> None:
    path = f"/i/{made.invite.code}"
    assert "You are on this mesh already" in browse(cast["member"]).get(path)
    assert "You are on this mesh already" not in browse(cast["removed"]).get(path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"expires_at": timezone.now() - timedelta(days=1)}, "has expired"),
        ({"revoked_at": timezone.now()}, "was withdrawn"),
        ({"used_count": 3}, "is used up"),
    ],
)
def test_a_dead_one_says_why_and_nothing_else(
    browse: Browse, made: CreatedInvite, change: dict[str, object], words: str
) -> None:
    Invite.objects.filter(pk=made.invite.pk).update(**change)
    page = browse(None).get(f"/i/{made.invite.code}", 410)
    assert words in page
    assert "Ask whoever sent it for a new link." in page
    assert "Acme" not in page
    assert "Alice" not in page


def test_an_archived_mesh_looks_like_none(browse: Browse, made: CreatedInvite, mesh: Mesh) -> None:
    Mesh.objects.filter(pk=mesh.pk).update(archived_at=timezone.now())
    nobody = browse(None)
    assert nobody.get(f"/i/{made.invite.code}", 404) == nobody.get("/i/nosuchcode", 404)


def test_nobody_tries_codes_all_day(
    browse: Browse, made: CreatedInvite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meshes.pages.landing.RATE", "3/h")
    nobody = browse(None)
    for number in range(3):
        nobody.get(f"/i/guess{number}", 404)
    nobody.get(f"/i/{made.invite.code}", 429)


def test_a_token_too_long_to_be_one_is_nothing(browse: Browse, db: None) -> None:
    browse(None).get(f"/join/{'a' * 9000}", 404)


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_only_looking_is_answered(browse: Browse, made: CreatedInvite, method: str) -> None:
    client = browse(None).client
    for path in (f"/i/{made.invite.code}", f"/join/{made.token}"):
        assert getattr(client, method)(path).status_code == 405


@pytest.mark.parametrize("text", HOSTILE)
def test_names_are_text(browse: Browse, made: CreatedInvite, mesh: Mesh, text: str) -> None:
    Mesh.objects.filter(pk=mesh.pk).update(name=text[:120])
    type(made.invite.created_by).objects.update(name=text[:120])
    page = browse(None).get(f"/i/{made.invite.code}")
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "' onmouseover" not in page
    assert len(page) < 100_000
