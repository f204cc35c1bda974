"""What each write to a mesh leaves in its audit log, and what leaves nothing."""

import json
from typing import Any
from unittest.mock import patch

import pytest
from claudemesh_wire.errors import MeshError
from claudemesh_wire.signing import generate_keypair
from django.db import connection

from audit import chains
from audit.models import AuditEntry
from audit.verifying import verify
from meshes import selectors, services
from meshes.models import Invite, Member, Mesh
from meshes.selectors import Standing
from meshes.services import bans, grants
from tests.audit_reading import Written, last_of, log_of
from tests.meshes.conftest import Person
from tests.meshes.invitees import claim_body, join_body, x25519_of

pytestmark = pytest.mark.django_db
DAVE = generate_keypair()
KEY = "ab" * 32


def test_a_new_mesh_tells_its_keys_and_its_owner(alice: Person, mesh: Mesh) -> None:
    member = alice.member
    assert log_of(mesh.pk) == [
        Written("mesh_created", member.pk, {"slug": "acme", "name": "Acme"}),
        Written("key_created", chains.BROKER, {"key": "owner", "pubkey": mesh.owner_pubkey}),
        Written("key_created", chains.BROKER, {"key": "root"}),
        Written(
            "member_joined",
            member.pk,
            {"name": "Alice", "role": "owner", "pubkey": member.pubkey, "invite": None},
        ),
    ]


def test_keys_made_later_are_told_if_they_were_missing(mesh: Mesh) -> None:
    Mesh.objects.update(root_key_encrypted="")
    services.ensure_keys(Mesh.objects.get())
    assert last_of(mesh.pk) == Written("key_created", chains.BROKER, {"key": "root"})


def test_keys_that_are_there_are_not_told_again(mesh: Mesh) -> None:
    before = log_of(mesh.pk)
    services.ensure_keys(mesh)
    assert log_of(mesh.pk) == before


@pytest.mark.parametrize(("what", "value"), [("name", "Apex"), ("slug", "apex")])
def test_renaming(owner: Standing, what: str, value: str) -> None:
    before = getattr(owner.mesh, what)
    services.update_mesh(by=owner, **{what: value})
    payload = {"what": what, "from": before, "to": value}
    assert last_of(owner.mesh.pk) == Written("mesh_renamed", owner.actor, payload)


def test_policy(owner: Standing) -> None:
    services.update_mesh(by=owner, policy={"allowPlaintext": True})
    payload = {"changed": {"allowPlaintext": {"from": False, "to": True}}}
    assert last_of(owner.mesh.pk) == Written("policy_changed", owner.actor, payload)


def test_what_is_set_to_what_it_was_leaves_nothing(owner: Standing) -> None:
    before = log_of(owner.mesh.pk)
    services.update_mesh(by=owner, name="Acme", slug="acme", policy={"allowPlaintext": False})
    assert log_of(owner.mesh.pk) == before


def test_archiving(owner: Standing) -> None:
    services.archive_mesh(by=owner)
    assert last_of(owner.mesh.pk) == Written("mesh_archived", owner.actor, {})


def test_an_owner_whose_keys_never_joined_acts_as_an_account(alice: Person, mesh: Mesh) -> None:
    Member.objects.filter(mesh=mesh).update(user=None)
    services.archive_mesh(by=selectors.standing_in(alice.user, mesh.slug))
    assert last_of(mesh.pk).actor == f"account:{alice.user.pk}"


def test_an_invite_is_told_without_its_code_and_address(owner: Standing) -> None:
    made = services.create_invite(by=owner, max_uses=3, email="dave@example.com")
    written = last_of(owner.mesh.pk)
    assert written == Written(
        "invite_created",
        owner.actor,
        {
            "invite": made.invite.pk,
            "role": "member",
            "max_uses": 3,
            "expires_at": made.invite.expires_at.strftime("%Y-%m-%dT%H:%M:%S.000000Z"),
            "emailed": True,
        },
    )
    text = json.dumps(written.payload)
    assert not any(secret in text for secret in (made.invite.code, made.token, "dave"))


def joined(member: Member, invite: Invite) -> list[Written]:
    """The two entries of somebody who came by an invite."""
    arrived = {"name": member.display_name, "role": "member", "pubkey": member.pubkey}
    return [
        Written("invite_claimed", member.pk, {"invite": invite.pk, "member": member.pk}),
        Written("member_joined", member.pk, {**arrived, "invite": invite.pk}),
    ]


def test_joining_by_a_code(owner: Standing) -> None:
    invite = services.create_invite(by=owner).invite
    claimed = services.claim_invite(code=invite.code, **claim_body(invite.code, DAVE))
    assert log_of(owner.mesh.pk)[-2:] == joined(claimed.joined.member, invite)


def test_joining_by_a_token(owner: Standing, anybody: Any) -> None:
    created = services.create_invite(by=owner)
    reply = anybody.post("/join", join_body(created.token, DAVE), format="json").json()
    member = Member.objects.get(pk=reply["memberId"])
    assert log_of(owner.mesh.pk)[-2:] == joined(member, created.invite)


def test_coming_back_through_an_invite_leaves_nothing(owner: Standing) -> None:
    code = services.create_invite(by=owner, max_uses=2).invite.code
    services.claim_invite(code=code, **claim_body(code, DAVE))
    before = log_of(owner.mesh.pk)
    services.claim_invite(code=code, **claim_body(code, DAVE))
    assert log_of(owner.mesh.pk) == before


def test_a_used_up_invite_leaves_nothing(owner: Standing) -> None:
    code = services.create_invite(by=owner).invite.code
    services.claim_invite(code=code, **claim_body(code, DAVE))
    before = log_of(owner.mesh.pk)
    with pytest.raises(MeshError):
        services.claim_invite(code=code, **claim_body(code, generate_keypair()))
    assert log_of(owner.mesh.pk) == before


def test_binding_a_member_that_came_without_a_key(owner: Standing) -> None:
    code = services.create_invite(by=owner).invite.code
    claimed = services.claim_invite(code=code, recipient_x25519_pubkey=x25519_of(DAVE))
    member_id = claimed.joined.member.pk
    assert last_of(owner.mesh.pk).payload["pubkey"] == ""
    services.bind_member_key(member_id=member_id, pubkey=DAVE.public)
    assert last_of(owner.mesh.pk) == Written("member_bound", member_id, {"pubkey": DAVE.public})


def test_withdrawing_an_invite_once(owner: Standing) -> None:
    invite = services.create_invite(by=owner).invite
    for _ in range(2):
        services.revoke_invite(by=owner, invite_id=invite.pk)
    told = [each for each in log_of(owner.mesh.pk) if each.type == "invite_revoked"]
    assert told == [Written("invite_revoked", owner.actor, {"invite": invite.pk})]


def test_giving_a_role(owner: Standing, carol: Person) -> None:
    services.update_member(by=owner, member_id=carol.member.pk, changes={"role": "admin"})
    payload = {"member": carol.member.pk, "from": "member", "to": "admin"}
    assert last_of(owner.mesh.pk) == Written("role_changed", owner.actor, payload)


def test_a_profile_is_nobodys_business(owner: Standing, carol: Person) -> None:
    before = log_of(owner.mesh.pk)
    changes = {"display_name": "Caroline", "role": "member"}
    services.update_member(by=owner, member_id=carol.member.pk, changes=changes)
    assert log_of(owner.mesh.pk) == before


def test_grants_tell_what_changed(carol: Person, mesh: Mesh) -> None:
    own = {"mesh_id": mesh.pk, "member_id": carol.member.pk}
    grants.set_grants(**own, changes={KEY: ["dm", "read"]})
    grants.set_grants(**own, changes={KEY: ["read", "dm"]})  # as it was
    grants.set_grants(**own, changes={KEY: None})
    assert log_of(mesh.pk)[-2:] == [
        Written("grants_changed", carol.member.pk, {"changed": {KEY: ["dm", "read"]}}),
        Written("grants_changed", carol.member.pk, {"changed": {KEY: None}}),
    ]


def test_a_ban_is_told_with_the_invites_it_withdraws(owner: Standing, bob: Person) -> None:
    invite = services.create_invite(by=selectors.standing_in(bob.user, "acme")).invite
    who = {"mesh_id": owner.mesh.pk, "by_member_id": owner.actor, "member_id": bob.member.pk}
    bans.ban(**who, reason="spam")
    named = {"member": bob.member.pk, "name": "Bob"}
    assert log_of(owner.mesh.pk)[-2:] == [
        Written("member_banned", owner.actor, {**named, "reason": "spam"}),
        Written("invite_revoked", owner.actor, {"invite": invite.pk}),
    ]
    bans.unban(**who)
    assert last_of(owner.mesh.pk) == Written("member_unbanned", owner.actor, named)


def test_what_fails_leaves_no_entry(owner: Standing, bob: Person) -> None:
    before = log_of(owner.mesh.pk)
    with (
        patch("meshes.services.bans.transaction.on_commit", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        bans.ban(mesh_id=owner.mesh.pk, by_member_id=owner.actor, member_id=bob.member.pk)
    assert log_of(owner.mesh.pk) == before
    assert Member.objects.get(pk=bob.member.pk).revoked_at is None


def test_what_cannot_be_written_down_does_not_happen(owner: Standing, carol: Person) -> None:
    with (
        patch("meshes.services.members.append", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        services.update_member(by=owner, member_id=carol.member.pk, changes={"role": "admin"})
    assert Member.objects.get(pk=carol.member.pk).role == "member"


def test_the_log_comes_after_every_other_lock(owner: Standing, bob: Person) -> None:
    """Whoever holds the lock of a log waits for nothing else: so nobody waits in a circle."""
    order = _Order()
    with connection.execute_wrapper(order):
        bans.ban(mesh_id=owner.mesh.pk, by_member_id=owner.actor, member_id=bob.member.pk)
        services.create_invite(by=owner)
    assert order.broken == []


class _Order:
    """Notes writes to other tables that come after one to the log, within a transaction."""

    def __init__(self) -> None:
        self.broken: list[str] = []
        self._logged = False

    def __call__(self, execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith(("RELEASE", "SAVEPOINT", "BEGIN")):
            self._logged = False
        elif "audit_auditentry" in sql or "audit_audithead" in sql:
            self._logged = True
        elif self._logged and not sql.startswith("SELECT"):
            self.broken.append(sql)
        return execute(sql, *rest)


def test_a_busy_mesh_has_a_log_that_holds(owner: Standing, bob: Person, carol: Person) -> None:
    own = {"mesh_id": owner.mesh.pk, "by_member_id": owner.actor, "member_id": carol.member.pk}
    for number in range(5):
        code = services.create_invite(by=owner).invite.code
        services.claim_invite(code=code, **claim_body(code, generate_keypair()))
        services.update_mesh(by=owner, name=f"Acme {number}")
        bans.ban(**own)
        bans.unban(**own)
    report = verify(owner.mesh.pk)
    assert (report.valid, report.entries) == (True, 4 + 5 * 6)
    assert AuditEntry.objects.filter(mesh_id=owner.mesh.pk).count() == report.entries
