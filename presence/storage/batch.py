"""Commits a batch: hellos, messages and settlements in one transaction."""

import logging
from dataclasses import dataclass, field, replace

from django.db import IntegrityError, InterfaceError, OperationalError, transaction

from presence.arrival import Admission, Arrival
from presence.drafts import Draft, Outcome, Refused, Settlement
from presence.storage.arrivals import admit
from presence.storage.auditing import audit_messages
from presence.storage.messages import record
from presence.storage.rosters import read_versions
from presence.storage.settlements import settle

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Batch:
    """What was submitted while the one before was being committed, in order of submission."""

    arrivals: list[Arrival] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    settlements: list[Settlement] = field(default_factory=list)

    def take(self, rows: int) -> "Batch":
        """Moves the oldest entries, of about that many rows, into a batch of their own."""
        taken = Batch(arrivals=self.arrivals[:rows], settlements=self.settlements[:rows])
        del self.arrivals[:rows], self.settlements[:rows]
        drafts = filled = 0
        for draft in self.drafts:
            filled += max(1, len(draft.recipients))
            if drafts and filled > rows:
                break
            drafts += 1
        taken.drafts = self.drafts[:drafts]
        del self.drafts[:drafts]
        return taken

    def is_waited_for(self) -> bool:
        """True if somebody waits for an answer to it: settlements alone are news, not questions."""
        return bool(self.arrivals or self.drafts)

    def __len__(self) -> int:
        return len(self.arrivals) + len(self.drafts) + len(self.settlements)


@dataclass(slots=True)
class Outcomes:
    """Answers in the order of the batch; settlements that could not be written are missing."""

    admissions: list[Admission] = field(default_factory=list)
    recorded: list[Outcome] = field(default_factory=list)
    settled: list[Settlement] = field(default_factory=list)


def commit(batch: Batch) -> Outcomes:
    """Writes a batch. One entry the database rejects costs only itself.

    Safe to run again: ids were given before, so a commit whose answer was lost is recognized.
    Raises OperationalError if the database cannot be reached.
    """
    try:
        return _commit(batch)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # some values only fail in the driver, with an error of its own
        if isinstance(error, IntegrityError):
            logger.info("batch collided with another node, writing it one by one: %s", error)
        else:
            logger.exception("batch refused by the database, writing it one by one")
        return _one_by_one(batch)


def _commit(batch: Batch) -> Outcomes:
    meshes = {d.message.mesh_id for d in batch.drafts} | {a.peer.mesh_id for a in batch.arrivals}
    with transaction.atomic():
        versions = read_versions(list(meshes)) if meshes else {}
        outcomes = Outcomes(
            admissions=admit(batch.arrivals, versions) if batch.arrivals else [],
            recorded=_record(batch.drafts, versions) if batch.drafts else [],
            settled=batch.settlements,
        )
        settle(batch.settlements)
        audit_messages(batch.drafts, outcomes.recorded)  # chains are locked last, everywhere
    if batch.arrivals and batch.drafts:
        outcomes.admissions = _with_mail_of(batch.drafts, batch.arrivals, outcomes.admissions)
    return outcomes


def _with_mail_of(
    drafts: list[Draft], arrivals: list[Arrival], admissions: list[Admission]
) -> list[Admission]:
    """Admissions that know of mail stored in the same batch."""
    written_to = {r.member_id for draft in drafts for r in draft.recipients}
    return [
        replace(admission, has_mail=True) if arrival.peer.member_id in written_to else admission
        for arrival, admission in zip(arrivals, admissions, strict=True)
    ]


def _record(drafts: list[Draft], versions: dict[str, int]) -> list[Outcome]:
    current = [versions.get(d.message.mesh_id) == d.roster_version for d in drafts]
    fresh = [draft for draft, ok in zip(drafts, current, strict=True) if ok]
    stored = iter(record(fresh) if fresh else [])
    return [next(stored) if ok else Refused("stale") for ok in current]


def _one_by_one(batch: Batch) -> Outcomes:
    outcomes = Outcomes()
    for arrival in batch.arrivals:
        alone = _alone(Batch(arrivals=[arrival]))
        outcomes.admissions += alone.admissions if alone else [Admission(refused="internal")]
    for draft in batch.drafts:
        alone = _alone(Batch(drafts=[draft]))
        outcomes.recorded += alone.recorded if alone else [Refused("internal")]
    for settlement in batch.settlements:
        alone = _alone(Batch(settlements=[settlement]))
        outcomes.settled += alone.settled if alone else []
    return outcomes


def _alone(batch: Batch) -> Outcomes | None:
    try:
        return _commit(batch)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("the database rejects an entry")
        return None
