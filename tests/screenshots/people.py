"""Who is in the demo, and their machines: the real CLI, listening. Makes no rows by itself."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.cli_process import Person, command
from tests.ports import wait_until

PASSWORD = "correct horse battery"
CONNECT_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Role:
    """What somebody does on their machine while the pictures are taken."""

    name: str
    directory: str
    status: str
    summary: str
    groups: tuple[str, ...] = ()


CAST = (
    Role("alice", "orchard", "working", "Grafting the new checkout onto the old cart", ("web",)),
    Role("bob", "orchard/api", "working", "Rate limits for the harvest API", ("api", "oncall")),
    Role("carol", "orchard/docs", "idle", "", ("docs",)),
    Role("dave", "orchard/infra", "dnd", "Moving the database, please wait", ("oncall",)),
)
#: Everybody with an account. The operator sees the whole admin; nina is new; trent has the app.
ACCOUNTS = {
    "alice": "Alice Marsh",
    "bob": "Bob Okafor",
    "carol": "Carol Lindqvist",
    "erin": "Erin Sato",
    "nina": "Nina Ferreira",
    "trent": "Trent Dubois",
    "operator": "Olga Operator",
}


def address_of(name: str) -> str:
    """Their email address."""
    return f"{name}@example.com"


@contextmanager
def listening(people: dict[str, Person], home: Path) -> Iterator[None]:
    """Everybody of the cast is connected, each in a directory of their own."""
    running: list[subprocess.Popen[bytes]] = []
    try:
        for role in CAST:
            running.append(_listen(people[role.name], home / "work" / role.directory))
        for role in CAST:
            _settle_in(people[role.name], role)
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=STOP_TIMEOUT_S)


def _listen(person: Person, directory: Path) -> subprocess.Popen[bytes]:
    directory.mkdir(parents=True)
    return subprocess.Popen(
        command("listen", "--json"),
        env=person.environment,
        cwd=directory,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _settle_in(person: Person, role: Role) -> None:
    wait_until(
        lambda: person.try_run("status").returncode == 0,
        what=f"{role.name} is connected",
        timeout_s=CONNECT_TIMEOUT_S,
    )
    for group in role.groups:
        person.run("groups", "join", group)
    if role.summary:
        person.run("summary", role.summary)
    person.run("status", role.status)
