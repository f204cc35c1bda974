"""The admin of meshes: each list scoped to the meshes that one manages; writes go by services."""

from meshes.admin import (  # noqa: F401 - importing them registers them
    audit_entries,
    bans,
    invites,
    members,
    meshes,
)
