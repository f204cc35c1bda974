"""Makes a believable demo: a running broker, people on it by the real CLI, and a past."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.broker_process import REPOSITORY, Broker, broker
from tests.browser import mailbox
from tests.cli_process import Person
from tests.screenshots.people import listening

MAILS_TO = "reader@example.com"
SEED_TIMEOUT_S = 120
#: A peer that says it is working stays so while the pictures are taken, and nobody is throttled.
SETTINGS = {"WORKING_TIMEOUT_S": "3600", "SENDS_PER_MINUTE": "6000", "SEND_BURST": "1000"}


@dataclass(frozen=True)
class Scene:
    """The broker, and what there is to look at: codes, ids and links by name, and mails."""

    broker: Broker
    found: dict[str, str]
    mails: dict[str, str]


@contextmanager
def scene() -> Iterator[Scene]:
    """A broker full of life, on a free port and a database of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="claudemesh-pictures-") as directory,
        broker(**SETTINGS) as running,
    ):
        home = Path(directory)
        people = _meet(running, home, _rows(running, "accounts"))
        with listening(people, home):
            _talk(people)
            found = _rows(running, "history")
            yield Scene(running, found, _mails(running))


def _rows(running: Broker, part: str) -> dict[str, str]:
    """Run a part of `rows` with the broker's environment; what it found."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.screenshots.rows", part],
        env=running.environment,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=SEED_TIMEOUT_S,
    )
    if done.returncode:
        raise RuntimeError(f"the {part} could not be made:\n{done.stderr}")
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


def _meet(running: Broker, home: Path, tokens: dict[str, str]) -> dict[str, Person]:
    """Alice makes the mesh; the others join by her links, dave and mallory without an account."""
    names = ("alice", "bob", "carol", "dave", "mallory", "erin")
    people = {name: Person(name, home, running.url) for name in names}
    for name in ("alice", "bob", "carol", "erin"):
        people[name].run("login", "--token", tokens[name])
    alice = people["alice"]
    alice.run("create", "orchard")
    admins_link = alice.run("share", "--role", "admin")["url"]
    link = alice.run("share", "--uses", "25")["url"]
    people["bob"].run("join", admins_link)
    for name in ("carol", "dave", "mallory", "erin"):
        people[name].run("join", link)
    return people


def _talk(people: dict[str, Person]) -> None:
    """A few real messages, some of them held, and two removals, one of which was lifted."""
    alice = people["alice"]
    alice.run("send", "bob", "The cart is yours again.")
    people["bob"].run("send", "@oncall", "Deploying at four.")
    people["carol"].run("send", "*", "The docs have a new home.")
    alice.run("ban", "mallory", "--reason", "Asked everybody for their tokens")
    alice.run("ban", "erin", "--reason", "Mistaken for somebody else")
    alice.run("unban", "erin")


def _mails(running: Broker) -> dict[str, str]:
    """The HTML of every kind of mail, by its subject in short."""
    found = {}
    for number, mail in enumerate(mailbox.mails_to(running, MAILS_TO)):
        part = mail.get_body(("html",))
        assert part is not None, "a mail without HTML"
        found[f"mail-{number:02}"] = str(part.get_content())
    return found
