"""A session about to be on the mesh: what the ledger takes for a hello and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from claudemesh_wire.fields import CountedStats, GroupRef, Stats

from presence.parcel import Parcel
from presence.peer import Peer


@dataclass(slots=True, eq=False)
class Arrival:
    """One hello that passed every check memory can make.

    `signature` is a version 1 hello's, to be spent; "" for version 2, whose nonce does that.
    `groups` are those of the hello, None for those of last time.
    """

    peer: Peer
    groups: list[GroupRef] | None
    default_groups: list[GroupRef]
    ephemeral: bool
    roster_version: int
    signature: str
    signature_expires_at: datetime
    done: Callable[["Admission"], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """What is left of a member's earlier sessions."""

    summary: str | None
    visible: bool
    groups: list[GroupRef]
    stats: CountedStats
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Resumed:
    """What a session said of itself before its line dropped or its socket was replaced."""

    status: str
    status_source: str
    status_at: datetime
    stats: Stats


@dataclass(frozen=True, slots=True)
class Replaced:
    """An older presence of the same session. `same_key`: the very session came back."""

    presence_id: str
    node_id: str
    was_connected: bool
    same_key: bool


@dataclass(frozen=True, slots=True)
class Admission:
    """The answer to an arrival; `refused` is an error code, or `stale` for an old roster.

    `undeliverable` are deliveries that died with a session this one replaced, `hook_status` is
    what a hook said that came before the session.
    """

    refused: str = ""
    groups: list[GroupRef] | None = None
    restored: Restored | None = None
    resumed: Resumed | None = None
    replaced: tuple[Replaced, ...] = ()
    undeliverable: tuple[Parcel, ...] = ()
    has_mail: bool = False
    hook_status: str = ""
