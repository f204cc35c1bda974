"""A mesh's own keys: the owner keypair that signs invites, and the root key members share."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from claudemesh_wire import boxes, signing
from django.db import transaction

from audit import chains, events
from audit.services import NewEntry, append_many
from meshes.models import Mesh
from storing import vault


@dataclass(frozen=True, repr=False)
class MeshKeys:
    """A mesh's keys in the clear: hex, hex, 32 bytes. Never log or store them."""

    owner_pubkey: str
    owner_secret: str
    root_key: bytes

    @property
    def root_key_text(self) -> str:
        """The root key as it travels in a v1 token: base64url, no padding."""
        return boxes.encode_key(self.root_key)

    def encrypted_fields(self) -> dict[str, str]:
        """The columns of `Mesh` that keep these keys."""
        return {
            "owner_pubkey": self.owner_pubkey,
            "owner_secret_encrypted": vault.encrypt(self.owner_secret.encode()),
            "root_key_encrypted": vault.encrypt(self.root_key),
        }


def generate_keys() -> MeshKeys:
    """Fresh keys for a mesh."""
    pair = signing.generate_keypair()
    return MeshKeys(pair.public, pair.secret, secrets.token_bytes(boxes.KEY_BYTES))


def open_keys(mesh: Mesh) -> MeshKeys:
    """The keys of a mesh that has them. Raises vault.VaultError under a lost encryption key."""
    return MeshKeys(
        mesh.owner_pubkey,
        vault.decrypt(mesh.owner_secret_encrypted).decode(),
        vault.decrypt(mesh.root_key_encrypted),
    )


@transaction.atomic
def ensure_keys(mesh: Mesh) -> MeshKeys:
    """The mesh's keys, made now if an older version left the mesh without some of them.

    What is there stays: a lone root key keeps opening old messages. When two callers heal the
    same mesh, one conditional UPDATE wins and both go on with the winner's keys.
    """
    if not mesh.has_keys:
        keys = generate_keys()
        if mesh.root_key_encrypted:
            root_key = vault.decrypt(mesh.root_key_encrypted)
            keys = MeshKeys(keys.owner_pubkey, keys.owner_secret, root_key)
        elif mesh.owner_pubkey and mesh.owner_secret_encrypted:
            secret = vault.decrypt(mesh.owner_secret_encrypted).decode()
            keys = MeshKeys(mesh.owner_pubkey, secret, keys.root_key)
        won = Mesh.objects.filter(
            pk=mesh.pk,
            owner_pubkey=mesh.owner_pubkey,
            owner_secret_encrypted=mesh.owner_secret_encrypted,
            root_key_encrypted=mesh.root_key_encrypted,
        ).update(**keys.encrypted_fields())
        if won:
            append_many(_missing(mesh, keys))
        mesh.refresh_from_db(
            fields=["owner_pubkey", "owner_secret_encrypted", "root_key_encrypted"]
        )
    return open_keys(mesh)


def _missing(mesh: Mesh, made: MeshKeys) -> list[NewEntry]:
    """The audit entries of those keys that `mesh` did not have."""
    kinds = set()
    if made.owner_pubkey != mesh.owner_pubkey:
        kinds.add("owner")
    if not mesh.root_key_encrypted:
        kinds.add("root")
    return [entry for entry in created_entries(mesh.pk, made) if entry.payload["key"] in kinds]


def created_entries(mesh_id: str, made: MeshKeys, *, actor: str = chains.BROKER) -> list[NewEntry]:
    """The audit entries of fresh keys: the owner key, then the root key."""
    return [
        NewEntry(mesh_id, events.KEY_CREATED, actor, {"key": "owner", "pubkey": made.owner_pubkey}),
        NewEntry(mesh_id, events.KEY_CREATED, actor, {"key": "root"}),
    ]
