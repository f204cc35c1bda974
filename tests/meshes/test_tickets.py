"""A ticket ties the machine that joins to the account that looked at the link."""

import time
from typing import Any
from unittest.mock import patch

import pytest
from claudemesh_wire.signing import KeyPair, generate_keypair
from django.core import signing
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from meshes import services
from meshes.models import Invite, Member
from meshes.selectors import Standing
from meshes.services import tickets
from tests.meshes.conftest import Person, add_member, person
from tests.meshes.invitees import claim_body

pytestmark = pytest.mark.django_db

LAPTOP = generate_keypair()
STOLEN = generate_keypair()


@pytest.fixture
def dave(db: None) -> Person:
    return person("dave")


@pytest.fixture
def code(owner: Standing) -> str:
    return services.create_invite(by=owner, max_uses=5).invite.code


def claim(
    code: str, ticket: str, keys: KeyPair = LAPTOP, client: APIClient | None = None, **changes: Any
) -> tuple[int, dict[str, Any]]:
    body = claim_body(code, keys, ticket=ticket, **changes)
    response = (client or APIClient()).post(f"/invites/{code}/claim", body, format="json")
    return response.status_code, response.json()


def ticket_of(who: Person, code: str) -> str:
    return tickets.issue(user=who.user, code=code)


def test_the_member_belongs_to_the_account(dave: Person, code: str) -> None:
    status, reply = claim(code, ticket_of(dave, code))
    member = Member.objects.get(pk=reply["member_id"])
    assert status == 200
    assert (member.user, member.pubkey, member.device) == (dave.user, LAPTOP.public, None)


def test_claiming_again_with_the_same_key_is_as_good(dave: Person, code: str) -> None:
    """The answer may have been lost on the way."""
    ticket = ticket_of(dave, code)
    first, again = claim(code, ticket), claim(code, ticket)
    assert first[1]["member_id"] == again[1]["member_id"]
    assert Invite.objects.get().used_count == 1


def test_a_member_without_an_account_is_tied(dave: Person, code: str) -> None:
    _, reply = claim(code, "")
    assert claim(code, ticket_of(dave, code))[0] == 200
    assert Member.objects.get(pk=reply["member_id"]).user == dave.user


def test_a_bearer_wins(dave: Person, carol: Person, code: str) -> None:
    frank = person("frank")
    _, reply = claim(code, ticket_of(dave, code), client=frank.client)
    member = Member.objects.get(pk=reply["member_id"])
    assert (member.user, member.device) == (frank.user, frank.device)


def test_without_a_ticket_nobody_is_tied(code: str) -> None:
    _, reply = claim(code, "")
    assert Member.objects.get(pk=reply["member_id"]).user is None


def test_looking_changes_nothing(dave: Person, code: str) -> None:
    before = Member.objects.count()
    ticket_of(dave, code)
    assert Member.objects.count() == before


class TestMallory:
    """Attacks: each is refused in words, makes no member and uses nothing up."""

    @pytest.fixture(autouse=True)
    def _nothing_used(self, code: str) -> Any:
        yield
        assert Invite.objects.get(code=code).used_count == 0

    def refused(self, code: str, ticket: str, *args: Any, **changes: Any) -> str:
        before = list(Member.objects.order_by("id").values())
        status, reply = claim(code, ticket, *args, **changes)
        assert (status, reply["error"]) == (400, "malformed")
        assert list(Member.objects.order_by("id").values()) == before
        return reply["message"]

    def test_a_ticket_of_another_invite(self, dave: Person, owner: Standing, code: str) -> None:
        other = services.create_invite(by=owner).invite.code
        assert "open the link" in self.refused(code, ticket_of(dave, other))

    def test_a_ticket_that_is_too_old(self, dave: Person, code: str) -> None:
        an_hour_ago = time.time() - tickets.MAX_AGE_S - 2
        with patch("django.core.signing.time.time", return_value=an_hour_ago):
            ticket = ticket_of(dave, code)
        assert "expired" in self.refused(code, ticket)

    def test_a_ticket_of_a_closed_account(self, dave: Person, code: str) -> None:
        ticket = ticket_of(dave, code)
        User.objects.filter(pk=dave.user.pk).update(is_active=False)
        self.refused(code, ticket)

    def test_a_ticket_of_an_account_that_is_no_more(self, dave: Person, code: str) -> None:
        ticket = ticket_of(dave, code)
        dave.user.delete()
        self.refused(code, ticket)

    @pytest.mark.parametrize("ticket", ["junk", "a:b:c", "\u00e9", ":::", "x" * 1024])
    def test_junk(self, code: str, ticket: str) -> None:
        self.refused(code, ticket)

    def test_a_ticket_with_another_account_written_in(self, dave: Person, code: str) -> None:
        mine = signing.dumps({"account": dave.user.pk, "code": code}, key="k", salt=tickets.SALT)
        self.refused(code, mine)

    def test_something_else_that_the_broker_signed(self, dave: Person, code: str) -> None:
        self.refused(code, signing.dumps({"account": dave.user.pk, "code": code}))

    def test_a_ticket_without_a_proof(self, dave: Person, code: str) -> None:
        self.refused(code, ticket_of(dave, code), peer_pubkey=None, proof=None)

    def test_a_bad_ticket_beside_a_good_bearer(self, dave: Person, code: str) -> None:
        assert self.refused(code, "junk", LAPTOP, dave.client)

    def test_a_ticket_for_a_key_of_another_account(
        self, dave: Person, code: str, owner: Standing
    ) -> None:
        carol = add_member(owner.mesh, person("carol"))
        assert "another account" in self.refused(code, ticket_of(dave, code), carol.keys)

    def test_a_ticket_with_the_key_of_somebody_else(self, dave: Person, code: str) -> None:
        status, reply = claim(code, ticket_of(dave, code), peer_pubkey=STOLEN.public)
        assert (status, reply["error"]) == (400, "bad_signature")


class TestReplay:
    """Mallory reads the command over dave's shoulder and runs it with a key of her own."""

    def test_after_dave_it_brings_nobody(self, dave: Person, code: str) -> None:
        ticket = ticket_of(dave, code)
        claim(code, ticket)
        status, reply = claim(code, ticket, STOLEN)
        assert (status, "already" in reply["message"]) == (400, True)
        assert not Member.objects.filter(pubkey=STOLEN.public).exists()
        assert Invite.objects.get().used_count == 1

    def test_nor_does_it_tie_a_member_of_hers(self, dave: Person, code: str) -> None:
        claim(code, "", STOLEN)
        ticket = ticket_of(dave, code)
        claim(code, ticket)
        assert claim(code, ticket, STOLEN)[0] == 400
        assert Member.objects.get(pubkey=STOLEN.public).user is None

    def test_before_dave_it_is_dave_who_is_told(self, dave: Person, code: str) -> None:
        ticket = ticket_of(dave, code)
        claim(code, ticket, STOLEN)
        status, reply = claim(code, ticket)
        assert (status, "already" in reply["message"]) == (400, True)


def test_a_banned_account_does_not_come_back_with_another_key(dave: Person, code: str) -> None:
    claim(code, ticket_of(dave, code))
    Member.objects.filter(user=dave.user).update(revoked_at=timezone.now())
    for client, ticket in ((APIClient(), ticket_of(dave, code)), (dave.client, "")):
        status, reply = claim(code, ticket, STOLEN, client)
        assert (status, reply["error"]) == (403, "revoked")
    assert not Member.objects.filter(pubkey=STOLEN.public).exists()


def test_an_owner_without_a_key_may_join_by_an_own_link(alice: Person) -> None:
    services.create_mesh(owner=alice.user, name="Browser")
    standing = Standing(alice.user, Member.objects.get().mesh, Member.Role.OWNER, None)
    code = services.create_invite(by=standing).invite.code
    assert claim(code, ticket_of(alice, code))[0] == 200
