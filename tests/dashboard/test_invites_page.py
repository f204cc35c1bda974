"""Invitations on the dashboard: made, shown, mailed, withdrawn."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from meshes.models import Invite, Mesh
from meshes.selectors import Standing
from meshes.services import create_invite
from meshes.services.invites import stored_token
from tests.dashboard.conftest import Browser
from tests.meshes.conftest import Person

pytestmark = pytest.mark.django_db
Browse = Callable[[Person | None], Browser]
INVITES = "/dashboard/meshes/acme/invites"
PLAIN = {"preset": "single", "role": "member"}


def test_a_new_invitation_is_shown_with_link_command_and_qr_code(
    browse: Browse, cast: dict[str, Person]
) -> None:
    page = browse(cast["admin"]).send(INVITES, **PLAIN)
    invite = Invite.objects.get()
    url = f"http://localhost:7900/i/{invite.code}"
    assert (invite.role, invite.max_uses, invite.created_by) == ("member", 1, cast["admin"].user)
    assert f">{url}<" in page
    assert f"curl -fsSL http://localhost:7900/install | sh -s -- --join {url}<" in page
    assert "<svg" in page
    assert stored_token(invite) not in page


def test_what_is_chosen_beside_the_preset_counts(browse: Browse, cast: dict[str, Person]) -> None:
    browse(cast["owner"]).send(
        INVITES, preset="team", role="admin", expires_in_s="3600", max_uses="3"
    )
    invite = Invite.objects.get()
    assert (invite.role, invite.max_uses) == ("admin", 3)
    assert invite.expires_at - timezone.now() < timedelta(hours=1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"preset": "forever"},
        {"role": "owner"},
        {"expires_in_s": "1"},
        {"expires_in_s": "x"},
        {"max_uses": "0"},
        {"max_uses": "10001"},
        {"email": "no address"},
        {"email": "a@example.com\nBcc: b@example.com"},
    ],
)
def test_a_wrong_choice_makes_nothing(
    browse: Browse, cast: dict[str, Person], wrong: dict[str, str]
) -> None:
    page = browse(cast["owner"]).send(INVITES, **PLAIN | wrong)
    assert "errorlist" in page
    assert not Invite.objects.exists()
    assert not mail.outbox


def test_an_admin_invites_no_admins(browse: Browse, cast: dict[str, Person]) -> None:
    bob = browse(cast["admin"])
    assert 'value="admin"' not in bob.get(INVITES)
    bob.send(INVITES, **PLAIN | {"role": "admin"})
    assert not Invite.objects.exists()


def test_the_link_is_mailed_and_mailed_again(browse: Browse, cast: dict[str, Person]) -> None:
    alice = browse(cast["owner"])
    page = alice.send(INVITES, **PLAIN | {"email": "Dave@Example.com"})
    assert "was mailed to dave@example.com" in page
    invite = Invite.objects.get()
    assert invite.code in mail.outbox[0].body
    assert "was mailed" in alice.send(f"{INVITES}/{invite.pk}/mail")
    assert [m.to for m in mail.outbox] == [["dave@example.com"]] * 2


def test_mail_that_was_not_taken_is_said(
    browse: Browse, cast: dict[str, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emails.services.send_invitation", lambda **_: False)
    page = browse(cast["owner"]).send(INVITES, **PLAIN | {"email": "dave@example.com"})
    assert "could not be sent" in page
    assert Invite.objects.exists()


def test_nobody_mails_without_end(
    browse: Browse, cast: dict[str, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.views.invites.MAILS_PER_ACCOUNT", "2/h")
    alice = browse(cast["owner"])
    pages = [alice.send(INVITES, **PLAIN | {"email": f"d{n}@example.com"}) for n in range(3)]
    assert "Too many requests" in pages[2]
    assert len(mail.outbox) == 2


def test_a_withdrawn_invitation_lets_nobody_in(
    browse: Browse, cast: dict[str, Person], owner: Standing
) -> None:
    invite = create_invite(by=owner).invite
    assert "withdrawn" in browse(cast["admin"]).send(f"{INVITES}/{invite.pk}/revoke")
    assert Invite.objects.get().status() == "revoked"
    page = browse(cast["admin"]).get(f"{INVITES}/{invite.pk}")
    assert "<svg class" not in page.split("<main")[1]
    assert "lets nobody in any more" in page


def test_all_open_ones_are_withdrawn_at_once(
    browse: Browse, cast: dict[str, Person], owner: Standing
) -> None:
    for _ in range(3):
        create_invite(by=owner)
    alice = browse(cast["owner"])
    assert "3 open invitations" in alice.get(f"{INVITES}/revoke-all")
    assert "Withdrawn: 3." in alice.send(f"{INVITES}/revoke-all")
    assert {invite.status() for invite in Invite.objects.all()} == {"revoked"}


def test_the_list_says_how_each_stands(
    browse: Browse, cast: dict[str, Person], owner: Standing, mesh: Mesh
) -> None:
    made = [create_invite(by=owner, max_uses=2).invite for _ in range(4)]
    Invite.objects.filter(pk=made[1].pk).update(expires_at=timezone.now())
    Invite.objects.filter(pk=made[2].pk).update(used_count=2)
    Invite.objects.filter(pk=made[3].pk).update(revoked_at=timezone.now())
    page = browse(cast["owner"]).get(INVITES)
    for word in (">open<", ">expired<", ">used up<", ">withdrawn<", "2 of 2", "0 of 2"):
        assert word in page
    assert f"{made[0].expires_at:%Y-%m-%d %H:%M:%S} UTC" in page
    assert page.count("/revoke") == 2  # the open one's, and that of all


def test_an_invitation_of_another_mesh_is_not_there(
    browse: Browse, cast: dict[str, Person], owner: Standing
) -> None:
    invite = create_invite(by=owner).invite
    mallory = browse(cast["of another mesh"])
    mallory.get(f"/dashboard/meshes/lair/invites/{invite.pk}", 404)
    page = mallory.send(f"/dashboard/meshes/lair/invites/{invite.pk}/revoke")
    assert "This mesh has no such invitation." in page
    assert Invite.objects.get(pk=invite.pk).status() == "open"


def test_many_invitations_come_in_pages(
    browse: Browse, cast: dict[str, Person], owner: Standing
) -> None:
    for _ in range(30):
        create_invite(by=owner)
    page = browse(cast["owner"]).get(INVITES)
    assert "Page 1 of 2" in page
    assert len(page) < 100_000
