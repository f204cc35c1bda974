"""No page of the admin shows a secret, and no filter lets one be guessed."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import CliSession, User
from audit.models import BrokerKey, Checkpoint
from meshes.models import Ban, Invite, Member, Mesh
from presence.models import Delivery, Message, Presence
from tests.admin.realm import Realm, browser_of
from tests.admin.walking import addresses, list_of, lists, page_of

pytestmark = pytest.mark.django_db

#: What holds secrets or contents has no list at all.
NEVER = (Authenticator, Session, BrokerKey, Checkpoint, Message, Delivery, Group)
#: Of columns that exist; a filter by them would say whether a guess is right.
GUESSES = {
    Mesh: ("owner_secret_encrypted", "root_key_encrypted", "owner__password", "owner__email"),
    Member: ("grants", "user__email", "user__password", "mesh__root_key_encrypted", "pubkey"),
    Invite: ("token", "token_hash", "code", "signature_v2", "mesh__owner_secret_encrypted"),
    Ban: ("member__user__email", "mesh__root_key_encrypted"),
    Presence: ("session_id", "session_key", "remote_addr", "summary", "details"),
    CliSession: ("token_hash", "jti", "user__password"),
    User: ("password",),
}


@pytest.fixture
def secrets(acme: Realm, lair: Realm, olga: User) -> list[str]:
    """Everything that stays inside; alice and olga have a second factor as well."""
    found = [*acme.secrets, *lair.secrets, olga.password]
    for user in (acme.owner, olga):
        secret = generate_totp_secret()
        TOTP.activate(user, secret)
        codes = RecoveryCodes.activate(user)
        stored = [str(v) for row in user.authenticator_set.all() for v in row.data.values()]
        found += [secret, *codes.get_unused_codes(), *stored]
    return [each for each in found if len(each) > 3]


@pytest.fixture(params=["operator", "owner", "admin"])
def browser(request: pytest.FixtureRequest, acme: Realm, olga: User) -> Client:
    return browser_of(olga if request.param == "operator" else acme.people[request.param])


def test_no_page_shows_a_secret(browser: Client, secrets: list[str], acme: Realm) -> None:
    seen = 0
    for address in [*addresses(acme), *lists(), f"{list_of(Invite)}add/"]:
        if "/logout/" in address:
            continue
        answer = browser.get(address)
        page = (b"".join(answer) if answer.streaming else answer.content).decode()
        seen += answer.status_code == 200
        assert [each for each in secrets if each in page] == [], address
    assert seen > 10


def test_no_question_before_an_action_shows_one(
    browser: Client, secrets: list[str], acme: Realm
) -> None:
    for model in admin.site._registry:
        model_admin: Any = admin.site._registry[model]
        for action in model_admin.actions or ():
            body = {"action": action, "_selected_action": str(acme.row(model).pk), "index": "0"}
            page = browser.post(list_of(model), body, follow=True).content.decode()
            assert [each for each in secrets if each in page] == [], (model, action)


def test_the_link_of_a_new_invitation_is_shown_once(acme: Realm) -> None:
    browser = browser_of(acme.owner)
    body = {"mesh": acme.mesh.pk, "preset": "single", "role": "member"}
    made = browser.post(f"{list_of(Invite)}add/", body).content.decode()
    invite = Invite.objects.latest("created_at")
    assert f"/i/{invite.code}" in made
    for address in (list_of(Invite), page_of(invite)):
        assert invite.code not in browser.get(address).content.decode()


def test_what_holds_secrets_has_no_list() -> None:
    assert [model for model in NEVER if model in admin.site._registry] == []


def test_every_list_names_the_fields_it_shows() -> None:
    for found in admin.site._registry.values():
        assert found.fields or found.fieldsets, found


def test_no_filter_by_a_secret_column(browser: Client, acme: Realm) -> None:
    for model, columns in GUESSES.items():
        for column in columns:
            for lookup in (column, f"{column}__startswith", f"{column}__regex"):
                answer = browser.get(list_of(model), {lookup: "a"})
                assert answer.status_code in (400, 403), (model, lookup)


def test_no_search_by_another_persons_address(acme: Realm) -> None:
    """Managers are not told it, so they cannot ask for it either."""
    browser = browser_of(acme.owner)
    for model in (Member, Presence, Ban):
        page = browser.get(list_of(model), {"q": acme.people["member"].email}).content
        assert b"Nothing matches" in page
    assert "carol@example.com" not in browser.get(page_of(acme.members["member"])).content.decode()


def test_an_operator_reads_addresses(acme: Realm, olga: User) -> None:
    page = browser_of(olga).get(page_of(acme.members["member"])).content.decode()
    assert "carol@example.com" in page


def test_what_members_share_with_each_other_only_is_not_shown(acme: Realm) -> None:
    """Directory, summary and network address of a session."""
    browser = browser_of(acme.owner)
    page = browser.get(page_of(acme.presence)).content.decode()
    page += browser.get(list_of(Presence)).content.decode()
    shown = ["203.0.113.7", acme.presence.summary, acme.presence.node_id]
    assert [each for each in shown if str(each) in page] == []


def test_texts_of_others_are_escaped(acme: Realm) -> None:
    bad = "<script>alert(1)</script>"
    Member.objects.filter(pk=acme.members["member"].pk).update(display_name=bad)
    Presence.objects.update(display_name=bad)
    Ban.objects.update(reason=bad)
    browser = browser_of(acme.owner)
    for address in [*lists(), page_of(acme.members["member"]), page_of(acme.presence)]:
        assert bad not in browser.get(address).content.decode()
