"""Invites are made by managers, bounded in time and uses, listed without secrets, withdrawn."""

from datetime import datetime, timedelta

import pytest
from claudemesh_wire import canonical, signing
from django.utils import timezone

from meshes import services
from meshes.models import Invite, Mesh
from meshes.selectors import Standing
from meshes.services.invites import CODE_ALPHABET
from storing import vault
from tests.meshes.conftest import Person
from tests.meshes.invitees import payload_of

pytestmark = pytest.mark.django_db


def invite(who: Person, **body: object) -> tuple[int, dict]:
    response = who.call("post", "/cli/mesh/acme/invite", body)
    return response.status_code, response.json()


def lifetime_of(body: dict) -> timedelta:
    return datetime.fromisoformat(body["expires_at"]) - timezone.now()


def test_the_reply_has_the_shape_that_clients_read(alice: Person, mesh: Mesh) -> None:
    status, body = invite(alice)
    assert status == 200
    assert set(body) == {"url", "code", "token", "expires_at", "emailed", "invite_id"}
    assert body["url"] == f"http://localhost:7900/i/{body['code']}"
    assert body["emailed"] is False
    assert len(body["code"]) == 8
    assert set(body["code"]) <= set(CODE_ALPHABET)


def test_codes_have_no_look_alikes() -> None:
    assert not set("0Oo1Il") & set(CODE_ALPHABET)


def test_without_wishes_an_invite_lets_in_one_member_for_a_week(alice: Person, mesh: Mesh) -> None:
    _, body = invite(alice)
    row = Invite.objects.get()
    assert (row.role, row.max_uses, row.used_count) == ("member", 1, 0)
    assert timedelta(days=6, hours=23) < lifetime_of(body) <= timedelta(days=7)


def test_a_preset_sets_uses_and_lifetime(alice: Person, mesh: Mesh) -> None:
    _, body = invite(alice, preset="event")
    assert Invite.objects.get().max_uses == 100
    assert lifetime_of(body) <= timedelta(days=1)


def test_explicit_wishes_win_over_the_preset(alice: Person, mesh: Mesh) -> None:
    _, body = invite(alice, preset="event", max_uses=3, expires_in=3600, role="admin")
    row = Invite.objects.get()
    assert (row.max_uses, row.role) == (3, "admin")
    assert lifetime_of(body) <= timedelta(hours=1)


def test_the_token_is_signed_by_the_meshs_owner_key(alice: Person, mesh: Mesh) -> None:
    _, body = invite(alice)
    payload = payload_of(body["token"])
    assert payload.pop("v") == 1
    assert payload.pop("invite_id") == body["invite_id"]
    signature = payload.pop("signature")
    assert signing.verify(canonical.invite_v1(**payload), signature, mesh.owner_pubkey)
    assert payload["mesh_slug"] == "acme"
    assert payload["expires_at"] == datetime.fromisoformat(body["expires_at"]).timestamp()


def test_two_invites_of_one_second_have_tokens_of_their_own(owner: Standing) -> None:
    tokens = {services.create_invite(by=owner).token for _ in range(5)}
    assert len(tokens) == 5


def test_the_v2_statement_is_signed_by_the_meshs_owner_key(alice: Person, mesh: Mesh) -> None:
    invite(alice)
    row = Invite.objects.get()
    expires_at = int(row.expires_at.timestamp())
    assert row.canonical_v2 == (f"v=2|{mesh.pk}|{row.pk}|{expires_at}|member|{mesh.owner_pubkey}")
    assert signing.verify(row.canonical_v2, row.signature_v2, mesh.owner_pubkey)


def test_the_token_is_encrypted_at_rest(alice: Person, mesh: Mesh) -> None:
    _, body = invite(alice)
    row = Invite.objects.values().get()
    assert not any(body["token"] in str(value) for value in row.values())
    assert vault.decrypt(row["token"]).decode() == body["token"]


def test_a_mesh_without_keys_gets_them_with_its_first_invite(alice: Person, mesh: Mesh) -> None:
    empty = {"owner_pubkey": "", "owner_secret_encrypted": "", "root_key_encrypted": ""}
    Mesh.objects.update(**empty)
    status, body = invite(alice)
    mesh.refresh_from_db()
    assert status == 200
    assert mesh.has_keys
    assert payload_of(body["token"])["owner_pubkey"] == mesh.owner_pubkey


def test_healing_keeps_a_root_key_that_is_there(mesh: Mesh) -> None:
    before = vault.decrypt(mesh.root_key_encrypted)
    Mesh.objects.update(owner_secret_encrypted="")
    healed = services.ensure_keys(Mesh.objects.get())
    assert healed.root_key == before
    assert services.ensure_keys(Mesh.objects.get()).owner_secret == healed.owner_secret


def test_healing_keeps_an_owner_key_that_is_there(mesh: Mesh) -> None:
    Mesh.objects.update(root_key_encrypted="")
    assert services.ensure_keys(Mesh.objects.get()).owner_pubkey == mesh.owner_pubkey


def test_two_healers_end_with_the_same_keys(mesh: Mesh) -> None:
    Mesh.objects.update(owner_pubkey="", owner_secret_encrypted="", root_key_encrypted="")
    first, second = Mesh.objects.get(), Mesh.objects.get()
    assert services.ensure_keys(first).root_key == services.ensure_keys(second).root_key


def test_admins_invite_members_but_make_no_admins(bob: Person) -> None:
    assert invite(bob)[0] == 200
    status, body = invite(bob, role="admin")
    assert (status, body["error"]) == (403, "forbidden")


@pytest.mark.parametrize(
    "bad",
    [
        {"role": "owner"},
        {"role": "boss"},
        {"role": 1},
        {"expires_in": 0},
        {"expires_in": -5},
        {"expires_in": "3600"},
        {"expires_in": 3600.5},
        {"expires_in": True},
        {"expires_in": 10**30},
        {"max_uses": 0},
        {"max_uses": 10_001},
        {"max_uses": "1"},
        {"preset": "forever"},
        {"preset": ["team"]},
        {"email": "not an address"},
        {"email": "dave@example.com\nBcc: all@example.com"},
        {"email": f"{'x' * 250}@example.com"},
        {"email": 5},
    ],
    ids=repr,
)
def test_a_bad_wish_makes_no_invite(alice: Person, mesh: Mesh, bad: dict) -> None:
    status, body = invite(alice, **bad)
    assert (status, body["error"]) == (400, "malformed")
    assert next(iter(bad)) in body["message"]
    assert not Invite.objects.exists()


def test_a_code_that_is_taken_is_drawn_again(
    owner: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = services.create_invite(by=owner).invite.code
    draws = iter(taken + "23456789")
    monkeypatch.setattr("meshes.services.invites.secrets.choice", lambda _: next(draws))
    assert services.create_invite(by=owner).invite.code == "23456789"


def test_the_list_shows_uses_and_no_token(alice: Person, mesh: Mesh) -> None:
    _, created = invite(alice, max_uses=5, email="")
    (row,) = alice.call("get", "/cli/mesh/acme/invites").json()["invites"]
    assert (row["id"], row["code"]) == (created["invite_id"], created["code"])
    assert (row["status"], row["used_count"], row["uses_left"]) == ("open", 0, 5)
    assert created["token"] not in repr(row)


def test_a_withdrawn_invite_is_listed_as_revoked(alice: Person, mesh: Mesh) -> None:
    _, created = invite(alice)
    path = f"/cli/mesh/acme/invites/{created['invite_id']}"
    assert alice.call("delete", path, {"why": "a body is fine"}).json() == {"ok": True}
    assert alice.call("delete", path).json() == {"ok": True}
    (row,) = alice.call("get", "/cli/mesh/acme/invites").json()["invites"]
    assert row["status"] == "revoked"


def test_an_invite_of_another_mesh_cannot_be_withdrawn(
    alice: Person, mallory: Person, mesh: Mesh
) -> None:
    _, created = invite(alice)
    response = mallory.call("delete", f"/cli/mesh/lair/invites/{created['invite_id']}")
    assert (response.status_code, response.json()["error"]) == (404, "not_found")
    assert Invite.objects.get().revoked_at is None


def test_the_invited_address_gets_the_link(alice: Person, mesh: Mesh, mailoutbox: list) -> None:
    _, body = invite(alice, email="Dave@Example.com")
    assert body["emailed"] is True
    assert mailoutbox[0].to == ["dave@example.com"]
    assert body["url"] in mailoutbox[0].body
    assert body["token"] not in mailoutbox[0].body


def test_a_mail_that_was_not_taken_is_not_called_sent(alice: Person, mesh: Mesh, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    status, body = invite(alice, email="dave@example.com")
    assert (status, body["emailed"]) == (200, False)
    assert Invite.objects.get().email == "dave@example.com"


def test_nobody_can_send_mails_without_end(
    alice: Person, mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meshes.api.invites.MAILS_PER_ACCOUNT", "2/h")
    statuses = [invite(alice, email="dave@example.com")[0] for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert invite(alice)[0] == 200
