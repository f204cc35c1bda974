"""Every list asks the database as often for many rows as for a few."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import services as accounts
from accounts.models import User
from audit.services import append_many
from meshes import services
from meshes.models import Member
from meshes.selectors import standing_in
from meshes.services import bans
from meshes.services.admission import joined_entry
from tests.admin.realm import Realm, browser_of, online
from tests.admin.walking import list_of

pytestmark = pytest.mark.django_db

#: Session and account, messages, entrance and the like come on top of the rows themselves.
MAX_QUERIES = 16


@pytest.mark.parametrize("who", ["owner", "operator"])
def test_lists_do_not_ask_for_each_row(acme: Realm, olga: User, who: str) -> None:
    browser = browser_of(acme.owner if who == "owner" else olga)
    lists = [list_of(model) for model in admin.site._registry]
    before = {address: _asked(browser, address) for address in lists}
    for number in range(12):
        _more(acme, number)
    after = {address: _asked(browser, address) for address in lists}
    grown = {a: (before[a], after[a]) for a in lists if after[a] > before[a] + 1}
    assert grown == {}
    assert max(after.values()) <= MAX_QUERIES


def _asked(browser: object, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        browser.get(address)  # type: ignore[attr-defined]
    return len(asked)


def _more(acme: Realm, number: int) -> None:
    """One more of everything, by people and invites of their own."""
    user = User.objects.create_user(f"guest-{number}@example.com", name=f"guest-{number}")
    by = standing_in(acme.owner, acme.mesh.slug)
    invite = services.create_invite(by=by).invite
    member = Member.objects.create(
        mesh=acme.mesh, user=user, pubkey=f"{number:064x}", display_name=f"guest-{number}"
    )
    append_many([joined_entry(member, invite_id=invite.pk)])
    online(member, f"session-{number}")
    accounts.issue_token(user=acme.owner, hostname=f"laptop-{number}")
    services.create_mesh(owner=acme.owner, name=f"Mesh {number}")
    bans.ban(
        mesh_id=acme.mesh.pk,
        by_member_id=acme.members["owner"].pk,
        member_id=member.pk,
        by_account=True,
    )
