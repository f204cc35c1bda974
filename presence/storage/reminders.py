"""Turns reminders that are due into stored messages, in one transaction with claiming them."""

import logging
from base64 import b64encode
from dataclasses import dataclass
from datetime import timedelta

from claudemesh_wire.errors import MeshError
from claudemesh_wire.ids import new_id

from meshes.models import Reminder
from meshes.services.reminders import take_due
from presence.clock import now
from presence.drafts import Draft, Recorded
from presence.models import Message
from presence.parcel import Parcel, StoredMessage
from presence.roster import Roster
from presence.storage.auditing import audit_messages
from presence.storage.messages import record
from presence.storage.rosters import read_roster
from presence.targets import Sender, resolve

logger = logging.getLogger(__name__)

SUBTYPE = "reminder"


@dataclass(frozen=True, slots=True)
class Fired:
    """How many reminders were due, and the deliveries that came of them."""

    taken: int
    parcels: list[Parcel]


def fire(*, limit: int, lifetime_s: float) -> Fired:
    """Claims at most `limit` due reminders and stores what they send.

    Runs inside the caller's transaction. Recipients are read from the database: whoever is a
    member, connected and granting now. A reminder that reaches nobody is gone all the same.
    """
    due = take_due(now=now(), limit=limit)
    rosters = {mesh_id: _roster(mesh_id) for mesh_id in {reminder.mesh_id for reminder in due}}
    drafts = [
        draft
        for reminder in due
        if (draft := _draft(reminder, rosters[reminder.mesh_id], lifetime_s)) is not None
    ]
    outcomes = record(drafts) if drafts else []
    # An update, so that a send need not name a column that only reminders fill.
    Message.objects.filter(id__in=[draft.message.id for draft in drafts]).update(subtype=SUBTYPE)
    audit_messages(drafts, outcomes)
    stored = [outcome for outcome in outcomes if isinstance(outcome, Recorded)]
    return Fired(len(due), [parcel for outcome in stored for parcel in outcome.parcels])


def _roster(mesh_id: str) -> Roster | None:
    reading = read_roster(mesh_id)
    if reading is None or reading.mesh.archived:
        return None
    roster = Roster(reading.mesh)
    roster.replace_members(reading.mesh, reading.members)
    for peer in reading.peers:
        roster.add(peer)
    return roster


def _draft(reminder: Reminder, roster: Roster | None, lifetime_s: float) -> Draft | None:
    """The message to be; None, logged, if nobody may or can get it."""
    author = reminder.author
    if roster is None or author.revoked_at is not None:
        return None
    # No member and no presence is the sender: an author is reminded like everybody else.
    sender = Sender(member_id="", member_key=author.pubkey, session_key="", presence_id="")
    try:
        resolution = resolve(roster, sender, _target(reminder, roster), hold=True)
    except MeshError as error:
        logger.info("reminder %s reached nobody: %s", reminder.pk, error.code)
        return None
    if not resolution.recipients:
        return None
    return Draft(
        message=_message(reminder),
        recipients=resolution.recipients,
        matched=resolution.matched,
        online=resolution.online,
        roster_version=roster.mesh.version,
        expires_at=now() + timedelta(seconds=lifetime_s),
        done=lambda draft, outcome: None,
        audited=roster.mesh.audits_messages,
    )


def _target(reminder: Reminder, roster: Roster) -> str:
    """The group, the session if it is still there, or else its member."""
    if reminder.recipient is None:
        return reminder.target
    peer = roster.peer_by_key(reminder.target)
    if peer is not None and peer.member_id == reminder.recipient_id:
        return reminder.target
    return reminder.recipient.pubkey


def _message(reminder: Reminder) -> StoredMessage:
    """Plain text from the author, in base64 as older clients read it.

    It names the member and not the session, so that it outlives the session.
    """
    author, recipient = reminder.author, reminder.recipient
    return StoredMessage(
        id=new_id(),
        mesh_id=reminder.mesh_id,
        sender_id=author.pk,
        sender_member_key=author.pubkey,
        sender_key="",
        sender_name=author.display_name,
        client_id="",
        target_spec=recipient.pubkey if recipient is not None else reminder.target,
        priority="now",
        nonce="",
        ciphertext=b64encode(reminder.text.encode()).decode(),
        encryption="none",
        key_epoch=None,
        created_at=now(),
        subtype=SUBTYPE,
    )
