"""A mesh made in the browser: its owner has no key until a machine of the account signs in."""

from datetime import timedelta

import pytest
from claudemesh_wire import boxes
from claudemesh_wire.errors import MeshError
from claudemesh_wire.signing import generate_keypair

from meshes import selectors, services
from meshes.models import Member, Mesh
from meshes.services import bans
from meshes.services.meshes import CreatedMesh
from storing import vault
from tests.audit_reading import Written, last_of, log_of
from tests.meshes.conftest import Person, add_member, person
from tests.meshes.invitees import claim_body, sync_body
from tests.meshes.test_sync import meshes

pytestmark = pytest.mark.django_db

LAPTOP = generate_keypair()


@pytest.fixture
def made(alice: Person) -> CreatedMesh:
    return services.create_mesh(owner=alice.user, name="Browser")


def test_nothing_is_sealed_to_nobody(made: CreatedMesh) -> None:
    assert made.sealed_root_key == ""
    assert made.mesh.has_keys


def test_the_api_still_demands_a_key(alice: Person) -> None:
    for pubkey in ("", None):
        response = alice.call("post", "/cli/mesh/create", {"name": "N", "pubkey": pubkey})
        assert response.status_code == 400
    assert not Mesh.objects.exists()


def test_the_place_is_neither_listed_nor_counted(alice: Person, made: CreatedMesh) -> None:
    assert alice.call("get", "/cli/mesh/browser/members").json()["members"] == []
    assert alice.call("get", "/cli/meshes").json()["meshes"][0]["member_count"] == 0


def test_the_owner_bans_by_it(alice: Person, made: CreatedMesh) -> None:
    bob = add_member(made.mesh, person("bob"))
    standing = selectors.standing_in(alice.user, "browser")
    assert standing.member == made.member
    bans.ban(mesh_id=made.mesh.pk, by_member_id=standing.member.pk, member_id=bob.member.pk)
    assert Member.objects.get(pk=bob.member.pk).revoked_at is not None


def test_no_hello_binds_it(made: CreatedMesh) -> None:
    with pytest.raises(MeshError, match="unauthorized"):
        services.bind_member_key(member_id=made.member.pk, pubkey=LAPTOP.public)


def test_the_first_proven_sync_of_the_account_does(alice: Person, made: CreatedMesh) -> None:
    (row,) = meshes(sync_body(alice.token, LAPTOP))
    assert (row["member_id"], row["role"]) == (made.member.pk, "owner")
    member = Member.objects.get(pk=made.member.pk)
    assert (member.pubkey, member.device, member.display_name) == (
        LAPTOP.public,
        alice.device,
        "Alice",
    )
    root_key = boxes.open_anonymous(row["sealed_root_key"], LAPTOP.secret)
    assert root_key == vault.decrypt(made.mesh.root_key_encrypted)
    bound = Written("member_bound", made.member.pk, {"pubkey": LAPTOP.public})
    assert last_of(made.mesh.pk) == bound
    assert Mesh.objects.get().roster_version == made.mesh.roster_version + 1


def test_a_sync_without_proof_does_not(alice: Person, made: CreatedMesh) -> None:
    meshes(sync_body(alice.token, LAPTOP, proven=False))
    assert Member.objects.get(pk=made.member.pk).pubkey == ""


def test_mallory_s_account_does_not(mallory: Person, made: CreatedMesh) -> None:
    """Neither as a stranger nor as a member of the mesh."""
    meshes(sync_body(mallory.token, LAPTOP))
    add_member(made.mesh, mallory)
    meshes(sync_body(mallory.token, generate_keypair()))
    assert Member.objects.get(pk=made.member.pk).pubkey == ""


def test_the_second_key_gets_a_place_of_its_own(alice: Person, made: CreatedMesh) -> None:
    meshes(sync_body(alice.token, LAPTOP))
    (row,) = meshes(sync_body(alice.token, generate_keypair()))
    assert row["member_id"] != made.member.pk
    assert row["role"] == "owner"


def test_an_owner_who_joined_by_an_own_link_becomes_owner_by_its_proof(
    alice: Person, made: CreatedMesh
) -> None:
    code = services.create_invite(by=selectors.standing_in(alice.user, "browser")).invite.code
    joined = services.claim_invite(code=code, **claim_body(code, LAPTOP)).joined.member
    (row,) = meshes(sync_body(alice.token, LAPTOP))
    assert (row["member_id"], row["role"]) == (joined.pk, "owner")
    changed = {"member": joined.pk, "from": "member", "to": "owner"}
    actor = f"account:{alice.user.pk}"
    assert log_of(made.mesh.pk)[-1] == Written("role_changed", actor, changed)
    assert selectors.standing_in(alice.user, "browser").member == joined


def test_the_place_is_not_edited(alice: Person, made: CreatedMesh) -> None:
    path = f"/cli/mesh/browser/members/{made.member.pk}"
    assert alice.call("patch", path, {"display_name": "X"}).status_code == 404


def test_an_older_clients_claim_still_binds_within_its_ten_minutes(
    alice: Person, made: CreatedMesh
) -> None:
    standing = selectors.standing_in(alice.user, "browser")
    code = services.create_invite(by=standing).invite.code
    recipient = claim_body(code, LAPTOP)["recipient_x25519_pubkey"]
    claimed = services.claim_invite(code=code, recipient_x25519_pubkey=recipient).joined.member
    assert claimed.bind_until - claimed.joined_at > timedelta(minutes=9)
    assert services.bind_member_key(member_id=claimed.pk, pubkey=LAPTOP.public).pk == claimed.pk
