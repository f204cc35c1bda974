"""Messages the broker sends to a client; the other direction is in `client`.

A field without a default is always on the wire. Times are ISO 8601 UTC text unless said.
"""

from typing import Any

import msgspec

from claudemesh_wire.fields import (
    AuditRow,
    BanInfo,
    CountedStats,
    GroupRef,
    Limits,
    MemberProfile,
    Memory,
    PeerInfo,
    ProtocolRange,
    ReceiptState,
    RecipientStatus,
    RequestId,
    ScheduledMessage,
    StateEntry,
    TaskCounts,
)


class BrokerFrame(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    omit_defaults=True,
    tag_field="type",
):
    """Base of everything the broker sends; `req_id` echoes the request it answers."""

    req_id: RequestId | None = msgspec.field(name="_reqId", default=None)


class Welcome(BrokerFrame, frozen=True, tag="welcome"):
    """First frame on a socket; `nonce` (64 hex) goes into a version 2 hello."""

    protocol: ProtocolRange
    nonce: str
    server_version: str
    limits: Limits


class HelloAck(BrokerFrame, frozen=True, tag="hello_ack"):
    """The session is on the mesh."""

    presence_id: str
    member_display_name: str
    member_profile: MemberProfile
    services: list[str]
    protocol_version: int
    capabilities: list[str]
    role: str
    mesh_slug: str
    mesh_name: str
    key_epoch: int
    mesh_policy: dict[str, Any] | None = None
    restored: bool | None = None
    last_summary: str | None = None
    last_seen_at: str | None = None
    restored_groups: list[GroupRef] | None = None
    restored_stats: CountedStats | None = None


class Error(BrokerFrame, frozen=True, tag="error"):
    """Something asked for was refused; `code` is stable, `message` is for a person."""

    code: str
    message: str
    id: str | None = None
    retry_after_ms: int | None = None
    candidates: list[str] | None = None


class Ok(BrokerFrame, frozen=True, tag="ok"):
    """A request without a reply of its own was carried out."""


class Ack(BrokerFrame, frozen=True, tag="ack"):
    """The answer to `send`: stored (`queued`), or `error` as `<code>: <sentence>`."""

    id: str
    message_id: str
    queued: bool
    recipients: int | None = None
    online: int | None = None
    duplicate: bool | None = None
    error: str | None = None
    retry_after_ms: int | None = None


class Push(BrokerFrame, frozen=True, tag="push"):
    """A message for this session, a reminder, or (subtype `system`) a peer event."""

    message_id: str
    mesh_id: str
    sender_pubkey: str
    priority: str
    nonce: str
    ciphertext: str
    created_at: str
    sender_member_pubkey: str | None = None
    sender_name: str | None = None
    target_spec: str | None = None
    key_epoch: int | None = None
    encryption: str | None = None
    client_id: str | None = None
    attempt: int | None = None
    subtype: str | None = None
    event: str | None = None
    event_data: dict[str, Any] | None = None


class Receipt(BrokerFrame, frozen=True, tag="receipt"):
    """How far one recipient of one's message has come."""

    message_id: str
    id: str
    recipient: str
    recipient_name: str
    state: ReceiptState
    at: str
    reason: str | None = None


class MessageStatusResult(BrokerFrame, frozen=True, tag="message_status_result"):
    """Every recipient of one message."""

    message_id: str
    target_spec: str
    delivered: bool
    delivered_at: str | None
    recipients: list[RecipientStatus]


class PeersList(BrokerFrame, frozen=True, tag="peers_list"):
    """Who is on the mesh; `stale` when the broker could not ask its database."""

    peers: list[PeerInfo]
    stale: bool | None = None


class MeshInfoResult(BrokerFrame, frozen=True, tag="mesh_info_result"):
    """The mesh in numbers."""

    mesh: str
    peers: int
    groups: list[str]
    state_keys: list[str]
    memory_count: int
    file_count: int
    tasks: TaskCounts
    streams: list[str]
    tables: list[str]
    collections: list[str]
    your_name: str
    your_groups: list[GroupRef]


class DisconnectAck(BrokerFrame, frozen=True, tag="disconnect_ack"):
    """Names whose sockets were closed; `kicked` repeats them for older clients."""

    affected: list[str]
    kicked: list[str]


class KickAck(BrokerFrame, frozen=True, tag="kick_ack"):
    """Names whose sessions were ended."""

    affected: list[str]
    kicked: list[str]


class BanAck(BrokerFrame, frozen=True, tag="ban_ack"):
    """Name of the member now banned."""

    banned: str


class UnbanAck(BrokerFrame, frozen=True, tag="unban_ack"):
    """Name of the member who may come back."""

    unbanned: str


class ListBansResult(BrokerFrame, frozen=True, tag="list_bans_result"):
    """Who is banned, by whom and why."""

    bans: list[BanInfo]


class Grants(BrokerFrame, frozen=True, tag="grants"):
    """One's own grants by member key."""

    grants: dict[str, list[str]]


class StateChange(BrokerFrame, frozen=True, tag="state_change"):
    """Somebody wrote a shared value."""

    key: str
    value: Any
    updated_by: str


class StateResult(BrokerFrame, frozen=True, tag="state_result"):
    """A shared value; everything is left out when the key is unset."""

    key: str | None = None
    value: Any = msgspec.UNSET
    updated_by: str | None = None
    updated_at: str | None = None


class StateList(BrokerFrame, frozen=True, tag="state_list"):
    """All shared values."""

    entries: list[StateEntry]


class MemoryStored(BrokerFrame, frozen=True, tag="memory_stored"):
    """Id of a stored note."""

    id: str


class MemoryResults(BrokerFrame, frozen=True, tag="memory_results"):
    """Notes found, best first."""

    memories: list[Memory]


class ScheduledAck(BrokerFrame, frozen=True, tag="scheduled_ack"):
    """A reminder is planned; `deliver_at` in ms. `time_zone` is the one `cron` is read in."""

    scheduled_id: str
    deliver_at: int
    cron: str | None = None
    time_zone: str | None = None


class ScheduledList(BrokerFrame, frozen=True, tag="scheduled_list"):
    """One's own reminders."""

    messages: list[ScheduledMessage]


class CancelScheduledAck(BrokerFrame, frozen=True, tag="cancel_scheduled_ack"):
    """Whether the reminder was there to cancel."""

    scheduled_id: str
    ok: bool


class AuditResult(BrokerFrame, frozen=True, tag="audit_result"):
    """A page of the audit log."""

    entries: list[AuditRow]
    total: int


class AuditVerifyResult(BrokerFrame, frozen=True, tag="audit_verify_result"):
    """What walking the audit chain found."""

    valid: bool
    entries: int
    head: str
    broken_at: int | None = None


BrokerMessage = (
    Welcome
    | HelloAck
    | Error
    | Ok
    | Ack
    | Push
    | Receipt
    | MessageStatusResult
    | PeersList
    | MeshInfoResult
    | DisconnectAck
    | KickAck
    | BanAck
    | UnbanAck
    | ListBansResult
    | Grants
    | StateChange
    | StateResult
    | StateList
    | MemoryStored
    | MemoryResults
    | ScheduledAck
    | ScheduledList
    | CancelScheduledAck
    | AuditResult
    | AuditVerifyResult
)
