"""Banning and letting back as services: who may, whom, what is kept, and what else goes."""

import pytest
from claudemesh_wire.errors import MeshError
from django.db import IntegrityError, transaction
from django.utils import timezone

from meshes import services
from meshes.models import Ban, Invite, Member, Mesh
from meshes.selectors import Standing, open_bans, standing_in
from meshes.services import bans
from tests.audit_reading import log_of
from tests.meshes.conftest import Person
from tests.meshes.invitees import claim_body, sync_body
from tests.meshes.test_sync import DESKTOP, meshes

pytestmark = pytest.mark.django_db


def ban(by: Person, whom: Person, reason: str = "") -> Ban:
    return bans.ban(
        mesh_id=by.member.mesh_id,
        by_member_id=by.member.pk,
        member_id=whom.member.pk,
        reason=reason,
    )


def unban(by: Person, whom: Person) -> Ban:
    return bans.unban(
        mesh_id=by.member.mesh_id, by_member_id=by.member.pk, member_id=whom.member.pk
    )


def code_of(refused: pytest.ExceptionInfo[MeshError]) -> str:
    return refused.value.code


def test_a_ban_is_a_record_of_who_when_and_why(alice: Person, carol: Person) -> None:
    made = ban(alice, carol, "spam")
    assert (made.banned_by, made.member, made.reason) == (alice.member, carol.member, "spam")
    carol.member.refresh_from_db()
    assert carol.member.revoked_at == made.banned_at


def test_a_lifted_ban_stays_on_record(alice: Person, bob: Person, carol: Person) -> None:
    ban(alice, carol, "spam")
    lifted = unban(bob, carol)
    assert lifted.lifted_by == bob.member
    assert lifted.lifted_at >= lifted.banned_at
    assert open_bans(alice.member.mesh_id) == []


def test_the_same_member_may_be_banned_again(alice: Person, carol: Person) -> None:
    ban(alice, carol)
    unban(alice, carol)
    ban(alice, carol)
    assert Ban.objects.count() == 2
    assert len(open_bans(alice.member.mesh_id)) == 1


def test_the_database_holds_one_open_ban_a_member(alice: Person, carol: Person) -> None:
    ban(alice, carol)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ban.objects.create(
            mesh_id=alice.member.mesh_id, member=carol.member, banned_by=alice.member
        )


def test_a_member_bans_nobody(carol: Person, bob: Person) -> None:
    with pytest.raises(MeshError) as refused:
        ban(carol, bob)
    assert code_of(refused) == "forbidden"


def test_a_banned_admin_bans_nobody(alice: Person, bob: Person, carol: Person) -> None:
    ban(alice, bob)
    with pytest.raises(MeshError) as refused:
        ban(bob, carol)
    assert code_of(refused) == "forbidden"


def test_an_admin_of_another_mesh_bans_nobody(mallory: Person, carol: Person) -> None:
    theirs = Member.objects.get(user=mallory.user)
    with pytest.raises(MeshError) as refused:
        bans.ban(mesh_id=carol.member.mesh_id, by_member_id=theirs.pk, member_id=carol.member.pk)
    assert code_of(refused) == "forbidden"


def test_a_member_of_another_mesh_is_not_found(alice: Person, mallory: Person, mesh: Mesh) -> None:
    theirs = Member.objects.get(user=mallory.user)
    with pytest.raises(MeshError) as refused:
        bans.ban(mesh_id=alice.member.mesh_id, by_member_id=alice.member.pk, member_id=theirs.pk)
    assert code_of(refused) == "not_found"


def test_the_owner_cannot_be_banned(alice: Person, bob: Person) -> None:
    with pytest.raises(MeshError) as refused:
        ban(bob, alice)
    assert code_of(refused) == "invalid"


def test_nobody_bans_themself(bob: Person) -> None:
    with pytest.raises(MeshError) as refused:
        ban(bob, bob)
    assert code_of(refused) == "invalid"


def test_who_is_banned_is_not_banned_twice(alice: Person, carol: Person) -> None:
    ban(alice, carol)
    with pytest.raises(MeshError) as refused:
        ban(alice, carol)
    assert code_of(refused) == "invalid"


def test_who_is_not_banned_is_not_let_back(alice: Person, carol: Person) -> None:
    with pytest.raises(MeshError) as refused:
        unban(alice, carol)
    assert code_of(refused) == "invalid"


def test_nothing_happens_in_an_archived_mesh(alice: Person, carol: Person, mesh: Mesh) -> None:
    Mesh.objects.filter(pk=mesh.pk).update(archived_at=timezone.now())
    with pytest.raises(MeshError) as refused:
        ban(alice, carol)
    assert code_of(refused) == "not_found"


def test_a_ban_takes_the_rights_over_http_and_unban_gives_them_back(
    alice: Person, carol: Person
) -> None:
    ban(alice, carol)
    assert carol.call("get", "/cli/mesh/acme/members").status_code == 404
    assert carol.call("get", "/cli/meshes").json() == {"meshes": []}
    unban(alice, carol)
    assert carol.call("get", "/cli/mesh/acme/members").status_code == 200


def test_a_banned_key_cannot_rejoin_by_an_invite(
    alice: Person, carol: Person, owner: Standing
) -> None:
    ban(alice, carol)
    code = services.create_invite(by=owner).invite.code
    with pytest.raises(MeshError) as refused:
        services.claim_invite(code=code, **claim_body(code, carol.keys))
    assert code_of(refused) == "revoked"
    assert Invite.objects.get(code=code).used_count == 0


def test_the_invites_of_a_banned_admin_are_withdrawn(
    alice: Person, bob: Person, owner: Standing, mesh: Mesh
) -> None:
    theirs = services.create_invite(by=standing_in(bob.user, mesh.slug)).invite
    others = services.create_invite(by=owner).invite
    ban(alice, bob)
    assert Invite.objects.get(pk=theirs.pk).status() == "revoked"
    assert Invite.objects.get(pk=others.pk).status() == "open"


def test_a_mesh_with_bans_can_be_deleted(alice: Person, carol: Person, mesh: Mesh) -> None:
    ban(alice, carol)
    mesh.delete()
    assert not Ban.objects.exists()


class TestEveryKeyOfTheAccount:
    """The person is banned, not one machine: `sync` lets an account have several keys."""

    @pytest.fixture
    def desktop(self, carol: Person) -> Member:
        (row,) = meshes(sync_body(carol.token, DESKTOP))
        return Member.objects.get(pk=row["member_id"])

    def test_goes_with_the_one_that_was_named(
        self, alice: Person, carol: Person, desktop: Member
    ) -> None:
        ban(alice, carol, "spam")
        assert {each.member_id for each in Ban.objects.all()} == {carol.member.pk, desktop.pk}
        assert not Member.objects.filter(user=carol.user, revoked_at__isnull=True).exists()

    def test_is_in_the_log(self, alice: Person, carol: Person, desktop: Member, mesh: Mesh) -> None:
        ban(alice, carol)
        written = [each for each in log_of(mesh.pk) if each.type == "member_banned"]
        assert {each.payload["member"] for each in written} == {carol.member.pk, desktop.pk}

    def test_comes_back_with_it(self, alice: Person, carol: Person, desktop: Member) -> None:
        ban(alice, carol)
        unban(alice, carol)
        assert open_bans(alice.member.mesh_id) == []
        assert Member.objects.filter(user=carol.user, revoked_at__isnull=True).count() == 2

    def test_does_not_come_back_if_it_was_banned_before(
        self, alice: Person, carol: Person, desktop: Member, mesh: Mesh
    ) -> None:
        Member.objects.filter(pk=desktop.pk).update(user=None)
        bans.ban(mesh_id=mesh.pk, by_member_id=alice.member.pk, member_id=desktop.pk)
        Member.objects.filter(pk=desktop.pk).update(user=carol.user)
        ban(alice, carol)
        unban(alice, carol)
        assert [each.member_id for each in open_bans(mesh.pk)] == [desktop.pk]

    def test_elsewhere_is_left_alone(self, alice: Person, carol: Person, mesh: Mesh) -> None:
        zoo = services.create_mesh(owner=carol.user, name="Zoo", pubkey=carol.keys.public)
        ban(alice, carol)
        assert Member.objects.get(pk=zoo.member.pk).revoked_at is None

    def test_of_the_owner_is_safe(self, alice: Person, bob: Person, mesh: Mesh) -> None:
        second = Member.objects.create(
            mesh=mesh, user=alice.user, pubkey=DESKTOP.public, display_name="Alice's desktop"
        )
        with pytest.raises(MeshError) as refused:
            bans.ban(mesh_id=mesh.pk, by_member_id=bob.member.pk, member_id=second.pk)
        assert code_of(refused) == "invalid"

    def test_of_oneself_is_safe(self, bob: Person, mesh: Mesh) -> None:
        meshes(sync_body(bob.token, DESKTOP))
        second = Member.objects.get(pubkey=DESKTOP.public)
        with pytest.raises(MeshError) as refused:
            bans.ban(mesh_id=mesh.pk, by_member_id=bob.member.pk, member_id=second.pk)
        assert code_of(refused) == "invalid"

    def test_members_without_accounts_are_one_by_one(
        self, alice: Person, carol: Person, mesh: Mesh
    ) -> None:
        Member.objects.filter(pk=carol.member.pk).update(user=None)
        other = Member.objects.create(mesh=mesh, pubkey=DESKTOP.public, display_name="Dave")
        ban(alice, carol)
        assert Member.objects.get(pk=other.pk).revoked_at is None
