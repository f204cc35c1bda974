"""What a page may tell an account of: invitations to it, meshes it manages, keys that are new."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from meshes import selectors, services
from meshes.models import Invite, Member, Mesh
from meshes.selectors import Standing
from tests.meshes.conftest import Person, add_member, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def dave(db: None) -> Person:
    newcomer = person("dave")
    EmailAddress.objects.create(
        user=newcomer.user, email="Dave@example.com", verified=True, primary=True
    )
    return newcomer


def invite(owner: Standing, **fields: object) -> Invite:
    return services.create_invite(by=owner, **({"email": "DAVE@example.com"} | fields)).invite


def waiting(who: Person) -> list[str]:
    return [each.pk for each in selectors.invites_waiting_for(who.user)]


def test_an_invite_waits_for_the_address_it_was_sent_to(owner: Standing, dave: Person) -> None:
    made = invite(owner)
    assert waiting(dave) == [made.pk]


def test_nothing_waits_for_an_address_that_was_not_verified(owner: Standing, dave: Person) -> None:
    """Mallory signs up with dave's address and never sees the code that goes there."""
    EmailAddress.objects.update(verified=False)
    invite(owner)
    assert waiting(dave) == []


def test_every_verified_address_counts(owner: Standing, dave: Person) -> None:
    EmailAddress.objects.create(user=dave.user, email="d@work.example", verified=True)
    wanted = {invite(owner).pk, invite(owner, email="d@work.example").pk}
    assert set(waiting(dave)) == wanted


def test_the_login_address_alone_proves_nothing(owner: Standing, dave: Person) -> None:
    EmailAddress.objects.all().delete()
    invite(owner)
    assert waiting(dave) == []


@pytest.mark.parametrize(
    "over",
    [
        {"revoked_at": timezone.now()},
        {"expires_at": timezone.now() - timedelta(seconds=1)},
        {"used_count": 1},
    ],
    ids=lambda over: next(iter(over)),
)
def test_what_is_over_waits_no_more(owner: Standing, dave: Person, over: dict) -> None:
    invite(owner)
    Invite.objects.update(**over)
    assert waiting(dave) == []


def test_nothing_waits_of_a_closed_mesh(owner: Standing, dave: Person) -> None:
    invite(owner)
    Mesh.objects.update(archived_at=timezone.now())
    assert waiting(dave) == []


@pytest.mark.parametrize("banned", [False, True])
def test_who_is_or_was_in_is_not_called_again(owner: Standing, dave: Person, banned: bool) -> None:
    invite(owner)
    add_member(owner.mesh, dave)
    Member.objects.filter(user=dave.user).update(revoked_at=timezone.now() if banned else None)
    assert waiting(dave) == []


def test_who_left_may_be_called_again(owner: Standing, dave: Person) -> None:
    add_member(owner.mesh, dave)
    services.leave_mesh(by=selectors.standing_in(dave.user, "acme"))
    made = invite(owner)
    assert waiting(dave) == [made.pk]


def test_owners_and_admins_manage(
    mesh: Mesh, alice: Person, bob: Person, carol: Person, mallory: Person
) -> None:
    managed = [set(selectors.managed_mesh_ids(who.user)) for who in (alice, bob, carol, mallory)]
    lair = Mesh.objects.exclude(pk=mesh.pk).get()
    assert managed == [{mesh.pk}, {mesh.pk}, set(), {lair.pk}]


@pytest.mark.parametrize("column", ["revoked_at", "suspended_at"])
def test_a_removed_or_suspended_admin_manages_nothing(bob: Person, column: str) -> None:
    Member.objects.filter(pk=bob.member.pk).update(**{column: timezone.now()})
    assert list(selectors.managed_mesh_ids(bob.user)) == []


def test_a_closed_mesh_is_managed_by_nobody(mesh: Mesh, alice: Person) -> None:
    Mesh.objects.update(archived_at=timezone.now())
    assert list(selectors.managed_mesh_ids(alice.user)) == []


def test_a_second_key_of_an_account_is_news(mesh: Mesh, carol: Person) -> None:
    since = timezone.now()
    second = Member.objects.create(
        mesh=mesh, user=carol.user, pubkey="ab" * 32, display_name="Carol's desktop"
    )
    assert selectors.new_keys_in([mesh], since) == [second]


def test_a_known_name_under_a_new_key_is_news(mesh: Mesh, carol: Person, mallory: Person) -> None:
    since = timezone.now()
    impostor = Member.objects.create(mesh=mesh, pubkey="ab" * 32, display_name="CAROL")
    assert selectors.new_keys_in([mesh], since) == [impostor]


def test_a_stranger_is_no_news_nor_is_what_is_old(mesh: Mesh, carol: Person) -> None:
    Member.objects.create(mesh=mesh, pubkey="ab" * 32, display_name="carol")
    since = timezone.now()
    Member.objects.create(mesh=mesh, pubkey="cd" * 32, display_name="Dave")
    assert selectors.new_keys_in([mesh], since) == []


def test_a_namesake_on_another_mesh_is_no_news(mesh: Mesh, carol: Person, mallory: Person) -> None:
    lair = Mesh.objects.exclude(pk=mesh.pk).get()
    Member.objects.create(mesh=lair, pubkey="ab" * 32, display_name="Carol")
    assert selectors.new_keys_in([mesh, lair], lair.created_at - timedelta(hours=1)) == []
