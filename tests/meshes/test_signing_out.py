"""Which ways of signing a device out suspend its keys: those from elsewhere, and only those."""

import pytest

from accounts import services as accounts
from meshes.models import Member, Mesh
from tests.audit_reading import log_of
from tests.meshes.conftest import Person
from tests.meshes.invitees import sync_body
from tests.meshes.test_sync import DESKTOP, meshes

pytestmark = pytest.mark.django_db


@pytest.fixture
def laptop(bob: Person, mesh: Mesh) -> Member:
    """Bob's laptop, signed in and synced; bob himself sits at another machine."""
    (row,) = meshes(sync_body(bob.token, DESKTOP))
    token, _ = accounts.issue_token(user=bob.user)
    bob.client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return Member.objects.get(pk=row["member_id"])


def is_suspended(member: Member) -> bool:
    return Member.objects.get(pk=member.pk).suspended_at is not None


def test_another_device_does(bob: Person, laptop: Member) -> None:
    response = bob.call("post", f"/cli/sessions/{laptop.device_id}/revoke", {})
    assert response.status_code == 200
    assert is_suspended(laptop)


def test_the_log_of_the_mesh_and_of_the_account_agree(
    bob: Person, laptop: Member, mesh: Mesh
) -> None:
    bob.call("post", f"/cli/sessions/{laptop.device_id}/revoke", {})
    assert log_of(mesh.pk)[-1].payload["device"] == laptop.device_id
    account = log_of(f"account:{bob.user.pk}")[-1]
    assert (account.type, account.payload["device"]) == ("device_revoked", laptop.device_id)


def test_logging_out_there_does_not(bob: Person, laptop: Member) -> None:
    assert bob.call("post", "/cli/session/revoke", {"token": bob.token}).json()["found"]
    assert not is_suspended(laptop)


def test_nobody_suspends_the_keys_of_others(carol: Person, mallory: Person, laptop: Member) -> None:
    for thief in (carol, mallory):
        response = thief.call("post", f"/cli/sessions/{laptop.device_id}/revoke", {})
        assert response.status_code == 404
    assert not is_suspended(laptop)


class TestOneKeyByHand:
    """A thief may log the laptop out, so that its device is no more to be signed out."""

    def test_it_is_barred(self, bob: Person, laptop: Member, mesh: Mesh) -> None:
        bob.call("post", "/cli/session/revoke", {"token": bob.token})
        path = f"/cli/mesh/acme/members/{laptop.pk}"
        assert bob.call("delete", path).status_code == 200
        assert is_suspended(laptop)
        assert log_of(mesh.pk)[-1].type == "member_revoked"

    def test_twice_is_once(self, bob: Person, laptop: Member, mesh: Mesh) -> None:
        for _ in range(2):
            bob.call("delete", f"/cli/mesh/acme/members/{laptop.pk}")
        assert [each.type for each in log_of(mesh.pk)].count("member_revoked") == 1

    def test_a_proof_brings_it_back(self, bob: Person, laptop: Member) -> None:
        bob.call("delete", f"/cli/mesh/acme/members/{laptop.pk}")
        meshes(sync_body(bob.token, DESKTOP))
        assert not is_suspended(laptop)

    def test_nobody_bars_the_keys_of_others(
        self, alice: Person, carol: Person, mallory: Person, laptop: Member
    ) -> None:
        """Not even the owner: that is what a ban is for, with a record of it."""
        path = f"/cli/mesh/acme/members/{laptop.pk}"
        assert [who.call("delete", path).status_code for who in (alice, carol, mallory)] == [
            403,
            403,
            404,
        ]
        assert not is_suspended(laptop)


def test_expiry_does_not(bob: Person, laptop: Member) -> None:
    laptop.device.expires_at = laptop.device.created_at
    laptop.device.save()
    assert meshes_refused(bob)
    assert not is_suspended(laptop)


def meshes_refused(who: Person) -> bool:
    with pytest.raises(AssertionError):
        meshes(sync_body(who.token, DESKTOP))
    return True
