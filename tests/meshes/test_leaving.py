"""Leaving a mesh: the account goes with all its keys, and may be invited again."""

import pytest
from django.utils import timezone

from meshes import selectors, services
from meshes.models import Member, Mesh
from meshes.selectors import Standing
from tests.audit_reading import Written, log_of
from tests.meshes.conftest import Person
from tests.meshes.invitees import claim_body, sync_body
from tests.meshes.test_sync import DESKTOP, meshes

pytestmark = pytest.mark.django_db


def leave(who: Person) -> int:
    return who.call("delete", "/cli/mesh/acme/members/me").status_code


def test_who_leaves_is_gone_from_every_list(alice: Person, carol: Person, mesh: Mesh) -> None:
    assert leave(carol) == 200
    listed = alice.call("get", "/cli/mesh/acme/members").json()["members"]
    assert [row["display_name"] for row in listed] == ["Alice"]
    assert carol.call("get", "/cli/meshes").json()["meshes"] == []
    assert leave(carol) == 404


def test_all_keys_of_the_account_leave(carol: Person, mesh: Mesh) -> None:
    meshes(sync_body(carol.token, DESKTOP))
    leave(carol)
    assert not Member.objects.filter(mesh=mesh, pubkey=DESKTOP.public).exists()
    assert meshes(sync_body(carol.token, DESKTOP)) == []


def test_it_is_in_the_log_and_changes_the_roster(carol: Person, mesh: Mesh) -> None:
    leave(carol)
    assert log_of(mesh.pk)[-1] == Written("member_left", carol.member.pk, {"name": "Carol"})
    assert Mesh.objects.get().roster_version > mesh.roster_version


def test_a_new_invitation_brings_the_key_back(carol: Person, owner: Standing) -> None:
    leave(carol)
    code = services.create_invite(by=owner).invite.code
    claimed = services.claim_invite(code=code, user=carol.user, **claim_body(code, carol.keys))
    assert not claimed.joined.already_member
    assert selectors.standing_in(carol.user, "acme").member == claimed.joined.member


def test_the_owner_cannot_leave(alice: Person, mesh: Mesh) -> None:
    response = alice.call("delete", "/cli/mesh/acme/members/me")
    assert (response.status_code, response.json()["error"]) == (422, "invalid")


def test_nobody_is_made_to_leave(bob: Person, carol: Person, mallory: Person, mesh: Mesh) -> None:
    path = f"/cli/mesh/acme/members/{carol.member.pk}"
    assert bob.call("delete", path).status_code == 403
    assert mallory.call("delete", path).status_code == 404
    assert leave(mallory) == 404
    assert Member.objects.get(pk=carol.member.pk).pubkey == carol.keys.public


def test_leaving_does_not_wash_a_ban_off(carol: Person, owner: Standing, mesh: Mesh) -> None:
    """A banned key has no place to give up, so it stays known and barred."""
    meshes(sync_body(carol.token, DESKTOP))
    Member.objects.filter(pk=carol.member.pk).update(revoked_at=timezone.now())
    assert leave(carol) == 200
    assert leave(carol) == 404
    kept = Member.objects.get(pk=carol.member.pk)
    assert (kept.pubkey, kept.user) == (carol.keys.public, carol.user)


def test_a_leaver_whose_standing_is_old_leaves_once(carol: Person, mesh: Mesh) -> None:
    standing = selectors.standing_in(carol.user, "acme")
    services.leave_mesh(by=standing)
    with pytest.raises(Exception, match="not_found"):
        services.leave_mesh(by=standing)
    assert [each.type for each in log_of(mesh.pk)].count("member_left") == 1
