"""POST /invites/<code>/claim: the root key comes sealed, and the member has its ed25519 key."""

from datetime import timedelta

import pytest
from claudemesh_wire import boxes, canonical, signing
from claudemesh_wire.signing import generate_keypair
from django.utils import timezone
from rest_framework.test import APIClient

from meshes import services
from meshes.models import Invite, Member, Mesh
from meshes.selectors import Standing
from storing import vault
from tests.meshes.conftest import Person
from tests.meshes.invitees import claim_body, x25519_of

pytestmark = pytest.mark.django_db

DAVE = generate_keypair()
FRANK = generate_keypair()


@pytest.fixture
def code(owner: Standing) -> str:
    return services.create_invite(by=owner).invite.code


def claim(code: str, body: object, client: APIClient | None = None) -> tuple[int, dict]:
    response = (client or APIClient()).post(f"/invites/{code}/claim", body, format="json")
    return response.status_code, response.json()


def refused(code: str, body: object) -> tuple[int, str]:
    status, reply = claim(code, body)
    assert reply["message"]
    return status, reply["error"]


def test_the_reply_has_the_shape_that_clients_read(mesh: Mesh, code: str) -> None:
    status, reply = claim(code, claim_body(code, DAVE))
    invite = Invite.objects.get()
    assert status == 200
    assert reply == {
        "sealed_root_key": reply["sealed_root_key"],
        "mesh_id": mesh.pk,
        "member_id": Member.objects.get(pubkey=DAVE.public).pk,
        "owner_pubkey": mesh.owner_pubkey,
        "canonical_v2": invite.canonical_v2,
        "signature": invite.signature_v2,
        "mesh_slug": "acme",
        "mesh_name": "Acme",
        "broker_url": "ws://localhost:7900/ws",
    }
    assert signing.verify(reply["canonical_v2"], reply["signature"], reply["owner_pubkey"])


def test_the_root_key_opens_with_the_claimants_key_only(mesh: Mesh, code: str) -> None:
    _, reply = claim(code, claim_body(code, DAVE))
    root_key = boxes.open_anonymous(reply["sealed_root_key"], DAVE.secret)
    assert root_key == vault.decrypt(mesh.root_key_encrypted)
    with pytest.raises(boxes.DecryptError):
        boxes.open_anonymous(reply["sealed_root_key"], FRANK.secret)


def test_the_member_is_bound_to_the_ed25519_key_not_to_the_x25519_one(code: str) -> None:
    _, reply = claim(code, claim_body(code, DAVE))
    member = Member.objects.get(pk=reply["member_id"])
    assert member.pubkey == DAVE.public
    assert member.pubkey != boxes.x25519_public(DAVE.public).hex()
    assert member.bind_until is None


def test_claiming_again_returns_the_same_member_and_uses_nothing_up(code: str) -> None:
    _, first = claim(code, claim_body(code, DAVE))
    _, again = claim(code, claim_body(code, DAVE))
    assert again["member_id"] == first["member_id"]
    assert Invite.objects.get().used_count == 1


def test_a_proof_of_another_key_is_refused(code: str) -> None:
    body = claim_body(code, DAVE, peer_pubkey=FRANK.public)
    assert refused(code, body) == (400, "bad_signature")


def test_a_proof_for_another_code_is_refused(owner: Standing, code: str) -> None:
    other = services.create_invite(by=owner).invite.code
    assert refused(code, claim_body(other, DAVE)) == (400, "bad_signature")


def test_a_proof_for_another_recipient_is_refused(code: str) -> None:
    body = claim_body(code, DAVE, recipient_x25519_pubkey=x25519_of(FRANK))
    assert refused(code, body) == (400, "bad_signature")


@pytest.mark.parametrize("left_out", ["proof", "peer_pubkey"])
def test_key_and_proof_come_together_or_not_at_all(code: str, left_out: str) -> None:
    body = claim_body(code, DAVE)
    del body[left_out]
    assert refused(code, body) == (400, "malformed")


@pytest.mark.parametrize("recipient", ["", "AA", "!" * 43, "é" * 43, "A" * 43, "A" * 65, 7, None])
def test_an_unusable_recipient_key_uses_nothing_up(code: str, recipient: object) -> None:
    assert refused(code, {"recipient_x25519_pubkey": recipient}) == (400, "malformed")
    assert Invite.objects.get().used_count == 0


def test_a_recipient_with_a_separator_is_malformed(code: str) -> None:
    body = claim_body(code, DAVE, recipient_x25519_pubkey="a|b")
    assert refused(code, body) == (400, "malformed")


def test_an_unknown_code_is_not_found(db: None) -> None:
    assert refused("nosuch22", claim_body("nosuch22", DAVE)) == (404, "not_found")


def test_an_expired_invite_is_gone(code: str) -> None:
    row = Invite.objects.get()
    row.expires_at = (timezone.now() - timedelta(seconds=5)).replace(microsecond=0)
    resign(row)
    assert refused(code, claim_body(code, DAVE)) == (410, "expired")


def test_a_withdrawn_invite_is_gone(owner: Standing, code: str) -> None:
    services.revoke_invite(by=owner, invite_id=Invite.objects.get().pk)
    assert refused(code, claim_body(code, DAVE)) == (410, "revoked")


def test_a_used_up_invite_is_gone(code: str) -> None:
    claim(code, claim_body(code, DAVE))
    assert refused(code, claim_body(code, FRANK)) == (410, "exhausted")


def test_an_archived_meshs_invite_is_not_found(owner: Standing, code: str) -> None:
    services.archive_mesh(by=owner)
    assert refused(code, claim_body(code, DAVE)) == (404, "not_found")


def test_a_row_whose_role_was_raised_behind_the_signature_is_refused(code: str) -> None:
    Invite.objects.update(role="admin")
    assert refused(code, claim_body(code, DAVE)) == (400, "bad_signature")


def test_a_statement_that_is_not_the_rows_own_is_refused(code: str) -> None:
    Invite.objects.update(canonical_v2="v=2|another|statement")
    assert refused(code, claim_body(code, DAVE)) == (400, "bad_signature")


def test_a_removed_key_cannot_come_back(erin: Person, code: str) -> None:
    status, reply = claim(code, claim_body(code, erin.keys))
    assert (status, reply["error"]) == (403, "revoked")
    assert "removed from" in reply["message"]
    assert Invite.objects.get().used_count == 0


def test_an_older_client_gets_a_member_that_is_bound_later(code: str) -> None:
    before = timezone.now()
    _, reply = claim(code, {"recipient_x25519_pubkey": x25519_of(DAVE)})
    member = Member.objects.get(pk=reply["member_id"])
    assert member.pubkey == ""
    assert timedelta(minutes=9) < member.bind_until - before <= timedelta(minutes=10, seconds=5)


def test_with_a_bearer_the_new_member_belongs_to_the_account(mallory: Person, code: str) -> None:
    _, reply = claim(code, claim_body(code, DAVE), mallory.client)
    assert Member.objects.get(pk=reply["member_id"]).user == mallory.user


def test_a_bearer_may_take_over_its_own_unclaimed_member_later(mallory: Person, code: str) -> None:
    claim(code, claim_body(code, DAVE))
    _, reply = claim(code, claim_body(code, DAVE), mallory.client)
    assert Member.objects.get(pk=reply["member_id"]).user == mallory.user


def test_a_member_of_another_account_stays_theirs(
    carol: Person, mallory: Person, code: str
) -> None:
    claim(code, claim_body(code, carol.keys), mallory.client)
    carol.member.refresh_from_db()
    assert carol.member.user == carol.user


def test_a_bad_bearer_is_said_so_rather_than_ignored(code: str) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION="Bearer gone")
    status, reply = claim(code, claim_body(code, DAVE), client)
    assert (status, reply["error"]) == (401, "invalid_or_revoked_token")


def resign(invite: Invite) -> None:
    """Store the invite as its mesh's owner key would have signed it."""
    keys = services.ensure_keys(invite.mesh)
    invite.canonical_v2 = canonical.invite_v2(
        invite.mesh_id,
        invite.pk,
        int(invite.expires_at.timestamp()),
        invite.role,
        keys.owner_pubkey,
    )
    invite.signature_v2 = signing.sign(invite.canonical_v2, keys.owner_secret)
    invite.save()
