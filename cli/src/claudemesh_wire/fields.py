"""Field types and nested structs that several wire messages share; no messages of their own.

Every text a client may send is bounded here, so that a frame that decodes is a frame of sane size.
Lengths are in code points, times are Unix milliseconds unless a name says otherwise.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

MAX_SUMMARY_CHARS = 2_000
MAX_GROUPS = 64

ShortText = Annotated[str, Meta(max_length=256)]
PathText = Annotated[str, Meta(max_length=4_096)]
SummaryText = Annotated[str, Meta(max_length=MAX_SUMMARY_CHARS)]
TargetText = Annotated[str, Meta(max_length=512)]
GroupName = Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^@?[^\s@/*,][^\s@*,]*$")]
HexKey = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
PublicId = Annotated[str, Meta(min_length=1, max_length=64)]
Millis = Annotated[int, Meta(ge=0, le=2**53)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
SmallCount = Annotated[int, Meta(ge=0, le=2**31 - 1)]
RequestId = str | int

Priority = Literal["now", "next", "low"]
Status = Literal["idle", "working", "dnd"]
StatusSource = Literal["hook", "manual", "inferred"]
PeerType = Literal["ai", "human", "connector"]
Encryption = Literal["box", "group", "none"]
AckStage = Literal["delivered", "handed", "read"]
ReceiptState = Literal["pushed", "delivered", "handed", "read", "expired", "undeliverable"]
DeliveryStatus = Literal["delivered", "held", "disconnected"]


class Struct(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Base of nested structs: immutable, camelCase on the wire, absent when default."""


class GroupRef(Struct, frozen=True):
    """A group somebody is in, with the free-text role they play there."""

    name: GroupName
    role: ShortText | None = None


class Stats(Struct, frozen=True):
    """Counters a session reports of itself; the broker sums them over a member's sessions."""

    messages_in: Count = 0
    messages_out: Count = 0
    tool_calls: Count = 0
    errors: Count = 0
    uptime: float = 0.0


class CountedStats(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Cumulative counters of a member, as `hello_ack` restores them."""

    messages_in: int = 0
    messages_out: int = 0
    tool_calls: int = 0
    errors: int = 0


class Profile(Struct, frozen=True):
    """What a member says about itself."""

    avatar: ShortText | None = None
    title: ShortText | None = None
    bio: SummaryText | None = None
    capabilities: Annotated[list[ShortText], Meta(max_length=64)] | None = None


class MemberProfile(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The part of a member's record that `hello_ack` returns."""

    role_tag: str
    groups: list[GroupRef]
    message_mode: str


class Limits(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The broker's limits as `welcome` announces them; bytes and counts."""

    max_message_bytes: int
    sends_per_minute: int
    send_burst: int


class ProtocolRange(msgspec.Struct, frozen=True, kw_only=True):
    """Protocol versions the broker speaks, both ends included."""

    min: int
    max: int


class PeerInfo(Struct, frozen=True):
    """One row of `peers_list`. `pubkey` is the session key, or the member key without one.

    `summary`, `groups` and what a table of peers needs are always present; details that the
    peer did not grant the asker to read are left out.
    """

    pubkey: str
    member_pubkey: str
    display_name: str
    status: Status
    summary: str | None
    groups: list[GroupRef]
    session_id: str
    connected_at: str
    role: str
    status_source: StatusSource
    last_seen_at: str
    cwd: str | None = None
    hostname: str | None = None
    peer_type: str | None = None
    channel: str | None = None
    model: str | None = None
    stats: Stats | None = None
    visible: bool | None = None
    profile: Profile | None = None


class RecipientStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How far one recipient of a message has come; `at` is ISO 8601 UTC or null."""

    name: str
    pubkey: str
    status: DeliveryStatus
    state: str
    at: str | None


class BanInfo(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One row of `list_bans_result`."""

    name: str
    pubkey: str
    revoked_at: str
    banned_by: str
    reason: str


class StateEntry(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One row of `state_list`."""

    key: str
    value: object
    updated_by: str
    updated_at: str


class Memory(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One row of `memory_results`."""

    id: str
    content: str
    tags: list[str]
    remembered_by: str
    remembered_at: str


class ScheduledMessage(Struct, frozen=True):
    """One row of `scheduled_list`."""

    id: str
    to: str
    message: str
    deliver_at: int
    created_at: str
    cron: str | None = None
    fired_count: int | None = None


class TaskCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers of tasks by state, in `mesh_info_result`."""

    open: int = 0
    claimed: int = 0
    done: int = 0


class AuditRow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One row of `audit_result`.

    Clients hash rows again (`audit.entry_hash`), so `created_at` is exactly the text that was
    hashed, microseconds and all. A row's number is the reply's `total` less its offset.
    """

    id: str
    event_type: str
    actor: str
    payload: dict[str, object]
    hash: str
    created_at: str
