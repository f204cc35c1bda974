"""What can be in an audit log. docs/audit.md says what each payload holds."""

from typing import Final

# the mesh
MESH_CREATED: Final = "mesh_created"
MESH_RENAMED: Final = "mesh_renamed"
MESH_ARCHIVED: Final = "mesh_archived"
POLICY_CHANGED: Final = "policy_changed"
KEY_CREATED: Final = "key_created"

# members
MEMBER_JOINED: Final = "member_joined"
MEMBER_BOUND: Final = "member_bound"
MEMBER_LEFT: Final = "member_left"
MEMBER_REVOKED: Final = "member_revoked"
MEMBER_RESTORED: Final = "member_restored"
MEMBER_BANNED: Final = "member_banned"
MEMBER_UNBANNED: Final = "member_unbanned"
ROLE_CHANGED: Final = "role_changed"
GRANTS_CHANGED: Final = "grants_changed"

# invitations
INVITE_CREATED: Final = "invite_created"
INVITE_CLAIMED: Final = "invite_claimed"
INVITE_REVOKED: Final = "invite_revoked"

# sessions and messages
PEERS_DISCONNECTED: Final = "peers_disconnected"
PEERS_KICKED: Final = "peers_kicked"
MESSAGE_SENT: Final = "message_sent"
MESSAGES_EXPIRED: Final = "messages_expired"

# devices, in the chain of their account
DEVICE_ADDED: Final = "device_added"
DEVICE_REVOKED: Final = "device_revoked"

EVENTS: Final = frozenset(
    value for name, value in list(globals().items()) if name.isupper() and type(value) is str
)
