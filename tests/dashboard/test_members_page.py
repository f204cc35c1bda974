"""The list of members: roles, bans, and what is said to whoever may not."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from meshes.models import Ban, Member, Mesh
from tests.dashboard.conftest import HOSTILE, Browser
from tests.dashboard.rows import arrive
from tests.meshes.conftest import Person

pytestmark = pytest.mark.django_db
Browse = Callable[[Person | None], Browser]
MEMBERS = "/dashboard/meshes/acme/members"


def test_members_are_listed_with_their_roles(browse: Browse, cast: dict[str, Person]) -> None:
    page = browse(cast["member"]).get(MEMBERS)
    assert all(name in page for name in ("Alice", "Bob", "Carol", ">owner<", ">admin<"))
    assert "Erin" not in page
    assert "/ban" not in page


def test_the_owner_makes_an_admin(browse: Browse, cast: dict[str, Person]) -> None:
    carol = cast["member"].member
    page = browse(cast["owner"]).send(f"{MEMBERS}/{carol.pk}/role", role="admin")
    assert "Carol is an admin." in page
    assert Member.objects.get(pk=carol.pk).role == "admin"
    page = browse(cast["owner"]).send(f"{MEMBERS}/{carol.pk}/role", role="member")
    assert "Carol is a member." in page


@pytest.mark.parametrize("role", ["owner", "", "root"])
def test_no_other_role_can_be_given(browse: Browse, cast: dict[str, Person], role: str) -> None:
    carol = cast["member"].member
    browse(cast["owner"]).send(f"{MEMBERS}/{carol.pk}/role", role=role)
    assert Member.objects.get(pk=carol.pk).role == "member"


def test_the_owner_stays_owner(browse: Browse, cast: dict[str, Person]) -> None:
    alice = cast["owner"].member
    page = browse(cast["owner"]).send(f"{MEMBERS}/{alice.pk}/role", role="member")
    assert "cannot be changed" in page
    assert Member.objects.get(pk=alice.pk).role == "owner"


def test_a_ban_with_a_reason_and_its_end(
    browse: Browse, cast: dict[str, Person], mesh: Mesh
) -> None:
    bob, carol = browse(cast["admin"]), cast["member"].member
    assert "Ban <bdi>Carol</bdi>" in bob.get(f"{MEMBERS}/{carol.pk}/ban")
    assert "Carol is banned." in bob.send(f"{MEMBERS}/{carol.pk}/ban", reason="Sent <junk>")
    assert Ban.objects.get().reason == "Sent <junk>"
    bans = bob.get("/dashboard/meshes/acme/bans")
    assert "Sent &lt;junk&gt;" in bans
    assert "Bob" in bans
    browse(cast["member"]).get("/dashboard/meshes/acme", 404)
    assert "Carol may come back." in bob.send(f"{MEMBERS}/{carol.pk}/unban")
    browse(cast["member"]).get("/dashboard/meshes/acme")
    events = AuditEntry.objects.filter(mesh_id=mesh.pk).values_list("type", flat=True)
    assert {"member_banned", "member_unbanned"} <= set(events)


def test_nobody_bans_the_owner_or_themself(browse: Browse, cast: dict[str, Person]) -> None:
    bob = browse(cast["admin"])
    page = bob.send(f"{MEMBERS}/{cast['owner'].member.pk}/ban")
    assert "The owner of a mesh cannot be banned." in page
    assert "You cannot ban yourself." in bob.send(f"{MEMBERS}/{cast['admin'].member.pk}/ban")
    assert not Ban.objects.exists()


def test_a_reason_has_an_end(browse: Browse, cast: dict[str, Person]) -> None:
    page = browse(cast["owner"]).send(f"{MEMBERS}/{cast['member'].member.pk}/ban", reason="x" * 501)
    assert "at most 500 characters" in page
    assert not Ban.objects.exists()


def test_an_owner_whose_device_was_signed_out_is_told_why_a_ban_fails(
    browse: Browse, cast: dict[str, Person], mesh: Mesh
) -> None:
    Member.objects.filter(pk=cast["owner"].member.pk).delete()
    page = browse(cast["owner"]).send(f"{MEMBERS}/{cast['member'].member.pk}/ban")
    assert "You have no member on this mesh" in page
    assert not Ban.objects.exists()


def test_an_owner_manages_by_the_account_when_the_key_is_barred(
    browse: Browse, cast: dict[str, Person], mesh: Mesh
) -> None:
    Member.objects.filter(pk=cast["owner"].member.pk).update(suspended_at=timezone.now())
    alice, carol = browse(cast["owner"]), cast["member"].member
    presence = arrive(mesh, carol, "carols-agent")
    page = alice.send("/dashboard/meshes/acme/remove", kick=presence.pk)
    assert "Kicked: carols-agent." in page
    assert "Carol is banned." in alice.send(f"{MEMBERS}/{carol.pk}/ban")
    assert "Carol may come back." in alice.send(f"{MEMBERS}/{carol.pk}/unban")


def test_an_admin_whose_key_is_barred_may_look_and_no_more(
    browse: Browse, cast: dict[str, Person], mesh: Mesh
) -> None:
    Member.objects.filter(pk=cast["admin"].member.pk).update(suspended_at=timezone.now())
    bob, carol = browse(cast["admin"]), cast["member"].member
    arrive(mesh, carol, "carols-agent")
    page = bob.get("/dashboard/meshes/acme")
    assert "a device that was signed out" in page
    assert 'name="kick"' not in page
    assert "is barred" in bob.get("/dashboard")
    bob.get(f"{MEMBERS}/{carol.pk}/ban", 403)
    assert bob.client.post("/dashboard/meshes/acme/kick-all").status_code == 403


def test_a_long_list_comes_in_pages_and_is_searched(
    browse: Browse, cast: dict[str, Person], mesh: Mesh
) -> None:
    for number in range(60):
        Member.objects.create(mesh=mesh, pubkey=f"{number:064x}", display_name=f"agent-{number}")
    alice = browse(cast["owner"])
    first, last = alice.get(MEMBERS), alice.get(f"{MEMBERS}?page=3")
    assert "agent-0<" in first
    assert "agent-59<" in last
    assert "agent-59<" not in first
    assert max(len(first), len(last)) < 100_000
    found = alice.get(f"{MEMBERS}?q=AGENT-59")
    assert "agent-59<" in found
    assert "agent-58<" not in found
    assert "Nobody of that name" in alice.get(f"{MEMBERS}?q=zoe")


@pytest.mark.parametrize("text", HOSTILE)
def test_what_others_are_called_and_give_as_reasons_is_text(
    browse: Browse, cast: dict[str, Person], mesh: Mesh, text: str
) -> None:
    alice, member = cast["owner"].member, cast["member"].member
    Member.objects.filter(pk=member.pk).update(display_name=text[:120])
    other = Member.objects.create(mesh=mesh, pubkey="ab" * 32, display_name=text[:120])
    Ban.objects.create(mesh=mesh, member=other, banned_by=alice, reason=text[:2000])
    browser = browse(cast["owner"])
    for path in (
        MEMBERS,
        f"{MEMBERS}/{member.pk}/ban",
        "/dashboard/meshes/acme/bans",
        f"{MEMBERS}?q={text[:60]}",
    ):
        page = browser.get(path)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "' onmouseover" not in page
        assert len(page) < 100_000


def test_a_reason_cannot_turn_the_text_around(
    browse: Browse, cast: dict[str, Person], mesh: Mesh
) -> None:
    alice, carol = cast["owner"].member, cast["member"].member
    Ban.objects.create(mesh=mesh, member=carol, banned_by=alice, reason="\u202enoitacoler\x1b[31m")
    page = browse(cast["owner"]).get("/dashboard/meshes/acme/bans")
    assert "\u202e" not in page
    assert "\x1b" not in page
