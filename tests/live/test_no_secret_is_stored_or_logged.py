"""After a full run at the most talkative log level: no credential in the log or the database."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broker_process import Broker, broker
from tests.cli_process import Person
from tests.live.people import Couple, refused, texts
from tests.live.stored_bytes import stored_bytes
from tests.secrets import TEST_SECRETS

pytestmark = pytest.mark.live

TEXT = "only for bob, and for no log"


@pytest.fixture(scope="module")
def running() -> Iterator[Broker]:
    """A broker that logs all it can."""
    with broker(LOG_LEVEL="DEBUG") as talkative:
        yield talkative


@pytest.fixture(scope="module")
def busy_day(running: Broker, couple: Couple) -> Couple:
    """Everything that handles a secret has happened, mistakes included."""
    listener = couple.bob.listen()
    try:
        listener.wait_for("connected")
        couple.alice.run("send", "bob", TEXT, "--wait")
        couple.alice.run("send", "*", TEXT)
        couple.alice.run("whoami")
        listener.stop()
    finally:
        listener.kill9()
    refused(couple.alice, "login", "--token", "not-a-token-but-secret-all-the-same")
    refused(couple.alice, "join", f"{running.url}/join/not-a-token-but-secret-all-the-same")
    couple.alice.run("send", "bob", TEXT, "--hold")
    share = couple.alice.run("share")
    carol = Person("carol", couple.alice.config_dir.parent, running.url)
    carol.run("join", share["code"])
    running.restart()
    assert TEXT in texts(couple.bob)
    running.terminate()
    return couple


def test_log_has_no_secret(running: Broker, busy_day: Couple) -> None:
    assert len(running.log.splitlines()) > 20, "it was meant to be talkative"
    found = [name for name, secret in secrets_of(busy_day).items() if secret in running.log]
    assert found == []


def test_log_has_no_invitation_that_somebody_could_use(running: Broker, busy_day: Couple) -> None:
    running.start()
    codes = [invite["code"] for invite in busy_day.alice.run("invites")["invites"]]
    running.terminate()
    assert len(codes) == 2
    assert [code for code in codes if code in running.log] == []


def test_database_has_no_usable_secret(running: Broker, busy_day: Couple) -> None:
    kept = stored_bytes(running)
    assert busy_day.bob.config_dir.exists()
    found = [name for name, secret in secrets_of(busy_day).items() if secret.encode() in kept]
    assert found == []


def secrets_of(couple: Couple) -> dict[str, str]:
    """Everything that opens something, by a name to show in its place."""
    secrets = {
        **TEST_SECRETS,
        "text": TEXT,
        "bad token": "not-a-token-but-secret-all-the-same",
    }
    for person in (couple.alice, couple.bob):
        secrets.update(keys_of(person))
    auth = read(couple.alice, "auth.json")
    secrets["alice's session token"] = auth["session_token"]
    assert all(len(secret) > 15 for secret in secrets.values())
    return secrets


def keys_of(person: Person) -> dict[str, str]:
    """The member's secret keys, whole and as the seed, and the mesh's root key."""
    [mesh] = read(person, "config.json")["meshes"]
    return {
        f"{person.name}'s secret key": mesh["secretKey"],
        f"{person.name}'s seed": mesh["secretKey"][:64],
        f"{person.name}'s root key": mesh["rootKey"],
    }


def read(person: Person, name: str) -> dict[str, object]:
    """One of the CLI's files."""
    path: Path = person.config_dir / name
    return json.loads(path.read_text())  # type: ignore[no-any-return]
