"""Who may enter the admin, and that it is left with the role."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from meshes.models import Member, Mesh
from meshes.selectors import standing_in
from meshes.services import archive_mesh, bans, update_member
from tests.admin.realm import Realm, browser_of
from tests.admin.walking import addresses, list_of

pytestmark = pytest.mark.django_db

MEMBERS = list_of(Member)


@pytest.mark.parametrize("part", ["owner", "admin"])
def test_who_manages_a_mesh_enters(acme: Realm, part: str) -> None:
    assert browser_of(acme.people[part]).get("/admin/").status_code == 200


def test_an_operator_enters(olga: User) -> None:
    assert browser_of(olga).get("/admin/").status_code == 200


@pytest.mark.parametrize("part", ["member", "banned"])
def test_members_and_banned_admins_find_every_door_closed(acme: Realm, part: str) -> None:
    browser = browser_of(acme.people[part])
    for address in addresses(acme):
        for answer in (browser.get(address, follow=True), browser.post(address, follow=True)):
            assert answer.status_code in (403, 405) or not _in_admin(answer), address


def test_so_does_an_account_without_a_mesh(acme: Realm, dora: User) -> None:
    browser = browser_of(dora)
    for address in addresses(acme):
        assert browser.get(address, follow=True).status_code in (403, 200)
        assert not _in_admin(browser.get(address, follow=True)), address


def test_to_be_staff_is_not_enough(dora: User) -> None:
    dora.is_staff = True
    dora.save()
    assert browser_of(dora).get("/admin/", follow=True).status_code == 403


def test_an_admin_whose_only_key_came_by_a_signed_out_device_stays_out(acme: Realm) -> None:
    bob = acme.members["admin"]
    Member.objects.filter(pk=bob.pk).update(suspended_at=timezone.now())
    assert browser_of(acme.people["admin"]).get("/admin/", follow=True).status_code == 403


def test_a_closed_account_is_signed_out(acme: Realm) -> None:
    browser = browser_of(acme.owner)
    User.objects.filter(pk=acme.owner.pk).update(is_active=False)
    assert not _in_admin(browser.get("/admin/", follow=True))


def test_strangers_are_sent_to_sign_in_and_back(acme: Realm) -> None:
    for address in addresses(acme):
        answer = Client().get(address, follow=True)
        if not address.startswith(("/admin/login", "/admin/logout")):
            target, _ = answer.redirect_chain[-1]
            assert urlsplit(target).path == "/login", address
            assert parse_qs(urlsplit(target).query)["next"] == [address]


def test_signing_in_leads_back_but_never_away(acme: Realm) -> None:
    for wanted, led in ((MEMBERS, MEMBERS), ("https://evil.example/", "/dashboard")):
        stranger = Client()
        asked = stranger.get("/admin/login/", {"next": wanted}, follow=True)
        target, _ = asked.redirect_chain[-1]
        form = {"login": acme.owner.email, "password": "correct horse battery"}
        answer = stranger.post(target, form | {"next": wanted})
        assert answer.headers["Location"] == led


def test_there_is_no_form_of_the_admins_own_to_guess_passwords_at(acme: Realm) -> None:
    form = {"username": acme.owner.email, "password": "correct horse battery"}
    stranger = Client()
    stranger.post("/admin/login/", form)
    assert "_auth_user_id" not in stranger.session


def test_signing_out_is_the_sites(acme: Realm) -> None:
    browser = browser_of(acme.owner)
    answer = browser.post("/admin/logout/")
    assert (answer.status_code, answer.headers["Location"]) == (307, "/logout")
    browser.get("/admin/logout/", follow=True)
    assert "_auth_user_id" in browser.session
    browser.post("/admin/logout/", follow=True)
    assert "_auth_user_id" not in browser.session


def _demote(acme: Realm) -> None:
    by = standing_in(acme.owner, acme.mesh.slug)
    update_member(by=by, member_id=acme.members["admin"].pk, changes={"role": "member"})


def _ban(acme: Realm) -> None:
    bans.ban(
        mesh_id=acme.mesh.pk,
        by_member_id=acme.members["owner"].pk,
        member_id=acme.members["admin"].pk,
        by_account=True,
    )


def _archive(acme: Realm) -> None:
    archive_mesh(by=standing_in(acme.owner, acme.mesh.slug))


@pytest.mark.parametrize("fall", [_demote, _ban, _archive])
def test_the_next_request_after_the_fall_is_refused(
    acme: Realm, fall: Callable[[Realm], None]
) -> None:
    browser = browser_of(acme.people["admin"])
    assert browser.get(MEMBERS).status_code == 200
    fall(acme)
    answer = browser.post(
        MEMBERS, {"action": "kick", "_selected_action": acme.members["member"].pk}, follow=True
    )
    assert answer.status_code == 403


def test_an_admin_of_two_meshes_sees_both_until_one_is_lost(acme: Realm, lair: Realm) -> None:
    Member.objects.filter(pk=lair.members["admin"].pk).update(user=acme.people["admin"])
    browser = browser_of(acme.people["admin"])
    page = browser.get(list_of(Mesh)).content.decode()
    assert "acme" in page
    assert "lair" in page
    _demote(acme)
    page = browser.get(list_of(Mesh)).content.decode()
    assert "acme" not in page
    assert "lair" in page


def test_an_archived_mesh_is_gone_from_its_owners_admin_and_stays_in_the_operators(
    acme: Realm, lair: Realm, olga: User
) -> None:
    Mesh.objects.filter(pk=lair.mesh.pk).update(owner=acme.owner)
    browser = browser_of(acme.owner)
    assert "lair" in browser.get(list_of(Mesh)).content.decode()
    archive_mesh(by=standing_in(acme.owner, "lair"))
    assert "lair" not in browser.get(list_of(Mesh)).content.decode()
    assert "lair" in browser_of(olga).get(list_of(Mesh)).content.decode()


def _in_admin(answer: object) -> bool:
    """Whether a page of the admin was shown."""
    return b"claudemesh admin</title>" in answer.content  # type: ignore[attr-defined]
