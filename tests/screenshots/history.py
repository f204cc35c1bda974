"""A past for the demo's meshes: invitations of each status, the last hour's messages, old logs."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from claudemesh_wire.ids import new_id
from claudemesh_wire.signing import generate_keypair
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import CliSession, User
from meshes import services
from meshes.models import Ban, Invite, Member, Mesh
from meshes.selectors import standing_in
from meshes.services.invites import CreatedInvite
from presence.models import Delivery, DeliveryState, Message, Presence
from tests.screenshots.people import address_of

MINUTES = 58
MOST_PER_MINUTE = 14
MACHINES = {"alice": "thistle", "bob": "bob-desk", "carol": "carols-mbp", "dave": "k8s-jump-01"}


def make() -> dict[str, str]:
    """The past of every mesh; links and ids to look at, by name."""
    alice, orchard = _user("alice"), Mesh.objects.get(slug="orchard")
    _other_meshes()
    _messages(orchard)
    _machines(orchard)
    found = _invites(alice)
    member = Member.objects.get(mesh=orchard, display_name="carol")
    return found | {"member": member.pk, "banned": Ban.objects.latest("banned_at").member_id}


def _other_meshes() -> None:
    """One of alice's made in the browser, one of carol's that invites alice, a barred key."""
    services.create_mesh(owner=_user("alice"), name="Greenhouse")
    carol = _user("carol")
    services.create_mesh(owner=carol, name="Granary", pubkey=generate_keypair().public)
    by = standing_in(carol, "granary")
    services.create_invite(by=by, email=address_of("alice"), role="admin")
    key = Member.objects.create(
        mesh=by.mesh, user=_user("bob"), pubkey=generate_keypair().public, display_name="bob"
    )
    device = CliSession.objects.filter(user=_user("bob")).first()
    Member.objects.filter(pk=key.pk).update(device=device, suspended_at=timezone.now())


def _invites(alice: User) -> dict[str, str]:
    """One of each status, and their addresses."""
    by, now = standing_in(alice, "orchard"), timezone.now()
    made: dict[str, CreatedInvite] = {
        "open": services.create_invite(by=by, preset="team"),
        "mailed": services.create_invite(by=by, email="frank.with.a.long.address@example.com"),
        "revoked": services.create_invite(by=by, preset="event"),
        "expired": services.create_invite(by=by),
        "used_up": services.create_invite(by=by),
    }
    services.revoke_invite(by=by, invite_id=made["revoked"].invite.pk)
    _row(made["expired"]).update(
        expires_at=now - timedelta(hours=5), created_at=now - timedelta(days=7, hours=5)
    )
    _row(made["used_up"]).update(used_count=1)
    _row(made["open"]).update(used_count=4)
    codes = {name: each.invite.code for name, each in made.items()}
    return codes | {"invite": made["open"].invite.pk, "token": made["open"].token}


def _row(made: CreatedInvite) -> QuerySet[Invite]:
    return Invite.objects.filter(pk=made.invite.pk)


def _messages(mesh: Mesh) -> None:
    """An hour with a lull in the middle; the same at each run. One message came nowhere."""
    dice, now = random.Random(7), timezone.now()
    alice, bob = (Member.objects.get(mesh=mesh, display_name=name) for name in ("alice", "bob"))
    rows = []
    for minute in range(MINUTES, 0, -1):
        most = 2 if 25 < minute < 36 else MOST_PER_MINUTE
        for _ in range(dice.randint(0, most)):
            at = now - timedelta(minutes=minute, seconds=dice.randint(0, 50))
            sender = dice.choice((alice, bob))
            rows.append(_message(mesh, sender, at))
    Message.objects.bulk_create(rows)
    lost = rows[-1]
    Message.objects.filter(pk=lost.pk).update(sender_id=alice.pk, client_id=new_id())
    Delivery.objects.create(
        message_id=lost.pk,
        member_id=bob.pk,
        recipient_name="bob",
        priority="next",
        state=DeliveryState.UNDELIVERABLE,
        reason="session_gone",
        expires_at=now,
        updated_at=now,
    )


def _message(mesh: Mesh, sender: Member, at: datetime) -> Message:
    return Message(
        id=f"{int(at.timestamp() * 1000):012x}{new_id()[12:]}",
        mesh_id=mesh.pk,
        sender_id=sender.pk,
        sender_name=sender.display_name,
        target_spec="*",
        priority="next",
        nonce="",
        ciphertext="",
        created_at=at,
    )


def _machines(mesh: Mesh) -> None:
    """Everybody runs on one machine here; the pages shall show several."""
    now = timezone.now()
    for number, presence in enumerate(Presence.objects.filter(mesh=mesh).select_related("member")):
        name = presence.member.display_name
        directory = str(presence.details.get("cwd", "")).rpartition("/work/")[2]
        presence.details |= {"hostname": MACHINES[name], "cwd": f"/home/{name}/{directory}"}
        presence.connected_at = now - timedelta(minutes=7 + 41 * number)
        presence.save(update_fields=["details", "connected_at"])


def _user(name: str) -> User:
    return User.objects.get(email=address_of(name))
