"""A device is signed out: what its keys may still do over HTTP, and how they come back."""

import pytest
from claudemesh_wire.errors import MeshError
from claudemesh_wire.signing import generate_keypair
from django.db import transaction
from django.utils import timezone

from accounts import services as accounts
from accounts.models import CliSession
from meshes import selectors, services
from meshes.models import Member, Mesh
from meshes.selectors import Standing
from meshes.services import bans
from meshes.services.suspension import suspend_device
from tests.audit_reading import Written, last_of, log_of
from tests.meshes.conftest import Person
from tests.meshes.invitees import claim_body, join_body, sync_body
from tests.meshes.test_sync import DESKTOP, meshes, sync

pytestmark = pytest.mark.django_db

PHONE = generate_keypair()


def sign_out(device: CliSession) -> None:
    """As from the page of devices."""
    with transaction.atomic():
        CliSession.objects.filter(pk=device.pk).update(revoked_at=timezone.now())
        suspend_device(device_id=device.pk, by_user_id=device.user_id)


def sign_in(who: Person) -> str:
    """Another device of the account; the client speaks for it."""
    token, _ = accounts.issue_token(user=who.user)
    who.client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return token


def suspended(who: Person) -> bool:
    return Member.objects.get(pk=who.member.pk).suspended_at is not None


@pytest.fixture
def stolen(bob: Person) -> Person:
    """Bob's laptop was stolen and is signed out; bob sits at another machine."""
    Member.objects.filter(pk=bob.member.pk).update(device=bob.device)
    sign_out(bob.device)
    sign_in(bob)
    return bob


class TestWhichDevice:
    """Where a member's device comes from."""

    def test_of_who_makes_a_mesh(self, alice: Person) -> None:
        alice.call("post", "/cli/mesh/create", {"name": "Zoo", "pubkey": alice.keys.public})
        assert Member.objects.get().device == alice.device

    def test_of_who_claims_with_a_bearer(self, carol: Person, owner: Standing) -> None:
        code = services.create_invite(by=owner).invite.code
        carol.call("post", f"/invites/{code}/claim", claim_body(code, DESKTOP))
        assert Member.objects.get(pubkey=DESKTOP.public).device == carol.device

    def test_of_who_claims_again_with_a_bearer(self, carol: Person, owner: Standing) -> None:
        code = services.create_invite(by=owner).invite.code
        carol.call("post", f"/invites/{code}/claim", claim_body(code, carol.keys))
        assert Member.objects.get(pk=carol.member.pk).device == carol.device

    def test_not_of_who_claims_another_account_s_key(
        self, carol: Person, bob: Person, owner: Standing
    ) -> None:
        code = services.create_invite(by=owner).invite.code
        carol.call("post", f"/invites/{code}/claim", claim_body(code, bob.keys))
        member = Member.objects.get(pk=bob.member.pk)
        assert (member.user, member.device) == (bob.user, None)

    def test_not_without_a_proof(self, carol: Person, owner: Standing) -> None:
        code = services.create_invite(by=owner).invite.code
        body = claim_body(code, DESKTOP, peer_pubkey=None, proof=None)
        carol.call("post", f"/invites/{code}/claim", body)
        assert Member.objects.get(pubkey="").device is None

    @pytest.mark.parametrize("what", ["create", "claim", "sync"])
    def test_a_device_signed_out_meanwhile_ties_nothing(
        self, carol: Person, owner: Standing, what: str
    ) -> None:
        """The token was good when the request came in, and is not when it is acted on."""
        code = services.create_invite(by=owner).invite.code
        CliSession.objects.filter(pk=carol.device.pk).update(revoked_at=timezone.now())
        before = Member.objects.count()
        body = sync_body(carol.token, DESKTOP)
        del body["sync_token"]
        calls = {
            "create": lambda: services.create_mesh(
                owner=carol.user, name="Z", pubkey=DESKTOP.public, device=carol.device
            ),
            "claim": lambda: services.claim_invite(
                code=code, user=carol.user, device=carol.device, **claim_body(code, DESKTOP)
            ),
            "sync": lambda: services.sync(device=carol.device, **body),
        }
        with pytest.raises(MeshError, match="invalid_or_revoked_token"):
            calls[what]()
        assert Member.objects.count() == before


def test_all_members_of_the_device_are_suspended_and_no_others(
    bob: Person, carol: Person, mesh: Mesh
) -> None:
    services.create_mesh(owner=bob.user, name="Zoo", pubkey=bob.keys.public, device=bob.device)
    Member.objects.filter(pk=bob.member.pk).update(device=bob.device)
    Member.objects.filter(pk=carol.member.pk).update(device=carol.device)
    sign_out(bob.device)
    barred = Member.objects.filter(suspended_at__isnull=False)
    assert {member.pubkey for member in barred} == {bob.keys.public}
    assert {member.mesh.slug for member in barred} == {"acme", "zoo"}


def test_each_mesh_has_it_in_its_log(bob: Person, mesh: Mesh, stolen: Person) -> None:
    payload = {"member": bob.member.pk, "name": "Bob", "device": bob.device.pk}
    written = Written("member_revoked", f"account:{bob.user.pk}", payload)
    assert last_of(mesh.pk) == written


def test_twice_is_once(bob: Person, mesh: Mesh, stolen: Person) -> None:
    before = log_of(mesh.pk)
    sign_out(bob.device)
    assert log_of(mesh.pk) == before


def test_the_list_of_members_shows_it(alice: Person, stolen: Person) -> None:
    rows = alice.call("get", "/cli/mesh/acme/members").json()["members"]
    assert {row["display_name"]: row["suspended"] for row in rows} == {
        "Alice": False,
        "Bob": True,
    }


class TestTheAccount:
    """Bob keeps his place, and may do nothing by a key that is barred."""

    def test_it_still_sees_its_mesh(self, stolen: Person) -> None:
        rows = stolen.call("get", "/cli/meshes").json()["meshes"]
        assert [row["role"] for row in rows] == ["admin"]
        assert stolen.call("get", "/cli/mesh/acme/members").status_code == 200

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("post", "/invite", {}),
            ("get", "/invites", None),
            ("delete", "/invites/x", None),
            ("get", "/audit", None),
            ("get", "/audit/verify", None),
            ("get", "/audit/export", None),
            ("post", "/grants", {"grants": {"ab" * 32: []}}),
            ("patch", "/members/{own}", {"display_name": "X"}),
            ("patch", "/members/{other}", {"display_name": "X"}),
        ],
    )
    def test_it_acts_on_nothing(
        self, stolen: Person, carol: Person, method: str, path: str, body: object
    ) -> None:
        path = path.format(own=stolen.member.pk, other=carol.member.pk)
        response = stolen.call(method, f"/cli/mesh/acme{path}", body)
        assert (response.status_code, response.json()["error"]) == (403, "device_revoked")

    def test_it_bans_nobody_by_that_key(self, stolen: Person, carol: Person, mesh: Mesh) -> None:
        for by_account in (False, True):
            with pytest.raises(MeshError, match="device_revoked"):
                bans.ban(
                    mesh_id=mesh.pk,
                    by_member_id=stolen.member.pk,
                    member_id=carol.member.pk,
                    by_account=by_account,
                )

    def test_by_another_key_it_acts_as_before(self, stolen: Person) -> None:
        meshes(sync_body(sign_in(stolen), PHONE))
        assert stolen.call("post", "/cli/mesh/acme/invite", {}).status_code == 200
        member = selectors.standing_in(stolen.user, "acme").member
        assert member.pubkey == PHONE.public

    def test_the_fresh_key_has_the_role_of_the_account(self, stolen: Person) -> None:
        (row,) = meshes(sync_body(sign_in(stolen), PHONE))
        assert row["role"] == "admin"

    def test_it_may_leave(self, stolen: Person) -> None:
        assert stolen.call("delete", "/cli/mesh/acme/members/me").status_code == 200


class TestTheOwner:
    """An owner is that by the account, so losing a laptop does not lose the mesh."""

    @pytest.fixture(autouse=True)
    def _stolen(self, alice: Person, mesh: Mesh) -> None:
        Member.objects.filter(pk=alice.member.pk).update(device=alice.device)
        sign_out(alice.device)
        sign_in(alice)

    def test_it_still_manages(self, alice: Person, mesh: Mesh) -> None:
        assert alice.call("post", "/cli/mesh/acme/invite", {}).status_code == 200
        assert last_of(mesh.pk).actor == f"account:{alice.user.pk}"
        assert list(selectors.managed_mesh_ids(alice.user)) == [mesh.pk]

    def test_it_bans_as_the_account_and_not_by_the_key(
        self, alice: Person, carol: Person, mesh: Mesh
    ) -> None:
        wanted = {
            "mesh_id": mesh.pk,
            "by_member_id": alice.member.pk,
            "member_id": carol.member.pk,
        }
        with pytest.raises(MeshError, match="device_revoked"):
            bans.ban(**wanted)
        bans.ban(**wanted, by_account=True)
        bans.unban(**wanted, by_account=True)


class TestTheKey:
    """Whoever has the laptop has the key, and maybe a link."""

    def test_an_invite_does_not_bring_it_back(self, stolen: Person, owner: Standing) -> None:
        made = services.create_invite(by=owner)
        code = made.invite.code
        for client in (stolen.client, type(stolen.client)()):
            body = claim_body(code, stolen.keys)
            response = client.post(f"/invites/{code}/claim", body, format="json")
            assert (response.status_code, response.json()["error"]) == (403, "device_revoked")
            assert "sealed_root_key" not in response.json()
            body = join_body(made.token, stolen.keys)
            response = client.post("/join", body, format="json")
            assert (response.status_code, response.json()["error"]) == (403, "device_revoked")
        assert suspended(stolen)

    def test_nor_does_the_old_token(self, stolen: Person) -> None:
        assert sync(sync_body(stolen.token, stolen.keys))[0] == 401
        assert suspended(stolen)

    def test_nor_does_another_account(self, stolen: Person, carol: Person, mallory: Person) -> None:
        for thief in (carol, mallory):
            meshes(sync_body(thief.token, stolen.keys))
        member = Member.objects.get(mesh__slug="acme", pubkey=stolen.keys.public)
        assert (member.user, member.suspended_at is not None) == (stolen.user, True)

    def test_nor_does_a_sync_without_proof(self, stolen: Person) -> None:
        meshes(sync_body(sign_in(stolen), stolen.keys, proven=False))
        assert suspended(stolen)

    def test_nor_does_syncing_another_key(self, stolen: Person) -> None:
        meshes(sync_body(sign_in(stolen), PHONE))
        assert suspended(stolen)

    def test_a_proof_by_the_account_does(self, stolen: Person, mesh: Mesh) -> None:
        version = Mesh.objects.get(pk=mesh.pk).roster_version
        token = sign_in(stolen)
        (row,) = meshes(sync_body(token, stolen.keys))
        assert row["member_id"] == stolen.member.pk
        assert "sealed_root_key" in row
        member = Member.objects.get(pk=stolen.member.pk)
        assert (member.suspended_at, member.device.user) == (None, stolen.user)
        assert member.device != stolen.device
        payload = {"member": member.pk, "name": "Bob", "device": member.device_id}
        restored = Written("member_restored", f"account:{stolen.user.pk}", payload)
        assert last_of(mesh.pk) == restored
        assert Mesh.objects.get(pk=mesh.pk).roster_version == version + 1

    def test_a_suspended_key_without_an_account_stays_suspended(
        self, stolen: Person, carol: Person
    ) -> None:
        """Its account was deleted: nobody is left who could answer for it."""
        Member.objects.filter(pk=stolen.member.pk).update(user=None)
        assert meshes(sync_body(carol.token, stolen.keys)) == []
        assert suspended(stolen)


def test_a_banned_key_is_suspended_as_well_and_an_unban_leaves_it_so(
    alice: Person, bob: Person, mesh: Mesh
) -> None:
    Member.objects.filter(pk=bob.member.pk).update(device=bob.device)
    ids = {"mesh_id": mesh.pk, "by_member_id": alice.member.pk, "member_id": bob.member.pk}
    bans.ban(**ids)
    sign_out(bob.device)
    bans.unban(**ids)
    assert suspended(bob)
    meshes(sync_body(sign_in(bob), bob.keys))
    assert not suspended(bob)


def test_a_closed_mesh_is_left_as_it_is(bob: Person, mesh: Mesh) -> None:
    Member.objects.filter(pk=bob.member.pk).update(device=bob.device)
    Mesh.objects.update(archived_at=timezone.now())
    before = log_of(mesh.pk)
    sign_out(bob.device)
    assert log_of(mesh.pk) == before
