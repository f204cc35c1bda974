"""Who manages one mesh finds nothing of another: by list, address, search, filter or action.

Walks what is registered, so a list that is new fails until the realms have a row of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from accounts.models import CliSession, User
from audit.models import AuditEntry
from meshes.models import Ban, Invite, Member, Mesh
from presence.models import Presence
from tests.admin.realm import Realm, browser_of
from tests.admin.walking import NO_ID, addresses, list_of, lists, page_of

pytestmark = pytest.mark.django_db

#: Lists that those who manage a mesh have; the others are for operators.
SHARED = (Mesh, Member, Invite, Ban, Presence, AuditEntry, CliSession)


@pytest.fixture(params=["owner", "admin"])
def browser(request: pytest.FixtureRequest, acme: Realm) -> Client:
    """Alice's, then bob's."""
    return browser_of(acme.people[request.param])


def found(lair: Realm, answer: Any, *said: str) -> list[str]:
    """What of the lair is on a page, beside what was said in the request itself."""
    text = b"".join(answer) if answer.streaming else answer.content
    page = text.decode()
    return [m for m in lair.marks() if m in page and not any(m in each for each in said)]


def things_of(lair: Realm) -> dict[str, list[Any]]:
    """Everything that an action could change."""
    mesh = lair.mesh
    return {
        "mesh": list(Mesh.objects.filter(pk=mesh.pk).values()),
        "members": list(Member.objects.filter(mesh=mesh).order_by("pk").values()),
        "invites": list(Invite.objects.filter(mesh=mesh).order_by("pk").values()),
        "bans": list(Ban.objects.filter(mesh=mesh).order_by("pk").values()),
        "presences": list(Presence.objects.filter(mesh=mesh).order_by("pk").values()),
        "audit": list(AuditEntry.objects.filter(mesh_id=mesh.pk).order_by("seq").values()),
        "devices": list(CliSession.objects.filter(user=lair.owner).order_by("pk").values()),
        "people": list(User.objects.order_by("pk").values("pk", "name", "email", "is_active")),
    }


def test_the_realms_have_a_row_of_everything_that_is_registered(acme: Realm, lair: Realm) -> None:
    for model in admin.site._registry:
        assert acme.row(model) != lair.row(model)


def test_lists_show_the_own_and_nothing_else(browser: Client, acme: Realm, lair: Realm) -> None:
    for model in SHARED:
        answer = browser.get(list_of(model))
        assert answer.status_code == 200
        assert found(lair, answer) == []
        if model is not CliSession:
            assert str(acme.row(model).pk) in answer.content.decode()


def test_lists_for_operators_are_closed(browser: Client, acme: Realm) -> None:
    for model in set(admin.site._registry) - set(SHARED):
        assert browser.get(list_of(model)).status_code == 403
        assert browser.get(page_of(acme.row(model))).status_code == 404


def test_no_address_shows_or_changes_anything_of_another_mesh(
    browser: Client, acme: Realm, lair: Realm
) -> None:
    before = things_of(lair)
    for address in addresses(lair):
        if "/logout/" in address:
            continue
        for answer in (browser.get(address), browser.post(address, _everything(lair))):
            assert answer.status_code < 500, address
            assert found(lair, answer, address, *_everything(lair).values()) == [], address
        after = browser.get(address, follow=True)
        assert found(lair, after, address) == [], address
    assert things_of(lair) == before


def test_a_row_of_another_mesh_looks_like_none(browser: Client, lair: Realm) -> None:
    for model in SHARED:
        if model is AuditEntry:
            continue  # its id is a number
        row = lair.row(model)
        for view in ("change", "history", "delete", "verify", "export", "archive", ""):
            real = browser.get(f"{list_of(model)}{row.pk}/{view}", follow=True)
            unreal = browser.get(f"{list_of(model)}{NO_ID}/{view}", follow=True)
            assert real.status_code == unreal.status_code
            assert [status for _, status in real.redirect_chain] == [
                status for _, status in unreal.redirect_chain
            ]


def queries(lair: Realm) -> Iterator[dict[str, str]]:
    """What a forged query string may ask of a list."""
    for mark in lair.marks():
        yield {"q": mark}
    mesh = lair.mesh
    yield from (
        {"mesh": mesh.pk},
        {"mesh": mesh.pk, "state": "open"},
        {"mesh": "x" * 500},
        {"mesh__id__exact": mesh.pk},
        {"mesh_id": mesh.pk},
        {"mesh__slug": mesh.slug},
        {"mesh__owner__email__startswith": "m"},
        {"user__email__startswith": "m"},
        {"id__exact": mesh.pk},
        {"pk__in": mesh.pk},
        {"member__mesh__slug": mesh.slug},
        {"_facets": "True"},
        {"_popup": "1", "_to_field": "id"},
        {"_to_field": "slug"},
        {"_to_field": "token_hash"},
        {"created_at__year": "2026"},
        {"joined_at__year": "2026", "joined_at__month": "11"},
        {"event": "mesh_created"},
        {"o": "1.2.3"},
        {"o": "99"},
        {"p": "2"},
        {"p": "x"},
        {"all": ""},
        {"e": "1"},
    )


def test_no_query_string_opens_a_list(browser: Client, acme: Realm, lair: Realm) -> None:
    for address in [list_of(model) for model in SHARED]:
        for query in queries(lair):
            answer = browser.get(address, query)
            assert answer.status_code in (200, 302, 400), (address, query)
            assert found(lair, answer, *query.values()) == [], (address, query)


def test_a_search_for_a_foreign_name_finds_no_row(browser: Client, lair: Realm) -> None:
    for address in [list_of(model) for model in SHARED]:
        if address == list_of(AuditEntry):
            continue  # has no search
        for mark in lair.marks():
            assert b"Nothing matches" in browser.get(address, {"q": mark}).content, mark


def test_filters_offer_own_meshes_only(acme: Realm, lair: Realm, olga: User) -> None:
    Member.objects.filter(pk=lair.members["admin"].pk).update(user=acme.people["admin"])
    for model in (Member, Invite, Ban, Presence, AuditEntry):
        for who, offered in ((acme.owner, False), (acme.people["admin"], True), (olga, True)):
            page = browser_of(who).get(list_of(model), {"mesh": acme.mesh.pk}).content.decode()
            assert (f"mesh={lair.mesh.pk}" in page) is offered


def test_nothing_completes_names_or_leads_to_rows_by_their_type(
    browser: Client, acme: Realm, lair: Realm
) -> None:
    for model in admin.site._registry:
        for field in model._meta.get_fields():
            asked = {
                "app_label": model._meta.app_label,
                "model_name": str(model._meta.model_name),
                "field_name": field.name,
                "term": "",
            }
            assert browser.get("/admin/autocomplete/", asked).status_code == 404
        kind = ContentType.objects.get_for_model(model)
        assert browser.get(f"/admin/r/{kind.pk}/{lair.row(model).pk}/").status_code == 404


def test_actions_reach_no_row_of_another_mesh(browser: Client, acme: Realm, lair: Realm) -> None:
    before = things_of(lair)
    for model in admin.site._registry:
        model_admin: Any = admin.site._registry[model]
        for action in [*(model_admin.actions or ()), "delete_selected"]:
            for across in ("0", "1"):
                body = {
                    "action": action,
                    "_selected_action": [str(lair.row(model).pk)],
                    "select_across": across,
                    "sure": "yes",
                    "reason": "mine now",
                }
                for extra in ({"index": "0"}, {}):
                    answer = browser.post(list_of(model), body | extra, follow=True)
                    assert answer.status_code < 500
                    assert found(lair, answer) == [], (model, action)
    assert things_of(lair) == before


def test_no_invitation_into_another_mesh(browser: Client, lair: Realm) -> None:
    before = things_of(lair)
    body = {"mesh": lair.mesh.pk, "preset": "single", "role": "member"}
    answer = browser.post(f"{list_of(Invite)}add/", body)
    assert "Select a valid choice" in answer.content.decode()
    assert things_of(lair) == before


def test_the_link_to_add_cannot_preset_another_mesh(browser: Client, lair: Realm) -> None:
    answer = browser.get(f"{list_of(Invite)}add/", {"mesh": lair.mesh.pk})
    assert found(lair, answer) == []


def test_an_operator_sees_everything(acme: Realm, lair: Realm, olga: User) -> None:
    browser = browser_of(olga)
    for address in lists():
        assert browser.get(address).status_code == 200
    for model in admin.site._registry:
        for realm in (acme, lair):
            assert browser.get(page_of(realm.row(model))).status_code == 200


def test_nothing_is_deleted_not_even_by_an_operator(acme: Realm, olga: User) -> None:
    browser = browser_of(olga)
    for model in admin.site._registry:
        row = acme.row(model)
        answer = browser.post(f"{list_of(model)}{row.pk}/delete/", {"post": "yes"})
        assert answer.status_code == 403
        assert model._default_manager.filter(pk=row.pk).exists()


def test_there_is_no_page_of_a_row_that_is_not_ones_own(browser: Client, lair: Realm) -> None:
    for model in SHARED:
        assert browser.get(page_of(lair.row(model))).status_code == 404


def _everything(lair: Realm) -> dict[str, str]:
    """A body that some form might take."""
    return {
        "name": "Mine",
        "slug": lair.mesh.slug,
        "display_name": "Mine",
        "role": "admin",
        "message_mode": "off",
        "group_names": "mine",
        "audit_messages": "",
        "mesh": lair.mesh.pk,
        "preset": "single",
        "_save": "Save",
    }
