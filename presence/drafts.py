"""What the ledger takes: a message to be recorded, a delivery to be settled. Plain data."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from presence.parcel import Parcel, StoredMessage
from presence.targets import Recipient


@dataclass(frozen=True, slots=True)
class Recorded:
    """The message is stored, with these deliveries.

    `before`: by an earlier try of the same batch, whose answer was lost.
    """

    parcels: list[Parcel]
    before: bool = False


@dataclass(frozen=True, slots=True)
class Repeated:
    """The client id was used before for the same content: the first answer again."""

    message_id: str
    matched: int
    online: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was stored; `code` says why (`conflict`, `unavailable`, `internal`, `stale`).

    `stale`: the roster the recipients were resolved by is out of date.
    """

    code: str


Outcome = Recorded | Repeated | Refused


@dataclass(slots=True, eq=False)
class Draft:
    """A message with its recipients, on its way into the next batch.

    `done` is called on the event loop with the outcome, in the order of the batch. `audited`:
    the mesh wants the message's metadata in its audit log.
    """

    message: StoredMessage
    recipients: list[Recipient]
    matched: int
    online: int
    roster_version: int
    expires_at: datetime
    done: Callable[["Draft", Outcome], None]
    audited: bool = False


SettledState = Literal["delivered", "handed", "read", "expired", "undeliverable"]


@dataclass(slots=True, eq=False)
class Settlement:
    """A delivery that has come further. `done` is called once that is committed."""

    parcel: Parcel
    state: SettledState
    done: Callable[["Settlement"], None]
    reason: str = ""
