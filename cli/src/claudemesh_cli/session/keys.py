"""The mesh's group keys as this member holds them; encrypts nothing."""

from claudemesh_wire.boxes import decode_key, group_key
from claudemesh_wire.signing import BadKey

from claudemesh_cli.config import MeshEntry
from claudemesh_cli.errors import CliError


def key_of_epoch(entry: MeshEntry, epoch: int) -> bytes:
    """The 32-byte group key of an epoch. Raises CliError `no_group_key`."""
    if not entry.root_key:
        raise _missing(entry, "this computer has no root key of it")
    if epoch != 0:
        raise _missing(entry, f"its group key was renewed (epoch {epoch})")
    try:
        return group_key(decode_key(entry.root_key), entry.mesh_id, epoch)
    except BadKey:
        raise _missing(entry, "its root key in config.json is damaged") from None


def _missing(entry: MeshEntry, why: str) -> CliError:
    return CliError(
        "no_group_key",
        f"Messages to groups of {entry.slug} cannot be read or written: {why}.",
        "Join again with a new invitation link: claudemesh join <link>",
    )
