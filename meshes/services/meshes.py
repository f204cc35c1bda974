"""Opening, changing and closing meshes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from claudemesh_wire import boxes, signing
from claudemesh_wire.errors import MeshError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from meshes import policy as policies
from meshes import slugs
from meshes.models import Member, Mesh
from meshes.services import keys, roster
from meshes.signals import mesh_archived


@dataclass(frozen=True)
class CreatedMesh:
    """A new mesh with its owner's member row. `sealed_root_key` opens with the owner's key only."""

    mesh: Mesh
    member: Member
    sealed_root_key: str


def create_mesh(
    *, owner: User, name: str, pubkey: str, slug: str = "", display_name: str = ""
) -> CreatedMesh:
    """Open a mesh: keys, slug, owner member bound to `pubkey` (ed25519, 64 hex).

    A slug that is taken gets -2 to -100 appended. Raises MeshError: "malformed" for a key that
    is no usable point, "exists" when all of those slugs are taken.
    """
    mesh_keys = keys.generate_keys()
    try:
        sealed = boxes.seal_anonymous(mesh_keys.root_key, boxes.x25519_public(pubkey))
    except signing.BadKey as error:
        raise MeshError("malformed", "pubkey: That is not a usable ed25519 key.") from error
    with transaction.atomic():
        mesh = _insert_under_free_slug(
            slug or slugs.slug_of(name), name=name, owner=owner, **mesh_keys.encrypted_fields()
        )
        member = Member.objects.create(
            mesh=mesh,
            user=owner,
            pubkey=pubkey,
            display_name=display_name or owner.display_name,
            role=Member.Role.OWNER,
        )
        transaction.on_commit(lambda: roster.announce(mesh.pk), robust=True)
    return CreatedMesh(mesh=mesh, member=member, sealed_root_key=sealed)


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
    mesh: Mesh,
    name: str | None = None,
    slug: str | None = None,
    policy: dict[str, Any] | None = None,
) -> Mesh:
    """Rename a mesh, move it to another slug, change its policy; None leaves things alone.

    Raises MeshError: "exists" when the slug is taken, "not_found" when the mesh was archived.
    """
    _lock(mesh)
    mesh.refresh_from_db(fields=["name", "slug", "policy"])
    mesh.name = mesh.name if name is None else name
    mesh.slug = mesh.slug if slug is None else slug
    if policy is not None:
        mesh.policy = policies.merged(mesh.policy, policy)
    try:
        with transaction.atomic():
            mesh.save(update_fields=["name", "slug", "policy"])
    except IntegrityError as error:
        raise MeshError("exists", f'The slug "{slug}" is taken; choose another.') from error
    return mesh


@transaction.atomic
def archive_mesh(*, mesh: Mesh) -> Mesh:
    """Close a mesh for everybody: its invites die, its sockets are closed, its record is kept.

    Raises MeshError("not_found") when it was archived before.
    """
    _lock(mesh)
    now = timezone.now()
    mesh.archived_at = now
    mesh.save(update_fields=["archived_at"])
    mesh.invites.filter(revoked_at__isnull=True).update(revoked_at=now)
    transaction.on_commit(lambda: mesh_archived.send(sender=Mesh, mesh_id=mesh.pk), robust=True)
    return mesh


def _lock(mesh: Mesh) -> None:
    if not roster.touch(mesh.pk):
        raise MeshError("not_found", "You have no mesh of that name.")
