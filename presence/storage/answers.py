"""Reads what a send that would be refused has to be measured by. Writes nothing."""

from presence.drafts import Outcome
from presence.parcel import StoredMessage
from presence.storage.messages import find_repeated
from presence.storage.rosters import read_versions


def find_answer(message: StoredMessage) -> tuple[Outcome | None, int | None]:
    """What was answered when the client id was used before, and the roster's version now."""
    before = find_repeated(message) if message.client_id else None
    return before, read_versions([message.mesh_id]).get(message.mesh_id)
