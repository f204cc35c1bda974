"""A mesh with something in every table that the admin shows, and the words that give it away."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from claudemesh_wire.ids import new_id
from claudemesh_wire.signing import generate_keypair
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from accounts import services as accounts
from accounts.models import CliSession, User
from audit.models import AuditEntry
from meshes import services
from meshes.models import Ban, Invite, Member, Mesh
from meshes.selectors import standing_in
from meshes.services import bans
from presence.models import Node, Presence


@dataclass
class Realm:
    """`people` are accounts by name; `secrets` what no page may ever show."""

    mesh: Mesh
    people: dict[str, User]
    members: dict[str, Member]
    invite: Invite
    ban: Ban
    presence: Presence
    device: CliSession
    secrets: list[str] = field(default_factory=list)

    @property
    def owner(self) -> User:
        return self.people["owner"]

    def row(self, model: type[Model]) -> Any:
        """A row of the model that belongs to this realm. KeyError for a model nobody thought of."""
        rows: dict[type[Model], Any] = {
            Mesh: self.mesh,
            Member: self.members["member"],
            Invite: self.invite,
            Ban: self.ban,
            Presence: self.presence,
            CliSession: self.device,
            AuditEntry: AuditEntry.objects.filter(mesh_id=self.mesh.pk).order_by("seq").last(),
            User: self.owner,
            EmailAddress: EmailAddress.objects.get(user=self.owner),
            Node: Node.objects.get(pk=self.presence.node_id),
        }
        return rows[model]

    def marks(self) -> list[str]:
        """Words and ids that are found on a page only if it shows something of this realm."""
        ids = [self.row(model).pk for model in admin.site._registry if model is not AuditEntry]
        names = [member.display_name for member in self.members.values()]
        words = [self.mesh.slug, self.mesh.name, self.ban.reason, self.invite.email]
        words += [self.presence.display_name, self.device.hostname]
        words += [user.email for user in self.people.values()]
        words += [str(each) for each in ids if not isinstance(each, int)]
        return words + names + [self.invite.code, self.mesh.owner_pubkey]


def realm(name: str, cast: dict[str, str]) -> Realm:
    """A mesh of that name; `cast` gives the people their names, by part."""
    people = {part: _person(called) for part, called in cast.items()}
    made = services.create_mesh(owner=people["owner"], name=name, pubkey=generate_keypair().public)
    members = {"owner": made.member}
    for part in ("admin", "member", "banned"):
        members[part] = _member(made.mesh, people[part], "member" if part == "member" else "admin")
    by = standing_in(people["owner"], made.mesh.slug)
    invited = services.create_invite(by=by, max_uses=5, email=f"guest@{name.lower()}.example")
    ban = bans.ban(
        mesh_id=made.mesh.pk,
        by_member_id=made.member.pk,
        member_id=members["banned"].pk,
        reason=f"broke the rules of {name}",
        by_account=True,
    )
    token, device = accounts.issue_token(user=people["owner"], hostname=f"{name}-laptop")
    presence = online(members["member"], f"{name}-session")
    made.mesh.refresh_from_db()
    found = Realm(made.mesh, people, members, invited.invite, ban, presence, device)
    found.secrets = _secrets(found, token, invited.token)
    return found


def online(member: Member, name: str, **fields: Any) -> Presence:
    """A connected session, on a node of its own."""
    now = timezone.now()
    node = Node.objects.create(
        id=new_id()[:32].replace("-", "")[:32],
        hostname=f"{name}-node",
        pid=1,
        started_at=now,
        heartbeat_at=now,
    )
    columns: dict[str, Any] = {
        "id": new_id().replace("-", "")[:32],
        "mesh": member.mesh,
        "member": member,
        "node_id": node.pk,
        "session_id": f"session of {name}",
        "display_name": name,
        "status_at": now,
        "connected_at": now - timedelta(minutes=5),
        "last_seen_at": now,
        "remote_addr": "203.0.113.7",
        "summary": f"what {name} works on",
        "details": {"cwd": f"/home/{name}"},
    }
    return Presence.objects.create(**columns | fields)


def browser_of(user: User) -> Client:
    """A browser in which `user` is signed in."""
    client = Client()
    client.force_login(user)
    return client


def _person(name: str) -> User:
    user = User.objects.create_user(f"{name}@example.com", "correct horse battery", name=name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _member(mesh: Mesh, user: User, role: str) -> Member:
    return Member.objects.create(
        mesh=mesh,
        user=user,
        pubkey=generate_keypair().public,
        display_name=user.name,
        role=role,
        grants={"ab" * 32: [f"secret-grant-{user.name}"]},
    )


def _secrets(made: Realm, token: str, invite_token: str) -> list[str]:
    mesh, invite, device = made.mesh, made.invite, made.device
    return [
        token,
        invite_token,
        device.token_hash,
        device.jti,
        invite.code,
        invite.token,
        str(invite.token_hash),
        invite.canonical_v2,
        invite.signature_v2,
        mesh.owner_secret_encrypted,
        mesh.root_key_encrypted,
        *(user.password for user in made.people.values()),
        *(f"secret-grant-{user.name}" for user in made.people.values()),
        made.presence.session_id,
        str(made.presence.summary),
        str(made.presence.details["cwd"]),
    ]
