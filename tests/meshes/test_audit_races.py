"""Writers of several kinds on the logs of several meshes: nobody waits in a circle, no gap."""

import itertools

import pytest
from claudemesh_wire.signing import generate_keypair
from django.db import transaction

from audit import events
from audit.models import AuditHead
from audit.services import NewEntry, append_many
from audit.verifying import verify
from meshes import selectors, services
from meshes.models import Member
from meshes.selectors import Standing
from meshes.services import bans, grants
from tests.at_once import all_at_once
from tests.meshes.conftest import Person

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 6
KEY = "ab" * 32


@pytest.fixture
def meshes(alice: Person) -> list[Standing]:
    """Three meshes of alice's; bob is a member of each."""
    for name in ("One", "Two", "Three"):
        made = services.create_mesh(owner=alice.user, name=name, pubkey=alice.keys.public)
        Member.objects.create(mesh=made.mesh, pubkey=generate_keypair().public, display_name="bob")
    return selectors.standings_of(alice.user)


def send_to_all(meshes: list[Standing]) -> None:
    """As the ledger's batch does: many meshes in a transaction, without their locks."""
    with transaction.atomic():
        append_many([NewEntry(m.mesh.pk, events.MESSAGE_SENT, m.actor, {}) for m in meshes])


def govern(standing: Standing) -> None:
    """What changes a mesh: its own lock, its invites' and members', the log's."""
    mesh_id = standing.mesh.pk
    bob = Member.objects.get(mesh_id=mesh_id, display_name="bob")
    invite = services.create_invite(by=standing).invite
    bans.ban(mesh_id=mesh_id, by_member_id=standing.actor, member_id=bob.pk)
    services.revoke_invite(by=standing, invite_id=invite.pk)
    bans.unban(mesh_id=mesh_id, by_member_id=standing.actor, member_id=bob.pk)
    grants.set_grants(mesh_id=mesh_id, member_id=standing.actor, changes={KEY: []})
    grants.set_grants(mesh_id=mesh_id, member_id=standing.actor, changes={KEY: None})


def test_batches_and_services_do_not_meet_in_a_deadlock(meshes: list[Standing]) -> None:
    before = sum(AuditHead.objects.values_list("seq", flat=True))
    orders = list(itertools.permutations(meshes))

    def many(work, argument):  # type: ignore[no-untyped-def]
        def call() -> bool:
            for _ in range(ROUNDS):
                work(argument)
            return True

        return call

    batches = [many(send_to_all, list(order)) for order in orders]
    services_of_each = [many(govern, standing) for standing in meshes]
    assert all_at_once([*batches, *services_of_each]) == [True] * 9
    reports = [verify(standing.mesh.pk) for standing in meshes]
    assert all(report.valid for report in reports)
    added = ROUNDS * (6 * 3 + 3 * 6)
    after = sum(AuditHead.objects.values_list("seq", flat=True))
    assert after - before == added
