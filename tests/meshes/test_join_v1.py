"""POST /join: a signed token lets a key in, once a use, and says why when it does not."""

from datetime import timedelta

import pytest
from claudemesh_wire import canonical, signing
from claudemesh_wire.signing import generate_keypair
from django.utils import timezone
from rest_framework.test import APIClient

from meshes import services
from meshes.models import Invite, Member, Mesh
from meshes.selectors import Standing
from tests.meshes.conftest import Person
from tests.meshes.invitees import join_body, payload_of

pytestmark = pytest.mark.django_db

DAVE = generate_keypair()
FRANK = generate_keypair()


@pytest.fixture
def token(owner: Standing) -> str:
    return services.create_invite(by=owner).token


def join(body: object) -> tuple[int, dict]:
    response = APIClient().post("/join", body, format="json")
    return response.status_code, response.json()


def refused(body: object) -> str:
    status, reply = join(body)
    assert status == 400
    assert reply["ok"] is False
    assert reply["message"]
    return reply["error"]


def test_a_newcomer_becomes_a_member(mesh: Mesh, token: str) -> None:
    status, reply = join(join_body(token, DAVE))
    member = Member.objects.get(pubkey=DAVE.public)
    assert (status, reply) == (200, {"ok": True, "memberId": member.pk})
    assert (member.role, member.display_name, member.user) == ("member", "Dave", None)
    assert Invite.objects.get().used_count == 1


def test_a_padded_token_is_the_same_token(mesh: Mesh, token: str) -> None:
    assert join(join_body(token, DAVE, invite_token=token + "=="))[0] == 200


def test_joining_again_returns_the_same_member_and_uses_nothing_up(token: str) -> None:
    _, first = join(join_body(token, DAVE))
    status, again = join(join_body(token, DAVE, display_name="Somebody else"))
    assert (status, again) == (200, {**first, "alreadyMember": True})
    assert Invite.objects.get().used_count == 1
    assert Member.objects.get(pubkey=DAVE.public).display_name == "Dave"


def test_a_used_up_invite_lets_nobody_else_in(token: str) -> None:
    join(join_body(token, DAVE))
    assert refused(join_body(token, FRANK)) == "invite_exhausted"
    assert not Member.objects.filter(pubkey=FRANK.public).exists()


def test_an_unknown_token_is_not_found(token: str) -> None:
    body = join_body(token, DAVE, invite_token="bm9wZQ")
    assert refused(body) == "invite_not_found"


def test_an_expired_invite_is_refused(token: str) -> None:
    Invite.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert refused(join_body(token, DAVE)) == "invite_expired"


def test_a_withdrawn_invite_is_refused(owner: Standing, token: str) -> None:
    services.revoke_invite(by=owner, invite_id=Invite.objects.get().pk)
    assert refused(join_body(token, DAVE)) == "invite_revoked"


def test_an_archived_mesh_is_not_found(owner: Standing, token: str) -> None:
    services.archive_mesh(by=owner)
    assert refused(join_body(token, DAVE)) == "mesh_not_found"


@pytest.mark.parametrize(
    "change",
    [
        {"role": "admin"},
        {"expires_at": 9_999_999_999},
        {"mesh_root_key": "AAAA"},
        {"mesh_slug": "other"},
        {"broker_url": "ws://evil.example/ws"},
        {"broker_url": "ws://localhost|x"},
        {"signature": "00" * 64},
    ],
    ids=repr,
)
def test_an_altered_payload_is_refused(token: str, change: dict) -> None:
    payload = payload_of(token) | change
    assert refused(join_body(token, DAVE, invite_payload=payload)) == "invite_bad_signature"
    assert Invite.objects.get().used_count == 0


def test_a_payload_of_another_mesh_is_refused(token: str) -> None:
    payload = payload_of(token) | {"mesh_id": "another"}
    assert refused(join_body(token, DAVE, invite_payload=payload)) == "invite_mesh_mismatch"


def test_a_payload_signed_by_somebody_else_is_refused(mallory: Person, token: str) -> None:
    payload = payload_of(token) | {"owner_pubkey": mallory.keys.public, "role": "admin"}
    signed = {k: v for k, v in payload.items() if k not in ("v", "invite_id", "signature")}
    payload["signature"] = signing.sign(canonical.invite_v1(**signed), mallory.keys.secret)
    assert refused(join_body(token, DAVE, invite_payload=payload)) == "invite_owner_mismatch"


def test_the_payload_of_a_stronger_invite_lends_no_role(owner: Standing, token: str) -> None:
    strong = services.create_invite(by=owner, role="admin").token
    join(join_body(token, DAVE, invite_payload=payload_of(strong)))
    assert Member.objects.get(pubkey=DAVE.public).role == "member"


def test_a_removed_key_cannot_come_back(erin: Person, token: str) -> None:
    status, reply = join(join_body(token, erin.keys))
    assert (status, reply["ok"], reply["error"]) == (403, False, "revoked")
    assert reply["message"] == (
        'You\'ve been removed from "Acme". Contact the mesh owner to rejoin.'
    )
    assert Invite.objects.get().used_count == 0


def test_joining_by_token_ties_no_account_to_a_key_that_was_not_proven(
    mallory: Person, token: str
) -> None:
    """Else mallory could put bob's key under her own account and take his role over HTTP."""
    reply = mallory.call("post", "/join", join_body(token, DAVE)).json()
    assert Member.objects.get(pk=reply["memberId"]).user is None


@pytest.mark.parametrize(
    "bad",
    [
        {"invite_token": None},
        {"invite_token": 7},
        {"invite_token": "x" * 9000},
        {"invite_token": "a\x00b"},
        {"invite_payload": None},
        {"invite_payload": "text"},
        {"invite_payload": []},
        {"invite_payload": {}},
        {"peer_pubkey": "AB" * 32},
        {"peer_pubkey": ""},
        {"display_name": ""},
        {"display_name": "a\x07b"},
        {"display_name": "x" * 121},
    ],
    ids=lambda bad: repr(bad)[:40],
)
def test_a_bad_field_is_malformed(token: str, bad: dict) -> None:
    assert refused(join_body(token, DAVE, **bad)) == "malformed"
    assert Invite.objects.get().used_count == 0


@pytest.mark.parametrize(
    "bad",
    [{"v": 2}, {"v": "1"}, {"expires_at": "soon"}, {"expires_at": 2**70}, {"role": "owner"}],
    ids=repr,
)
def test_a_bad_payload_field_is_malformed(token: str, bad: dict) -> None:
    payload = payload_of(token) | bad
    assert refused(join_body(token, DAVE, invite_payload=payload)) == "malformed"
