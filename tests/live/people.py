"""alice and bob as two people with the real CLI, and what it tells them when it refuses."""

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.broker_process import Broker
from tests.cli_process import Person


@dataclass(frozen=True)
class Couple:
    """Two people on one mesh."""

    alice: Person
    bob: Person


@dataclass(frozen=True)
class Refusal:
    """How a command failed: exit code, stable error code, sentence, what to do next."""

    exit_code: int
    code: str
    message: str
    hint: str


def meet(running: Broker, home: Path) -> Couple:
    """alice signs in, creates a mesh and shares a link; bob joins by it."""
    alice, bob = (Person(name, home, running.url) for name in ("alice", "bob"))
    alice.run("login", "--token", token_of_alice(running))
    alice.run("create", "acme")
    bob.run("join", alice.run("share")["url"])
    return Couple(alice, bob)


@functools.cache
def token_of_alice(running: Broker) -> str:
    """A token of alice's account on that broker; one account, however many meshes."""
    return running.manage("issue_token", "alice@example.com", "--create", "-q").strip()


def refused(person: Person, *arguments: str) -> Refusal:
    """Run a command that must fail, with `--json`."""
    done = person.try_run(*arguments, "--json")
    assert done.returncode, f"it was meant to fail, but said: {done.stdout}"
    error: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])["error"]
    return Refusal(done.returncode, error["code"], error["message"], error["hint"] or "")


def said(person: Person, *arguments: str) -> tuple[int, str, str]:
    """Run a command as a person does: exit code, stdout, stderr."""
    done = person.try_run(*arguments)
    return done.returncode, done.stdout, done.stderr


def texts(person: Person, *options: str) -> list[str]:
    """What `claudemesh inbox` shows now."""
    return [message["text"] for message in person.run("inbox", *options)["messages"]]
