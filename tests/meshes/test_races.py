"""Many at once: uses, keys and slugs come out as if everybody had queued."""

from collections.abc import Callable

import pytest
from claudemesh_wire.errors import MeshError
from claudemesh_wire.signing import KeyPair, generate_keypair

from meshes import services
from meshes.models import Invite, Member, Mesh
from meshes.selectors import Standing
from tests.at_once import AT_ONCE, all_at_once
from tests.meshes.conftest import Person
from tests.meshes.invitees import claim_body

pytestmark = pytest.mark.django_db(transaction=True)

CLAIMS = 100


def claiming(code: str, keys: KeyPair) -> Callable[[], str]:
    body = claim_body(code, keys)
    return lambda: services.claim_invite(code=code, **body).joined.member.pk


def test_a_hundred_claims_on_a_one_use_invite_make_one_member(owner: Standing) -> None:
    code = services.create_invite(by=owner).invite.code
    calls = [claiming(code, generate_keypair()) for _ in range(CLAIMS)]
    results = all_at_once(calls)
    refused = [each for each in results if isinstance(each, MeshError)]
    assert len(refused) == CLAIMS - 1
    assert {error.code for error in refused} == {"exhausted"}
    assert Member.objects.exclude(role="owner").count() == 1
    assert Invite.objects.get().used_count == 1


def test_claims_by_older_clients_are_counted_as_well(owner: Standing) -> None:
    code = services.create_invite(by=owner, max_uses=3).invite.code

    def call() -> str:
        recipient = claim_body(code, generate_keypair())["recipient_x25519_pubkey"]
        return services.claim_invite(code=code, recipient_x25519_pubkey=recipient).mesh.pk

    results = all_at_once([call] * AT_ONCE)
    assert sum(isinstance(each, str) for each in results) == 3
    assert Member.objects.filter(pubkey="").count() == 3


def test_the_same_key_claiming_at_once_is_one_member_and_one_use(owner: Standing) -> None:
    code = services.create_invite(by=owner, max_uses=50).invite.code
    results = all_at_once([claiming(code, generate_keypair())] * AT_ONCE)
    assert len(set(results)) == 1
    assert Invite.objects.get().used_count == 1


def test_the_same_key_claiming_the_last_use_at_once_is_let_in_every_time(
    owner: Standing,
) -> None:
    code = services.create_invite(by=owner).invite.code
    results = all_at_once([claiming(code, generate_keypair())] * AT_ONCE)
    assert len(set(results)) == 1
    assert not isinstance(results[0], MeshError)


def test_every_join_changes_the_roster_version(owner: Standing) -> None:
    before = Mesh.objects.get().roster_version
    code = services.create_invite(by=owner, max_uses=AT_ONCE).invite.code
    all_at_once([claiming(code, generate_keypair()) for _ in range(AT_ONCE)])
    assert Mesh.objects.get().roster_version == before + AT_ONCE


def test_meshes_of_one_name_made_at_once_get_slugs_of_their_own(alice: Person) -> None:
    def call() -> str:
        created = services.create_mesh(owner=alice.user, name="Acme", pubkey=alice.keys.public)
        return created.mesh.slug

    slugs = all_at_once([call] * AT_ONCE)
    assert set(slugs) == {"acme", *(f"acme-{n}" for n in range(2, AT_ONCE + 1))}


def test_healing_at_once_ends_with_one_set_of_keys(owner: Standing) -> None:
    Mesh.objects.update(owner_pubkey="", owner_secret_encrypted="", root_key_encrypted="")
    keys = all_at_once([lambda: services.ensure_keys(Mesh.objects.get()).root_key] * AT_ONCE)
    assert len(set(keys)) == 1


def test_two_keys_for_one_unbound_member_bind_once(owner: Standing) -> None:
    code = services.create_invite(by=owner).invite.code
    recipient = claim_body(code, generate_keypair())["recipient_x25519_pubkey"]
    claimed = services.claim_invite(code=code, recipient_x25519_pubkey=recipient)
    member_id = claimed.joined.member.pk

    def binding(pubkey: str) -> Callable[[], str]:
        return lambda: services.bind_member_key(member_id=member_id, pubkey=pubkey).pubkey

    results = all_at_once([binding(generate_keypair().public) for _ in range(AT_ONCE)])
    winners = [each for each in results if isinstance(each, str)]
    assert winners == [Member.objects.get(pk=member_id).pubkey]
