"""Opening, changing and closing meshes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from claudemesh_wire import boxes, signing
from claudemesh_wire.errors import MeshError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import CliSession, User
from audit import events
from audit.services import NewEntry, append, append_many
from meshes import policy as policies
from meshes import slugs
from meshes.models import Member, Mesh
from meshes.selectors import Standing
from meshes.services import devices, keys, roster
from meshes.services.admission import joined_entry
from meshes.signals import mesh_archived


@dataclass(frozen=True)
class CreatedMesh:
    """A new mesh with its owner's member row. `sealed_root_key` opens with the owner's key only.

    It is "" for a mesh without an owner's key: the first sync of the owner's account brings both.
    """

    mesh: Mesh
    member: Member
    sealed_root_key: str


def create_mesh(
    *,
    owner: User,
    name: str,
    pubkey: str = "",
    slug: str = "",
    display_name: str = "",
    device: CliSession | None = None,
) -> CreatedMesh:
    """Open a mesh: keys, slug, owner member bound to `pubkey` (ed25519, 64 hex).

    Without a `pubkey` (the browser has none) the owner's place stays vacant until `sync`. A slug
    that is taken gets -2 to -100 appended. `device` is the one that asks. Raises MeshError:
    "malformed" for a key that is no usable point, "exists" when all of those slugs are taken,
    "invalid_or_revoked_token" when the device was signed out meanwhile.
    """
    mesh_keys = keys.generate_keys()
    sealed = _sealed(mesh_keys, pubkey) if pubkey else ""
    with transaction.atomic():
        devices.hold(device)
        mesh = _insert_under_free_slug(
            slug or slugs.slug_of(name), name=name, owner=owner, **mesh_keys.encrypted_fields()
        )
        member = Member.objects.create(
            mesh=mesh,
            user=owner,
            device=device if pubkey else None,
            pubkey=pubkey,
            display_name=display_name or owner.display_name,
            role=Member.Role.OWNER,
        )
        transaction.on_commit(lambda: roster.announce(mesh.pk), robust=True)
        _append_created(mesh, member, mesh_keys)
    return CreatedMesh(mesh=mesh, member=member, sealed_root_key=sealed)


def _sealed(mesh_keys: keys.MeshKeys, pubkey: str) -> str:
    try:
        return boxes.seal_anonymous(mesh_keys.root_key, boxes.x25519_public(pubkey))
    except signing.BadKey as error:
        raise MeshError("malformed", "pubkey: That is not a usable ed25519 key.") from error


def _append_created(mesh: Mesh, owner: Member, mesh_keys: keys.MeshKeys) -> None:
    named = {"slug": mesh.slug, "name": mesh.name}
    append_many(
        [
            NewEntry(mesh.pk, events.MESH_CREATED, owner.pk, named),
            *keys.created_entries(mesh.pk, mesh_keys),
            joined_entry(owner, invite_id=None),
        ]
    )


def _insert_under_free_slug(slug: str, **fields: Any) -> Mesh:
    """Insert the mesh under the first free candidate; the unique index decides a race."""
    wanted = list(slugs.candidates(slug))
    taken = set(Mesh.objects.filter(slug__in=wanted).values_list("slug", flat=True))
    for candidate in wanted:
        if candidate in taken:
            continue
        try:
            with transaction.atomic():
                return Mesh.objects.create(slug=candidate, **fields)
        except IntegrityError:
            continue
    raise MeshError("exists", f'Every slug like "{slug}" is taken; choose another.')


@transaction.atomic
def update_mesh(
    *,
    by: Standing,
    name: str | None = None,
    slug: str | None = None,
    policy: dict[str, Any] | None = None,
) -> Mesh:
    """Rename a mesh, move it to another slug, change its policy; None leaves things alone.

    Raises MeshError: "forbidden" for anybody but the owner, "exists" when the slug is taken,
    "not_found" when the mesh was archived.
    """
    mesh = _locked(by)
    mesh.refresh_from_db(fields=["name", "slug", "policy"])
    before = Mesh(pk=mesh.pk, name=mesh.name, slug=mesh.slug, policy=mesh.policy)
    mesh.name = mesh.name if name is None else name
    mesh.slug = mesh.slug if slug is None else slug
    if policy is not None:
        mesh.policy = policies.merged(mesh.policy, policy)
    try:
        with transaction.atomic():
            mesh.save(update_fields=["name", "slug", "policy"])
    except IntegrityError as error:
        raise MeshError("exists", f'The slug "{slug}" is taken; choose another.') from error
    append_many(_changes(before, mesh, by.actor))
    return mesh


def _changes(before: Mesh, after: Mesh, actor: str) -> list[NewEntry]:
    """The audit entries that tell two versions of a mesh apart."""
    entries = []
    for what in ("name", "slug"):
        old, new = getattr(before, what), getattr(after, what)
        if old != new:
            payload = {"what": what, "from": old, "to": new}
            entries.append(NewEntry(after.pk, events.MESH_RENAMED, actor, payload))
    old, new = policies.effective(before.policy), policies.effective(after.policy)
    rules = [rule for rule in sorted(new) if old.get(rule) != new[rule]]
    if rules:
        changed = {rule: {"from": old.get(rule), "to": new[rule]} for rule in rules}
        entries.append(NewEntry(after.pk, events.POLICY_CHANGED, actor, {"changed": changed}))
    return entries


@transaction.atomic
def archive_mesh(*, by: Standing) -> Mesh:
    """Close a mesh for everybody: its invites die, its sockets are closed, its record is kept.

    Raises MeshError: "forbidden" for anybody but the owner, "not_found" when it was archived
    before.
    """
    mesh = _locked(by)
    now = timezone.now()
    mesh.archived_at = now
    mesh.save(update_fields=["archived_at"])
    mesh.invites.filter(revoked_at__isnull=True).update(revoked_at=now)
    transaction.on_commit(lambda: mesh_archived.send(sender=Mesh, mesh_id=mesh.pk), robust=True)
    append(mesh_id=mesh.pk, type=events.MESH_ARCHIVED, actor=by.actor, payload={})
    return mesh


def _locked(by: Standing) -> Mesh:
    by.require_owner()
    if not roster.touch(by.mesh.pk):
        raise MeshError("not_found", "You have no mesh of that name.")
    return by.mesh
