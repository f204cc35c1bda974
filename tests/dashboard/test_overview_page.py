"""The dashboard: meshes at a glance, invitations that wait, what needs the person, a new mesh."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from claudemesh_wire.ids import new_id
from django.utils import timezone

from accounts import services as accounts
from accounts.models import CliSession
from meshes.models import Member, Mesh
from meshes.selectors import Standing
from meshes.services import create_invite
from presence.models import Delivery, Message
from tests.dashboard.conftest import HOSTILE, Browser
from tests.dashboard.rows import arrive
from tests.meshes.conftest import Person, person

pytestmark = pytest.mark.django_db
Browse = Callable[[Person | None], Browser]


def test_who_has_no_mesh_is_taught_to_make_one(browse: Browse, db: None) -> None:
    page = browse(person("dave")).get("/dashboard")
    assert "No meshes yet" in page
    assert "claudemesh create acme" in page


def test_a_mesh_shows_role_members_and_who_is_there(
    browse: Browse, cast: dict[str, Person], mesh: Mesh
) -> None:
    arrive(mesh, cast["admin"].member, "bobs-agent")
    arrive(mesh, cast["member"].member, "gone", disconnected_at=timezone.now())
    page = browse(cast["member"]).get("/dashboard")
    assert all(text in page for text in ("Acme", ">member<", "3 members", "bobs-agent"))
    assert "gone" not in page
    assert "1 session here now" in page


def test_nobody_sees_the_meshes_of_others(
    browse: Browse, cast: dict[str, Person], mesh: Mesh
) -> None:
    arrive(mesh, cast["admin"].member, "bobs-agent")
    for who in ("of another mesh", "removed"):
        page = browse(cast[who]).get("/dashboard")
        assert "Acme" not in page
        assert "bobs-agent" not in page


def test_an_invitation_to_a_proven_address_waits_on_the_dashboard(
    browse: Browse, cast: dict[str, Person], owner: Standing
) -> None:
    made = create_invite(by=owner, email="mallory@example.com").invite
    mallory = cast["of another mesh"]
    assert f"/i/{made.code}" not in browse(mallory).get("/dashboard")
    EmailAddress.objects.create(user=mallory.user, email=mallory.user.email, verified=True)
    page = browse(mallory).get("/dashboard")
    assert f"/i/{made.code}" in page
    assert "Alice" in page


def test_a_token_about_to_expire_needs_its_person(browse: Browse, cast: dict[str, Person]) -> None:
    _, device = accounts.issue_token(user=cast["owner"].user, hostname="old-laptop")
    assert "Needs you" not in browse(cast["owner"]).get("/dashboard")
    soon = timezone.now() + timedelta(days=6)
    CliSession.objects.filter(pk=device.pk).update(expires_at=soon)
    page = browse(cast["owner"]).get("/dashboard")
    assert "old-laptop" in page
    assert f"{soon:%Y-%m-%d %H:%M:%S} UTC" in page
    assert "old-laptop" not in browse(cast["admin"]).get("/dashboard")


def test_a_second_key_of_a_name_needs_a_look(
    browse: Browse, cast: dict[str, Person], mesh: Mesh
) -> None:
    Member.objects.create(mesh=mesh, pubkey="cd" * 32, display_name="Carol")
    assert "A new key for <bdi>Carol</bdi>" in browse(cast["owner"]).get("/dashboard")


def test_mail_that_came_nowhere_is_told_to_its_sender_only(
    browse: Browse, cast: dict[str, Person], mesh: Mesh
) -> None:
    now = timezone.now()
    message = Message.objects.create(
        id=new_id(),
        mesh=mesh,
        sender=cast["owner"].member,
        sender_name="alice",
        client_id="c1",
        target_spec="*",
        priority="now",
        nonce="",
        ciphertext="secret",
        created_at=now,
    )
    Delivery.objects.create(
        message=message,
        member=cast["member"].member,
        recipient_name="carols-agent",
        priority="now",
        state="undeliverable",
        reason="session_gone",
        expires_at=now,
        updated_at=now,
    )
    page = browse(cast["owner"]).get("/dashboard")
    assert "did not reach <bdi>carols-agent</bdi>" in page
    assert "the session it was for has ended" in page
    assert f"claudemesh trace {message.pk}" in page
    for who in ("admin", "member", "of another mesh"):
        assert "carols-agent" not in browse(cast[who]).get("/dashboard")


def test_a_mesh_made_here_teaches_to_bring_a_key(browse: Browse, db: None) -> None:
    dave = browse(person("dave"))
    page = dave.send("/dashboard/new", name="Dave's crew")
    assert "Dave&#x27;s crew is made." in page
    assert "claudemesh sync" in page
    assert Mesh.objects.get().slug == "daves-crew"
    assert "No key yet" in dave.get("/dashboard")
    assert "No member has a key yet" in dave.get("/dashboard/meshes/daves-crew/members")


@pytest.mark.parametrize("name", ["", " ", "x" * 121, "two\nlines", "\u202etxt", "\x00"])
def test_a_name_that_is_none_makes_no_mesh(browse: Browse, db: None, name: str) -> None:
    assert "errorlist" in browse(person("dave")).send("/dashboard/new", name=name)
    assert not Mesh.objects.exists()


def test_nobody_makes_meshes_without_end(
    browse: Browse, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.views.overview.MESHES_PER_ACCOUNT", "2/h")
    dave = browse(person("dave"))
    pages = [dave.send("/dashboard/new", name=f"Mesh {number}") for number in range(3)]
    assert "Too many requests" in pages[2]
    assert Mesh.objects.count() == 2


@pytest.mark.parametrize("text", HOSTILE)
def test_what_others_call_themselves_is_text(
    browse: Browse, cast: dict[str, Person], mesh: Mesh, owner: Standing, text: str
) -> None:
    short = text[:120]
    arrive(mesh, cast["member"].member, short, summary=text, details={"cwd": text[:4096]})
    Mesh.objects.filter(pk=mesh.pk).update(name=short)
    for path in ("/dashboard", "/dashboard/meshes/acme", "/dashboard/meshes/acme/settings"):
        page = browse(cast["owner"]).get(path)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "' onmouseover" not in page
        assert len(page) < 100_000


@pytest.mark.parametrize("path", ["/dashboard", "/dashboard/meshes/acme", "/dashboard/new"])
def test_no_cache_keeps_what_a_person_sees(
    browse: Browse, cast: dict[str, Person], path: str
) -> None:
    response = browse(cast["owner"]).client.get(path)
    assert {"no-store", "private"} <= set(response.headers["Cache-Control"].split(", "))
