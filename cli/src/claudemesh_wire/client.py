"""Messages a client sends to the broker; the other direction is in `broker`.

Optional fields default to None. Bounds on texts live in `fields`; rules that need the mesh
(who may, who is there) live in the broker's handlers.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from claudemesh_wire.fields import (
    MAX_GROUPS,
    AckStage,
    Encryption,
    GroupName,
    GroupRef,
    HexKey,
    Millis,
    PathText,
    Priority,
    Profile,
    PublicId,
    RequestId,
    ShortText,
    SmallCount,
    Stats,
    Status,
    SummaryText,
    TargetText,
)

Groups = Annotated[list[GroupRef], Meta(max_length=MAX_GROUPS)]
StateKey = Annotated[str, Meta(min_length=1, max_length=256)]
Limit = Annotated[int, Meta(ge=1, le=1_000)]


class ClientFrame(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    omit_defaults=True,
    tag_field="type",
):
    """Base of everything a client sends; `req_id` is echoed by the reply."""

    req_id: RequestId | None = msgspec.field(name="_reqId", default=None)


class Hello(ClientFrame, frozen=True, tag="hello"):
    """The opening: who speaks, with proof. Canonical strings are in `canonical`."""

    mesh_id: PublicId
    member_id: PublicId
    pubkey: ShortText
    session_id: ShortText
    timestamp: int
    signature: ShortText
    session_pubkey: ShortText | None = None
    display_name: ShortText | None = None
    pid: int | None = None
    cwd: PathText | None = None
    hostname: ShortText | None = None
    peer_type: ShortText | None = None
    channel: ShortText | None = None
    model: ShortText | None = None
    groups: Groups | None = None
    protocol_version: int | None = None
    capabilities: Annotated[list[ShortText], Meta(max_length=64)] | None = None
    nonce: ShortText | None = None
    session_signature: ShortText | None = None
    ephemeral: bool | None = None


class Send(ClientFrame, frozen=True, tag="send"):
    """One message to a key, a group or everybody. `nonce` and `ciphertext` are base64."""

    nonce: str
    ciphertext: str
    target_spec: str = ""
    priority: Priority = "next"
    id: PublicId | None = None
    hold: bool | None = None
    key_epoch: SmallCount | None = None
    encryption: Encryption | None = None
    expires_in: Annotated[int, Meta(ge=1, le=604_800)] | None = None


class ClientAck(ClientFrame, frozen=True, tag="client_ack"):
    """How far the client has brought a pushed message."""

    message_id: PublicId
    stage: AckStage = "delivered"


class MessageStatus(ClientFrame, frozen=True, tag="message_status"):
    """Asks how far a message of one's own has come; by the broker's id or one's own."""

    message_id: PublicId


class ListPeers(ClientFrame, frozen=True, tag="list_peers"):
    """Asks who is on the mesh."""


class SetStatus(ClientFrame, frozen=True, tag="set_status"):
    """Sets one's status by hand."""

    status: Status


class SetSummary(ClientFrame, frozen=True, tag="set_summary"):
    """Says in a line what one is doing."""

    summary: SummaryText


class SetVisible(ClientFrame, frozen=True, tag="set_visible"):
    """Hides or shows this session."""

    visible: bool


class SetProfile(ClientFrame, frozen=True, tag="set_profile"):
    """Replaces the named parts of one's profile; parts left out stay."""

    avatar: ShortText | None = None
    title: ShortText | None = None
    bio: SummaryText | None = None
    capabilities: Annotated[list[ShortText], Meta(max_length=64)] | None = None

    def profile(self) -> Profile:
        """The parts named in this message."""
        return Profile(
            avatar=self.avatar, title=self.title, bio=self.bio, capabilities=self.capabilities
        )


class SetStats(ClientFrame, frozen=True, tag="set_stats"):
    """Reports this session's counters since it began."""

    stats: Stats


class JoinGroup(ClientFrame, frozen=True, tag="join_group"):
    """Joins a group, or changes one's role in it."""

    name: GroupName
    role: ShortText | None = None


class LeaveGroup(ClientFrame, frozen=True, tag="leave_group"):
    """Leaves a group."""

    name: GroupName


class MeshInfo(ClientFrame, frozen=True, tag="mesh_info"):
    """Asks for the mesh in numbers."""


class Disconnect(ClientFrame, frozen=True, tag="disconnect"):
    """Closes the sockets of a peer, of stale peers (ms) or of all; they reconnect."""

    target: TargetText | None = None
    stale: Millis | None = None
    all: bool | None = None


class Kick(ClientFrame, frozen=True, tag="kick"):
    """Ends the sessions of a peer, of stale peers (ms) or of all; they may start new ones."""

    target: TargetText | None = None
    stale: Millis | None = None
    all: bool | None = None


class Ban(ClientFrame, frozen=True, tag="ban"):
    """Revokes a member."""

    target: TargetText
    reason: SummaryText | None = None


class Unban(ClientFrame, frozen=True, tag="unban"):
    """Lets a banned member back."""

    target: TargetText


class ListBans(ClientFrame, frozen=True, tag="list_bans"):
    """Asks who is banned."""


class SetGrants(ClientFrame, frozen=True, tag="set_grants"):
    """Merges one's grants; null under a key resets it, [] blocks it."""

    grants: dict[HexKey, Annotated[list[ShortText], Meta(max_length=16)] | None]


class GetGrants(ClientFrame, frozen=True, tag="get_grants"):
    """Asks for one's own grants."""


class SetState(ClientFrame, frozen=True, tag="set_state"):
    """Writes a shared value."""

    key: StateKey
    value: object


class GetState(ClientFrame, frozen=True, tag="get_state"):
    """Reads a shared value."""

    key: StateKey


class ListState(ClientFrame, frozen=True, tag="list_state"):
    """Asks for all shared values."""


class Remember(ClientFrame, frozen=True, tag="remember"):
    """Stores a note in the mesh's memory."""

    content: Annotated[str, Meta(min_length=1, max_length=32_768)]
    tags: Annotated[list[ShortText], Meta(max_length=32)] | None = None


class Recall(ClientFrame, frozen=True, tag="recall"):
    """Searches the mesh's memory."""

    query: Annotated[str, Meta(max_length=1_024)]


class Forget(ClientFrame, frozen=True, tag="forget"):
    """Removes a note from the mesh's memory."""

    memory_id: PublicId


class Schedule(ClientFrame, frozen=True, tag="schedule"):
    """Plans a reminder, once at `deliver_at` (ms) or by a cron line."""

    to: TargetText
    message: Annotated[str, Meta(min_length=1, max_length=32_768)]
    deliver_at: Millis | None = None
    subtype: Literal["reminder"] = "reminder"
    cron: ShortText | None = None
    recurring: bool | None = None


class ListScheduled(ClientFrame, frozen=True, tag="list_scheduled"):
    """Asks for one's own reminders."""


class CancelScheduled(ClientFrame, frozen=True, tag="cancel_scheduled"):
    """Cancels a reminder."""

    scheduled_id: PublicId


class AuditQuery(ClientFrame, frozen=True, tag="audit_query"):
    """Reads the audit log, newest first."""

    limit: Limit | None = None
    offset: SmallCount | None = None
    event_type: ShortText | None = None


class AuditVerify(ClientFrame, frozen=True, tag="audit_verify"):
    """Asks the broker to walk the audit chain."""


ClientMessage = (
    Hello
    | Send
    | ClientAck
    | MessageStatus
    | ListPeers
    | SetStatus
    | SetSummary
    | SetVisible
    | SetProfile
    | SetStats
    | JoinGroup
    | LeaveGroup
    | MeshInfo
    | Disconnect
    | Kick
    | Ban
    | Unban
    | ListBans
    | SetGrants
    | GetGrants
    | SetState
    | GetState
    | ListState
    | Remember
    | Recall
    | Forget
    | Schedule
    | ListScheduled
    | CancelScheduled
    | AuditQuery
    | AuditVerify
)
