"""Signing out, syncing, claiming, banning and leaving at once: as if everybody had queued."""

from collections.abc import Callable
from typing import Any

import pytest
from claudemesh_wire.errors import MeshError
from claudemesh_wire.signing import KeyPair, generate_keypair
from django.db import transaction
from django.utils import timezone

from accounts import services as accounts
from accounts.models import CliSession, User
from audit.verifying import verify
from meshes import selectors, services
from meshes.models import Invite, Member, Mesh
from meshes.selectors import Standing
from meshes.services import bans, tickets
from meshes.services.suspension import suspend_device
from tests.at_once import AT_ONCE, all_at_once
from tests.meshes.conftest import Person
from tests.meshes.invitees import claim_body, sync_body

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 5


def syncing(who: Person, keys: KeyPair) -> Callable[[], Any]:
    body = sync_body(who.token, keys)
    del body["sync_token"]
    return lambda: services.sync(device=who.device, **body)


def claiming(who: Person, code: str, keys: KeyPair) -> Callable[[], Any]:
    body = claim_body(code, keys)
    return lambda: services.claim_invite(code=code, user=who.user, device=who.device, **body)


def signing_out(device: CliSession) -> Callable[[], Any]:
    def work() -> None:
        with transaction.atomic():
            CliSession.objects.filter(pk=device.pk).update(revoked_at=timezone.now())
            suspend_device(device_id=device.pk, by_user_id=device.user_id)

    return work


def sign_in(who: Person) -> None:
    who.token, who.device = accounts.issue_token(user=who.user)


def only_refused_with(results: list[Any], *codes: str) -> None:
    assert {each.code for each in results if isinstance(each, MeshError)} <= set(codes)


def test_no_key_outlives_the_device_it_came_by(carol: Person, owner: Standing) -> None:
    """Each is suspended with it or was refused, whatever came first."""
    code = services.create_invite(by=owner, max_uses=500).invite.code
    for _ in range(ROUNDS):
        calls = [syncing(carol, generate_keypair()) for _ in range(4)]
        calls += [claiming(carol, code, generate_keypair()) for _ in range(4)]
        calls += [claiming(carol, code, carol.keys), syncing(carol, carol.keys)]
        results = all_at_once([*calls[:5], signing_out(carol.device), *calls[5:]])
        only_refused_with(results, "invalid_or_revoked_token", "device_revoked")
        alive = Member.objects.filter(device__revoked_at__isnull=False, suspended_at__isnull=True)
        assert not alive.exists()
        sign_in(carol)
        Member.objects.filter(user=carol.user).update(suspended_at=None, device=None)
    assert verify(owner.mesh.pk).valid


def test_one_key_synced_at_once_is_one_member(carol: Person, mesh: Mesh) -> None:
    results = all_at_once([syncing(carol, generate_keypair())] * AT_ONCE)
    assert len({each[0].member.pk for each in results}) == 1
    assert Member.objects.filter(user=carol.user).count() == 2


def test_a_vacant_place_is_bound_once(alice: Person) -> None:
    made = services.create_mesh(owner=alice.user, name="Browser")
    results = all_at_once([syncing(alice, generate_keypair()) for _ in range(AT_ONCE)])
    members = [each[0].member for each in results]
    assert [each.pk for each in members].count(made.member.pk) == 1
    assert {each.role for each in members} == {"owner"}
    assert len({each.pk for each in members}) == AT_ONCE


def test_a_ticket_brings_one_key(carol: Person, owner: Standing) -> None:
    dave = User.objects.create_user("dave@example.com")
    code = services.create_invite(by=owner, max_uses=500).invite.code
    ticket = tickets.issue(user=dave, code=code)

    def using(keys: KeyPair) -> Callable[[], Any]:
        body = claim_body(code, keys, ticket=ticket)
        return lambda: services.claim_invite(code=code, **body)

    results = all_at_once([using(generate_keypair()) for _ in range(AT_ONCE)])
    only_refused_with(results, "malformed")
    assert sum(not isinstance(each, MeshError) for each in results) == 1
    assert Member.objects.filter(user=dave).count() == 1
    assert Invite.objects.get().used_count == 1


def test_a_ban_and_syncs_at_once_leave_nobody(alice: Person, carol: Person, mesh: Mesh) -> None:
    ids = {"mesh_id": mesh.pk, "by_member_id": alice.member.pk, "member_id": carol.member.pk}
    for _ in range(ROUNDS):
        calls = [syncing(carol, generate_keypair()) for _ in range(6)]
        all_at_once([*calls[:3], lambda: bans.ban(**ids), *calls[3:]])
        assert not Member.objects.filter(user=carol.user, revoked_at__isnull=True).exists()
        bans.unban(**ids)


def test_leaving_and_syncs_at_once_leave_nobody(carol: Person, mesh: Mesh) -> None:
    standing = selectors.standing_in(carol.user, mesh.slug)
    calls = [syncing(carol, generate_keypair()) for _ in range(6)]
    all_at_once([*calls[:3], lambda: services.leave_mesh(by=standing), *calls[3:]])
    assert not Member.objects.filter(user=carol.user).exists()


def test_many_meshes_and_devices_at_once_wait_for_each_other_in_one_order(alice: Person) -> None:
    for number in range(4):
        services.create_mesh(owner=alice.user, name=f"M{number}", pubkey=alice.keys.public)
    devices = [accounts.issue_token(user=alice.user) for _ in range(4)]
    for token, device in devices:
        tied = Person(alice.user, generate_keypair(), alice.client, token=token, device=device)
        syncing(tied, tied.keys)()
    calls = [signing_out(device) for _, device in devices]
    calls += [syncing(alice, generate_keypair()) for _ in range(5)]
    results = all_at_once(calls)
    assert not [each for each in results if isinstance(each, Exception)]
    assert Member.objects.filter(suspended_at__isnull=False).count() == 16
    assert all(verify(pk).valid for pk in Mesh.objects.values_list("pk", flat=True))
