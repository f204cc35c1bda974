"""POST /cli-sync: a signed-in machine brings its key onto the meshes of its account."""

from typing import Any

import pytest
from claudemesh_wire import boxes, canonical, signing
from claudemesh_wire.signing import generate_keypair
from django.utils import timezone
from rest_framework.test import APIClient
from rest_framework_simplejwt.backends import TokenBackend

from accounts import services as accounts
from meshes import services
from meshes.models import Member, Mesh
from storing import vault
from tests.audit_reading import Written, last_of, log_of
from tests.meshes.conftest import Person
from tests.meshes.invitees import sync_body, x25519_of

pytestmark = pytest.mark.django_db

DESKTOP = generate_keypair()
FRANK = generate_keypair()


def sync(body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    response = APIClient().post("/cli-sync", body, format="json")
    return response.status_code, response.json()


def meshes(body: dict[str, Any]) -> list[dict[str, Any]]:
    status, reply = sync(body)
    assert (status, reply["ok"]) == (200, True), reply
    return reply["meshes"]


def member_of(keys: signing.KeyPair, mesh: Mesh) -> Member:
    return Member.objects.get(mesh=mesh, pubkey=keys.public)


def test_the_reply_has_the_shape_that_clients_read(bob: Person, mesh: Mesh) -> None:
    status, reply = sync(sync_body(bob.token, DESKTOP))
    member = member_of(DESKTOP, mesh)
    assert status == 200
    assert reply == {
        "ok": True,
        "account_id": bob.user.pk,
        "meshes": [
            {
                "mesh_id": mesh.pk,
                "slug": "acme",
                "name": "Acme",
                "broker_url": "ws://localhost:7900/ws",
                "member_id": member.pk,
                "role": "admin",
                "owner_pubkey": mesh.owner_pubkey,
                "sealed_root_key": reply["meshes"][0]["sealed_root_key"],
            }
        ],
    }


@pytest.mark.parametrize(
    ("who", "role"), [("alice", "owner"), ("bob", "admin"), ("carol", "member")]
)
def test_a_proven_key_belongs_to_the_account_the_device_and_the_role(
    request: pytest.FixtureRequest, mesh: Mesh, who: str, role: str
) -> None:
    person: Person = request.getfixturevalue(who)
    meshes(sync_body(person.token, DESKTOP))
    member = member_of(DESKTOP, mesh)
    assert (member.user, member.device, member.role) == (person.user, person.device, role)
    assert member.display_name == "Desktop"


def test_the_root_key_opens_with_the_proven_key_only(bob: Person, mesh: Mesh) -> None:
    (row,) = meshes(sync_body(bob.token, DESKTOP))
    root_key = boxes.open_anonymous(row["sealed_root_key"], DESKTOP.secret)
    assert root_key == vault.decrypt(mesh.root_key_encrypted)
    with pytest.raises(boxes.DecryptError):
        boxes.open_anonymous(row["sealed_root_key"], bob.keys.secret)


def test_every_mesh_of_the_account_is_told_and_no_other(
    alice: Person, bob: Person, mesh: Mesh, mallory: Person
) -> None:
    services.create_mesh(owner=bob.user, name="Zoo", pubkey=bob.keys.public)
    assert [row["slug"] for row in meshes(sync_body(bob.token, DESKTOP))] == ["acme", "zoo"]


def test_a_call_may_be_about_one_mesh(bob: Person, mesh: Mesh) -> None:
    zoo = services.create_mesh(owner=bob.user, name="Zoo", pubkey=bob.keys.public).mesh
    assert [r["slug"] for r in meshes(sync_body(bob.token, DESKTOP, mesh_id=zoo.pk))] == ["zoo"]
    assert not Member.objects.filter(mesh=mesh, pubkey=DESKTOP.public).exists()


def test_a_mesh_of_others_cannot_be_named(mallory: Person, mesh: Mesh) -> None:
    assert meshes(sync_body(mallory.token, DESKTOP, mesh_id=mesh.pk)) == []
    assert not Member.objects.filter(mesh=mesh, pubkey=DESKTOP.public).exists()


def test_a_closed_mesh_is_not_told(bob: Person, mesh: Mesh) -> None:
    Mesh.objects.filter(pk=mesh.pk).update(archived_at=timezone.now())
    assert meshes(sync_body(bob.token, DESKTOP)) == []


def test_syncing_again_changes_nothing(bob: Person, mesh: Mesh) -> None:
    first = meshes(sync_body(bob.token, DESKTOP))
    before, log = Mesh.objects.get(pk=mesh.pk), log_of(mesh.pk)
    again = meshes(sync_body(bob.token, DESKTOP))
    assert [row["member_id"] for row in again] == [row["member_id"] for row in first]
    assert Mesh.objects.get(pk=mesh.pk).roster_version == before.roster_version
    assert log_of(mesh.pk) == log


def test_a_new_key_is_told_in_the_log_and_to_whoever_holds_the_roster(
    bob: Person, mesh: Mesh
) -> None:
    meshes(sync_body(bob.token, DESKTOP))
    member = member_of(DESKTOP, mesh)
    payload = {"name": "Desktop", "role": "admin", "pubkey": DESKTOP.public, "invite": None}
    assert last_of(mesh.pk) == Written("member_joined", member.pk, payload)
    assert Mesh.objects.get(pk=mesh.pk).roster_version == mesh.roster_version + 1


def test_without_a_name_the_member_is_called_like_the_account(bob: Person, mesh: Mesh) -> None:
    meshes(sync_body(bob.token, DESKTOP, display_name=None))
    assert member_of(DESKTOP, mesh).display_name == "Bob"


def test_a_key_that_joined_by_a_link_is_tied_by_its_proof(bob: Person, mesh: Mesh) -> None:
    """An account is made, or signed in to, after the machine has joined."""
    Member.objects.create(mesh=mesh, pubkey=DESKTOP.public, display_name="Desktop")
    meshes(sync_body(bob.token, DESKTOP))
    member = member_of(DESKTOP, mesh)
    assert (member.user, member.device, member.role) == (bob.user, bob.device, "member")


def test_a_machine_that_signs_in_anew_takes_its_key_along(bob: Person, mesh: Mesh) -> None:
    meshes(sync_body(bob.token, DESKTOP))
    token, device = accounts.issue_token(user=bob.user)
    meshes(sync_body(token, DESKTOP))
    assert member_of(DESKTOP, mesh).device == device


def test_a_mesh_without_keys_gets_them(bob: Person, mesh: Mesh) -> None:
    Mesh.objects.update(owner_pubkey="", owner_secret_encrypted="", root_key_encrypted="")
    (row,) = meshes(sync_body(bob.token, DESKTOP))
    healed = Mesh.objects.get(pk=mesh.pk)
    assert row["owner_pubkey"] == healed.owner_pubkey != ""
    root_key = boxes.open_anonymous(row["sealed_root_key"], DESKTOP.secret)
    assert root_key == vault.decrypt(healed.root_key_encrypted)


class TestWithoutProof:
    """Older clients, and whoever holds a token but not the key."""

    def test_the_reply_has_no_key(self, alice: Person, mesh: Mesh) -> None:
        (row,) = meshes(sync_body(alice.token, DESKTOP, proven=False))
        assert "sealed_root_key" not in row

    def test_an_unknown_key_is_nobody_s_and_a_plain_member(self, bob: Person, mesh: Mesh) -> None:
        """Else an admin could make admins, and put others' keys under the own account."""
        (row,) = meshes(sync_body(bob.token, FRANK, proven=False))
        member = member_of(FRANK, mesh)
        assert (member.user, member.device, member.role) == (None, None, "member")
        assert (row["member_id"], row["role"]) == (member.pk, "member")

    def test_the_log_tells_who_brought_it(self, bob: Person, mesh: Mesh) -> None:
        meshes(sync_body(bob.token, FRANK, proven=False))
        assert last_of(mesh.pk).actor == bob.member.pk

    def test_who_may_not_invite_brings_nobody(self, carol: Person, mesh: Mesh) -> None:
        assert meshes(sync_body(carol.token, FRANK, proven=False)) == []
        assert not Member.objects.filter(pubkey=FRANK.public).exists()

    def test_syncing_again_tells_the_same_member(self, bob: Person, mesh: Mesh) -> None:
        first = meshes(sync_body(bob.token, FRANK, proven=False))
        assert meshes(sync_body(bob.token, FRANK, proven=False)) == first

    def test_a_recipient_is_refused(self, bob: Person, mesh: Mesh) -> None:
        body = sync_body(bob.token, FRANK, proven=False, recipient_x25519_pubkey=x25519_of(FRANK))
        status, reply = sync(body)
        assert (status, reply["error"]) == (400, "malformed")


class TestMallory:
    """Attacks: each leaves the mesh as it was."""

    @pytest.fixture(autouse=True)
    def _unchanged(self, bob: Person, carol: Person, mesh: Mesh) -> Any:
        before = list(Member.objects.filter(mesh=mesh).order_by("id").values())
        log = log_of(mesh.pk)
        yield
        assert list(Member.objects.filter(mesh=mesh).order_by("id").values()) == before
        assert log_of(mesh.pk) == log

    def test_a_stolen_token_after_it_was_revoked(self, bob: Person) -> None:
        accounts.revoke_token(token=bob.token)
        status, reply = sync(sync_body(bob.token, FRANK))
        assert (status, reply["ok"], reply["error"]) == (401, False, "invalid_or_revoked_token")

    @pytest.mark.parametrize("token", ["junk", "", "ey.ey.ey", "\0", "é" * 10, "x" * 5000])
    def test_what_is_no_token(self, token: str) -> None:
        status, reply = sync(sync_body("t", FRANK, sync_token=token))
        assert status in (400, 401)
        assert reply["ok"] is False

    def test_a_token_of_another_kind(self, bob: Person, settings: Any) -> None:
        claims = {"sub": bob.user.pk, "type": "invitation", "exp": 4_000_000_000}
        token = TokenBackend("HS256", signing_key=settings.CLI_SYNC_SECRET).encode(claims)
        assert sync(sync_body(token, FRANK))[0] == 401

    def test_the_account_is_closed(self, bob: Person) -> None:
        bob.user.is_active = False
        bob.user.save()
        assert sync(sync_body(bob.token, FRANK))[0] == 401

    def test_a_proof_made_for_another_token(self, bob: Person, mallory: Person) -> None:
        """Bob's machine proved its key to mallory's account: that is worth nothing for bob's."""
        body = sync_body(mallory.token, FRANK) | {"sync_token": bob.token}
        assert sync(body)[1]["error"] == "bad_signature"

    def test_a_proof_made_for_another_recipient(self, bob: Person) -> None:
        body = sync_body(bob.token, FRANK, recipient_x25519_pubkey=x25519_of(DESKTOP))
        status, reply = sync(body)
        assert (status, reply["error"]) == (400, "bad_signature")

    def test_somebody_else_s_key_with_an_own_proof(self, bob: Person, carol: Person) -> None:
        body = sync_body(bob.token, FRANK, peer_pubkey=carol.keys.public)
        assert sync(body)[1]["error"] == "bad_signature"

    def test_somebody_else_s_key_without_proof(self, bob: Person, carol: Person) -> None:
        """An admin takes carol's key for the own account: it stays carol's, and is not told."""
        assert meshes(sync_body(bob.token, carol.keys, proven=False)) == []

    def test_a_key_of_another_account_with_proof(self, bob: Person, carol: Person) -> None:
        """Carol's machine signs in as bob: her member stays hers."""
        assert meshes(sync_body(bob.token, carol.keys)) == []

    def test_a_junk_recipient(self, bob: Person) -> None:
        statement = canonical.sync(bob.device.token_hash, FRANK.public, "junk")
        proof = signing.sign(statement, FRANK.secret)
        body = sync_body(bob.token, FRANK, recipient_x25519_pubkey="junk", proof=proof)
        status, reply = sync(body)
        assert (status, reply["error"]) == (400, "malformed")

    def test_a_separator_in_the_recipient(self, bob: Person) -> None:
        body = sync_body(bob.token, FRANK, recipient_x25519_pubkey="a|b")
        assert sync(body)[1]["error"] == "malformed"


class TestBanned:
    """A ban holds whatever the account does."""

    def ban(self, who: Person) -> None:
        Member.objects.filter(pk=who.member.pk).update(revoked_at=timezone.now())

    @pytest.mark.parametrize("proven", [True, False])
    def test_a_banned_key_stays_out(self, bob: Person, mesh: Mesh, proven: bool) -> None:
        self.ban(bob)
        assert meshes(sync_body(bob.token, bob.keys, proven=proven)) == []

    def test_a_fresh_key_of_a_banned_account_stays_out(self, bob: Person, mesh: Mesh) -> None:
        self.ban(bob)
        assert meshes(sync_body(bob.token, DESKTOP)) == []
        assert not Member.objects.filter(pubkey=DESKTOP.public).exists()

    def test_a_second_key_of_a_banned_account_brings_no_third(
        self, bob: Person, mesh: Mesh
    ) -> None:
        meshes(sync_body(bob.token, DESKTOP))
        self.ban(bob)
        assert meshes(sync_body(bob.token, FRANK)) == []

    def test_a_banned_key_stays_out_under_another_account(
        self, bob: Person, carol: Person, mesh: Mesh
    ) -> None:
        Member.objects.filter(pk=bob.member.pk).update(user=None)
        self.ban(bob)
        assert meshes(sync_body(carol.token, bob.keys)) == []
        assert member_of(bob.keys, mesh).revoked_at is not None

    def test_an_owner_whose_old_key_was_removed_still_owns(self, alice: Person, mesh: Mesh) -> None:
        self.ban(alice)
        assert [row["role"] for row in meshes(sync_body(alice.token, DESKTOP))] == ["owner"]


def test_an_account_has_a_bounded_number_of_keys(
    carol: Person, mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meshes.services.placing.MAX_KEYS", 2)
    assert len(meshes(sync_body(carol.token, DESKTOP))) == 1
    assert meshes(sync_body(carol.token, FRANK)) == []


def test_calls_are_counted_by_address(bob: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meshes.api.syncing.Sync.throttle_rate", "2/m")
    statuses = [sync({"sync_token": "x", "peer_pubkey": "ab" * 32})[0] for _ in range(3)]
    assert statuses == [401, 401, 429]
