"""Binding a member that claimed its place without a key (older clients) to its first key."""

from __future__ import annotations

from claudemesh_wire.errors import MeshError
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit import events
from audit.services import append
from meshes.models import Member
from meshes.services import roster


def bind_member_key(*, member_id: str, pubkey: str) -> Member:
    """Bind a member that claimed without a key to the key of its first validly signed hello.

    Once, within 10 minutes of the claim. Raises MeshError("unauthorized") for a member that is
    unknown, bound, too late or removed, and for a key that the mesh knows already.
    """
    mesh_id = Member.objects.filter(pk=member_id).values_list("mesh_id", flat=True).first()
    try:
        with transaction.atomic():
            if mesh_id is None or not roster.touch(mesh_id):
                raise MeshError("unauthorized")
            unbound = Member.objects.filter(
                pk=member_id, pubkey="", revoked_at__isnull=True, bind_until__gt=timezone.now()
            )
            if not unbound.update(pubkey=pubkey, bind_until=None):
                raise MeshError("unauthorized")
            append(
                mesh_id=mesh_id,
                type=events.MEMBER_BOUND,
                actor=member_id,
                payload={"pubkey": pubkey},
            )
    except IntegrityError as error:
        raise MeshError("unauthorized") from error
    return Member.objects.select_related("mesh").get(pk=member_id)
