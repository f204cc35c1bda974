"""A member that claimed without a key is bound once, in time, to a key nobody else has."""

from datetime import timedelta

import pytest
from claudemesh_wire.errors import MeshError
from claudemesh_wire.signing import generate_keypair
from django.utils import timezone

from meshes import services
from meshes.models import Member, Mesh
from meshes.selectors import Standing
from tests.meshes.conftest import Person
from tests.meshes.invitees import x25519_of

pytestmark = pytest.mark.django_db

DAVE = generate_keypair()
FRANK = generate_keypair()


@pytest.fixture
def unbound(owner: Standing) -> Member:
    code = services.create_invite(by=owner).invite.code
    claim = services.claim_invite(code=code, recipient_x25519_pubkey=x25519_of(DAVE))
    return claim.joined.member


def refused(member_id: str, pubkey: str = DAVE.public) -> None:
    with pytest.raises(MeshError) as refusal:
        services.bind_member_key(member_id=member_id, pubkey=pubkey)
    assert refusal.value.code == "unauthorized"


def test_the_first_key_binds(unbound: Member) -> None:
    bound = services.bind_member_key(member_id=unbound.pk, pubkey=DAVE.public)
    assert (bound.pk, bound.pubkey, bound.bind_until) == (unbound.pk, DAVE.public, None)


def test_binding_changes_the_roster(unbound: Member) -> None:
    before = Mesh.objects.get().roster_version
    services.bind_member_key(member_id=unbound.pk, pubkey=DAVE.public)
    assert Mesh.objects.get().roster_version == before + 1


def test_a_second_key_does_not_bind(unbound: Member) -> None:
    services.bind_member_key(member_id=unbound.pk, pubkey=DAVE.public)
    refused(unbound.pk, FRANK.public)
    assert Member.objects.get(pk=unbound.pk).pubkey == DAVE.public


def test_a_key_that_comes_too_late_does_not_bind(unbound: Member) -> None:
    Member.objects.update(bind_until=timezone.now() - timedelta(seconds=1))
    refused(unbound.pk)


def test_a_removed_member_is_not_bound(unbound: Member) -> None:
    Member.objects.update(revoked_at=timezone.now())
    refused(unbound.pk)


def test_a_key_that_the_mesh_knows_does_not_bind(unbound: Member, carol: Person) -> None:
    refused(unbound.pk, carol.keys.public)


def test_a_removed_key_does_not_come_back_through_an_unbound_member(
    unbound: Member, erin: Person
) -> None:
    refused(unbound.pk, erin.keys.public)


def test_an_unknown_member_is_not_bound(db: None) -> None:
    refused("nobody")


def test_a_member_that_missed_its_time_no_longer_counts(alice: Person, unbound: Member) -> None:
    def count() -> int:
        return alice.call("get", "/api/my/meshes").json()[0]["member_count"]

    assert count() == 2
    Member.objects.filter(pubkey="").update(bind_until=timezone.now())
    assert count() == 1
