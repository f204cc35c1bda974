"""Every client message, and what each kind of caller is answered. A new message needs a row."""

from dataclasses import dataclass, field
from typing import Any

from claudemesh_wire.client import ClientFrame, ClientMessage

DAY_AHEAD_MS = 86_400_000


@dataclass(frozen=True)
class Row:
    """A message, and the answer by role: the reply's type, an error code, or `queued`.

    `banned` is a member whose ban was committed a moment ago, elsewhere, while its socket is
    still open. `outsider` says it as the owner of another mesh. Values in braces are filled in.
    """

    kind: str
    owner: str
    admin: str
    member: str
    banned: str
    outsider: str
    fields: dict[str, Any] = field(default_factory=dict)


def same(kind: str, answer: str, banned: str = "", outsider: str = "", **fields: Any) -> Row:
    """What owner, admin and member may do alike."""
    return Row(kind, answer, answer, answer, banned or answer, outsider or answer, fields)


def managers(kind: str, answer: str, outsider: str, **fields: Any) -> Row:
    """What only the owner and admins may do."""
    return Row(kind, answer, answer, "forbidden", "forbidden", outsider, fields)


BOX = {"priority": "now", "nonce": "bm9uY2U=", "ciphertext": "aGVsbG8="}

ROWS = [
    same("hello", "malformed"),
    same("send", "queued", "revoked", "no_recipient", targetSpec="{carol}", **BOX),
    same("send", "queued", "revoked", "no_recipient", targetSpec="*", encryption="group", **BOX),
    same("client_ack", "silence", messageId="{message}", stage="read"),
    Row(
        "message_status",
        "message_status_result",
        "not_found",
        "not_found",
        "not_found",
        "not_found",
        {"messageId": "{message}"},
    ),
    # Read from memory: until the ban is heard, a banned member sees what it saw before.
    same("list_peers", "peers_list"),
    same("mesh_info", "mesh_info_result", "revoked"),
    # About the caller's own presence, which ends with the ban.
    same("set_status", "ok", status="working"),
    same("set_summary", "ok", summary="busy"),
    same("set_visible", "ok", visible=True),
    same("set_profile", "ok", title="Captain"),
    same("set_stats", "ok", stats={"toolCalls": 1}),
    same("join_group", "ok", name="crew"),
    same("leave_group", "ok", name="crew"),
    managers("disconnect", "disconnect_ack", "not_found", target="{carol}"),
    managers("disconnect", "disconnect_ack", "disconnect_ack", all=True),
    managers("kick", "kick_ack", "not_found", target="{carol}"),
    managers("kick", "kick_ack", "kick_ack", stale=0),
    managers("ban", "ban_ack", "not_found", target="{carol}"),
    managers("unban", "unban_ack", "not_found", target="dave"),
    managers("list_bans", "list_bans_result", "list_bans_result"),
    same("set_grants", "grants", "unauthorized", grants={"ab" * 32: []}),
    same("get_grants", "grants"),
    same("set_state", "ok", "revoked", key="plan", value=2),
    same("get_state", "state_result", "revoked", key="plan"),
    same("list_state", "state_list", "revoked"),
    same("remember", "memory_stored", "revoked", content="a note"),
    same("recall", "memory_results", "revoked", query="note"),
    Row("forget", "ok", "ok", "not_found", "revoked", "not_found", {"memoryId": "{memory}"}),
    same("schedule", "scheduled_ack", "revoked", "not_found", to="{carol}", message="up"),
    same("list_scheduled", "scheduled_list", "revoked"),
    same("cancel_scheduled", "cancel_scheduled_ack", "revoked", scheduledId="{reminder}"),
    managers("audit_query", "audit_result", "audit_result"),
    managers("audit_verify", "audit_verify_result", "audit_verify_result"),
]


def kinds() -> dict[str, type[ClientFrame]]:
    """Every message type a client may send, by its name on the wire."""
    return {frame.__struct_config__.tag: frame for frame in ClientMessage.__args__}
