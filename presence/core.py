"""The parts of a node that the others are built on, in one hand."""

from dataclasses import dataclass

from presence.config import Config
from presence.doorbell import Doorbell
from presence.hub import Hub
from presence.ledger import Ledger
from presence.registry import Rosters
from presence.tasks import Tasks


@dataclass(frozen=True, slots=True)
class Core:
    """Who is here (`hub`), who is anywhere (`rosters`), what is stored, who is told."""

    config: Config
    node_id: str
    hub: Hub
    rosters: Rosters
    ledger: Ledger
    doorbell: Doorbell
    tasks: Tasks
