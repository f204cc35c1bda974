"""What is done in the admin goes by the services, in the name of the one who does it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from accounts.models import CliSession, User
from audit import chains
from audit.models import AuditEntry
from meshes.models import Ban, Invite, Member, Mesh
from presence.models import Presence, UntoldKick
from tests.admin.realm import Realm, browser_of, online
from tests.admin.walking import list_of, page_of
from tests.unguarded import unguarded

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(acme: Realm) -> Client:
    """The owner's browser."""
    return browser_of(acme.owner)


@pytest.fixture
def bob(acme: Realm) -> Client:
    """The admin's browser."""
    return browser_of(acme.people["admin"])


@pytest.fixture
def operator(olga: User) -> Client:
    """The browser of a superuser who is on no mesh."""
    return browser_of(olga)


def act(browser: Client, action: str, *rows: Any, **more: str) -> str:
    """Runs an action on rows of one list; the page that follows."""
    body = {"action": action, "_selected_action": [str(row.pk) for row in rows], **more}
    if "sure" not in more:
        body["index"] = "0"
    return browser.post(list_of(type(rows[0])), body, follow=True).content.decode()


def last_entry(realm: Realm) -> AuditEntry:
    return AuditEntry.objects.filter(mesh_id=realm.mesh.pk).latest("seq")


# --- sessions -------------------------------------------------------------------


def test_a_kick_ends_the_session_and_names_the_manager(bob: Client, acme: Realm) -> None:
    page = act(bob, "kick", acme.presence)
    assert "Kicked: Acme-session." in page
    assert not Presence.objects.filter(pk=acme.presence.pk).exists()
    assert UntoldKick.objects.filter(pk=acme.presence.pk).exists()
    entry = last_entry(acme)
    assert (entry.type, entry.actor) == ("peers_kicked", acme.members["admin"].pk)


def test_a_disconnect_lets_them_come_back(alice: Client, acme: Realm) -> None:
    assert "Disconnected: Acme-session." in act(alice, "disconnect", acme.presence)
    assert not UntoldKick.objects.exists()
    assert last_entry(acme).type == "peers_disconnected"


def test_ones_own_session_is_refused_in_words(alice: Client, acme: Realm) -> None:
    own = online(acme.members["owner"], "own-session")
    assert "your own session" in act(alice, "kick", own)
    assert Presence.objects.filter(pk=own.pk).exists()


def test_a_member_is_kicked_with_all_sessions(alice: Client, acme: Realm) -> None:
    online(acme.members["member"], "phone")
    page = act(alice, "kick", acme.members["member"])
    assert "Acme-session" in page
    assert "phone" in page
    assert not Presence.objects.filter(member=acme.members["member"]).exists()
    assert "None of them is connected." in act(alice, "kick", acme.members["member"])


def test_an_operator_kicks_as_the_broker(operator: Client, acme: Realm, lair: Realm) -> None:
    page = act(operator, "kick", acme.presence, lair.presence)
    assert "Kicked: Acme-session and Lair-session." in page
    assert last_entry(acme).actor == last_entry(lair).actor == chains.BROKER


# --- bans -----------------------------------------------------------------------


def test_a_ban_asks_why_and_tells_the_log(bob: Client, acme: Realm) -> None:
    carol = acme.members["member"]
    assert "Ban these members?" in act(bob, "ban", carol)
    assert not Ban.objects.filter(member=carol).exists()
    assert "Banned: carol." in act(bob, "ban", carol, sure="yes", reason="spam")
    ban = Ban.objects.get(member=carol)
    assert (ban.reason, ban.banned_by) == ("spam", acme.members["admin"])
    entry = last_entry(acme)
    assert (entry.type, entry.actor) == ("member_banned", acme.members["admin"].pk)


def test_who_cannot_be_banned_is_named_and_the_others_are(bob: Client, acme: Realm) -> None:
    everybody = [acme.members[part] for part in ("owner", "admin", "member", "banned")]
    page = act(bob, "ban", *everybody, sure="yes", reason="all of you")
    assert "alice: The owner of a mesh cannot be banned." in page
    assert "bob: You cannot ban yourself." in page
    assert "erin: erin is banned already." in page
    assert "Banned: carol." in page


def test_a_ban_is_lifted_from_either_list(alice: Client, acme: Realm) -> None:
    assert "May come back: erin." in act(alice, "lift", acme.ban)
    assert "erin: erin is not banned." in act(alice, "unban", acme.members["banned"])
    act(alice, "ban", acme.members["banned"], sure="yes", reason="")
    assert "May come back: erin." in act(alice, "unban", acme.members["banned"])
    assert last_entry(acme).type == "member_unbanned"


def test_an_operator_without_a_member_is_told_why_not(operator: Client, acme: Realm) -> None:
    for page in (
        act(operator, "ban", acme.members["member"], sure="yes", reason=""),
        act(operator, "unban", acme.members["banned"]),
    ):
        assert "You are no owner or admin of acme." in page
    assert Ban.objects.filter(lifted_at=None).count() == 1


def test_an_owner_whose_key_never_came_bans_all_the_same(alice: Client, acme: Realm) -> None:
    """The account made the mesh in the browser; its place has no key yet."""
    Member.objects.filter(pk=acme.members["owner"].pk).update(pubkey="")
    assert "Banned: carol." in act(alice, "ban", acme.members["member"], sure="yes", reason="")


# --- invitations -----------------------------------------------------------------


def invite(browser: Client, realm: Realm, **more: str) -> str:
    body = {"mesh": realm.mesh.pk, "preset": "team", "role": "member"} | more
    return browser.post(f"{list_of(Invite)}add/", body).content.decode()


def test_an_invitation_is_made_in_the_name_of_the_account(bob: Client, acme: Realm) -> None:
    page = invite(bob, acme, max_uses="3", expires_in_s="3600")
    made = Invite.objects.latest("created_at")
    assert f"/install | sh -s -- --join http://localhost:7900/i/{made.code}" in page
    assert (made.max_uses, made.created_by) == (3, acme.people["admin"])
    assert last_entry(acme).actor == acme.members["admin"].pk
    assert mail.outbox == []


def test_it_is_mailed_where_an_address_is_given(alice: Client, acme: Realm) -> None:
    page = invite(alice, acme, email="guest@elsewhere.example")
    assert "The invitation was mailed to guest@elsewhere.example." in page
    assert [message.to for message in mail.outbox] == [["guest@elsewhere.example"]]


def test_a_mail_that_fails_is_said_to_have_failed(
    alice: Client, acme: Realm, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "tests.admin.no_mail.Backend"
    page = invite(alice, acme, email="guest@elsewhere.example")
    assert "could not be sent" in page
    assert Invite.objects.filter(email="guest@elsewhere.example").exists()


def test_an_admin_makes_no_admins(bob: Client, acme: Realm) -> None:
    before = Invite.objects.count()
    assert "Only the owner of the mesh may do that." in invite(bob, acme, role="admin")
    assert Invite.objects.count() == before


def test_withdrawing_is_written_down(bob: Client, acme: Realm) -> None:
    assert "Withdrawn: " in act(bob, "revoke", acme.invite)
    acme.invite.refresh_from_db()
    assert acme.invite.revoked_at is not None
    assert last_entry(acme).type == "invite_revoked"


def test_an_operator_withdraws_but_does_not_invite(
    operator: Client, acme: Realm, olga: User
) -> None:
    assert "Withdrawn: " in act(operator, "revoke", acme.invite)
    assert last_entry(acme).actor == chains.of_account(olga.pk)
    assert operator.get(f"{list_of(Invite)}add/").status_code == 403
    assert operator.post(f"{list_of(Invite)}add/", {"mesh": acme.mesh.pk}).status_code == 403


# --- members and meshes -------------------------------------------------------------


def change(browser: Client, row: Any, **fields: Any) -> str:
    return browser.post(page_of(row), fields | {"_save": "Save"}, follow=True).content.decode()


PROFILE = {"display_name": "Caroline", "role_tag": "ops", "message_mode": "inbox"}


def test_the_owner_gives_roles_and_edits_profiles(alice: Client, acme: Realm) -> None:
    carol = acme.members["member"]
    Member.objects.filter(pk=carol.pk).update(groups=[{"name": "dev", "role": "lead"}])
    change(alice, carol, **PROFILE, role="admin", group_names="dev\nqa\nqa")
    carol.refresh_from_db()
    assert (carol.display_name, carol.role_tag, carol.message_mode) == tuple(PROFILE.values())
    assert carol.role == "admin"
    assert carol.groups == [{"name": "dev", "role": "lead"}, {"name": "qa"}]
    assert last_entry(acme).type == "role_changed"


def test_an_admin_edits_profiles_and_gives_no_roles(bob: Client, acme: Realm) -> None:
    carol = acme.members["member"]
    change(bob, carol, **PROFILE, role="admin", group_names="")
    carol.refresh_from_db()
    assert (carol.display_name, carol.role) == ("Caroline", "member")


def test_nobody_takes_the_owners_role(alice: Client, acme: Realm) -> None:
    own = acme.members["owner"]
    change(alice, own, **PROFILE, role="member", group_names="")
    own.refresh_from_db()
    assert (own.display_name, own.role) == ("Caroline", "owner")


def test_names_that_steer_a_terminal_are_refused(alice: Client, acme: Realm) -> None:
    page = change(alice, acme.members["member"], **PROFILE | {"display_name": "a\x1b[2Jb"})
    assert "Must not contain control characters." in page


def test_a_banned_member_and_operators_only_read(
    alice: Client, operator: Client, acme: Realm
) -> None:
    for browser, row in ((alice, acme.members["banned"]), (operator, acme.members["member"])):
        assert "_save" not in browser.get(page_of(row)).content.decode()
        assert browser.post(page_of(row), PROFILE).status_code == 403


def test_the_owner_changes_rules(alice: Client, acme: Realm) -> None:
    change(alice, acme.mesh, name="Acme 2", slug="acme-2", self_editable=["groups"])
    acme.mesh.refresh_from_db()
    assert (acme.mesh.name, acme.mesh.slug) == ("Acme 2", "acme-2")
    assert acme.mesh.policy["auditMessages"] is False
    assert acme.mesh.policy["selfEditable"]["displayName"] is False
    types = AuditEntry.objects.filter(mesh_id=acme.mesh.pk).values_list("type", flat=True)
    assert {"mesh_renamed", "policy_changed"} <= set(types)


def test_a_slug_that_is_taken_is_an_error_on_the_form(
    alice: Client, acme: Realm, lair: Realm
) -> None:
    page = change(alice, acme.mesh, name="Acme", slug="lair")
    assert "already exists" in page
    assert "single hyphens" in change(alice, acme.mesh, name="Acme", slug="no--slug")
    acme.mesh.refresh_from_db()
    assert acme.mesh.slug == "acme"


def test_an_admin_reads_the_rules(bob: Client, acme: Realm) -> None:
    page = bob.get(page_of(acme.mesh)).content.decode()
    assert "their name, their role tag" in page
    assert bob.post(page_of(acme.mesh), {"name": "Mine", "slug": "mine"}).status_code == 403
    assert bob.get(f"{list_of(Mesh)}{acme.mesh.pk}/archive/").status_code == 404


@pytest.mark.parametrize("who", ["alice", "operator"])
def test_archiving_wants_the_slug(
    request: pytest.FixtureRequest, acme: Realm, olga: User, who: str
) -> None:
    browser: Client = request.getfixturevalue(who)
    address = f"{list_of(Mesh)}{acme.mesh.pk}/archive/"
    assert "That is not acme." in browser.post(address, {"slug": "lair"}).content.decode()
    browser.post(address, {"slug": "acme"})
    acme.mesh.refresh_from_db()
    assert acme.mesh.archived_at is not None
    actor = acme.members["owner"].pk if who == "alice" else chains.of_account(olga.pk)
    assert (last_entry(acme).type, last_entry(acme).actor) == ("mesh_archived", actor)


# --- the log, devices ------------------------------------------------------------------


def test_verifying_says_what_was_found(alice: Client, acme: Realm) -> None:
    address = f"{list_of(Mesh)}{acme.mesh.pk}/verify/"
    unbroken = f"acme: {last_entry(acme).seq} entries, an unbroken chain."
    assert unbroken in alice.post(address, follow=True).content.decode()
    assert unbroken in act(alice, "verify_audit", acme.mesh)
    with unguarded():
        forged = "UPDATE audit_auditentry SET actor = 'mallory' WHERE mesh_id = %s AND seq = 2"
        connection.cursor().execute(forged, [acme.mesh.pk])
    assert "acme: Broken at entry 2" in act(alice, "verify_audit", acme.mesh)


def test_looking_at_the_address_verifies_nothing(alice: Client, acme: Realm) -> None:
    answer = alice.get(f"{list_of(Mesh)}{acme.mesh.pk}/verify/", follow=True)
    assert "unbroken" not in answer.content.decode()


def test_the_log_is_exported_whole(alice: Client, acme: Realm) -> None:
    answer = alice.get(f"{list_of(Mesh)}{acme.mesh.pk}/export/")
    lines = b"".join(answer).splitlines()  # type: ignore[arg-type]
    assert len(lines) == last_entry(acme).seq + 1
    assert answer.headers["Content-Disposition"] == 'attachment; filename="acme-audit.jsonl"'


def test_signing_out_a_device_bars_its_keys(alice: Client, acme: Realm) -> None:
    member = acme.members["owner"]
    Member.objects.filter(pk=member.pk).update(device=acme.device)
    assert "Signed out: Acme-laptop." in act(alice, "revoke", acme.device)
    member.refresh_from_db()
    assert member.suspended_at is not None


def test_an_operator_signs_out_in_its_own_name(operator: Client, acme: Realm, olga: User) -> None:
    act(operator, "revoke", acme.device)
    revoked = CliSession.objects.get(pk=acme.device.pk)
    assert revoked.revoked_by == olga
    chain = AuditEntry.objects.filter(mesh_id=chains.of_account(acme.owner.pk))
    assert chain.latest("seq").actor == chains.of_account(olga.pk)


def test_too_many_at_once_is_said(alice: Client, acme: Realm, monkeypatch: Any) -> None:
    monkeypatch.setattr("accounts.admin.selection.MAX_SELECTED", 1)
    everybody = [acme.members["owner"], acme.members["member"]]
    assert "Select at most 1 at a time." in act(alice, "ban", *everybody, sure="yes")
    assert Ban.objects.count() == 1


def test_forged_requests_without_the_token_change_nothing(acme: Realm) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(acme.owner)
    mesh = f"{list_of(Mesh)}{acme.mesh.pk}"
    for address in (list_of(Member), f"{mesh}/verify/", f"{mesh}/archive/", page_of(acme.mesh)):
        assert browser.post(address, {"slug": "acme"}).status_code == 403


def test_an_operator_who_is_a_plain_member_acts_as_the_operator(
    operator: Client, acme: Realm, olga: User
) -> None:
    """Not as the member, which may do nothing."""
    Member.objects.filter(pk=acme.members["member"].pk).update(user=olga)
    assert "Withdrawn: " in act(operator, "revoke", acme.invite)
    assert last_entry(acme).actor == chains.of_account(olga.pk)


def test_an_operator_who_manages_the_mesh_acts_as_its_member(
    operator: Client, acme: Realm, olga: User
) -> None:
    Member.objects.filter(pk=acme.members["admin"].pk).update(user=olga)
    assert "Banned: carol." in act(operator, "ban", acme.members["member"], sure="yes")
    assert last_entry(acme).actor == acme.members["admin"].pk
