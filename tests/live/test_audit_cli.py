"""The audit log from end to end: the real CLI, a real broker, and a database that is changed."""

from pathlib import Path

import pytest

from tests.broker_process import Broker
from tests.cli_process import Person
from tests.live.log_tampering import tamper
from tests.live.people import meet, refused, said

pytestmark = pytest.mark.live


@pytest.fixture
def alice(running: Broker, home: Path) -> Person:
    """The owner of a mesh that bob has joined; she has seen its log once."""
    owner = meet(running, home).alice
    assert owner.run("audit", "verify")["first_look"] is True
    return owner


@pytest.fixture
def slug(alice: Person) -> str:
    """What her mesh is called in the database."""
    found: str = alice.run("whoami")["meshes"][0]["slug"]
    return found


def ban_and_unban_bob(alice: Person) -> None:
    """Two more entries."""
    alice.run("ban", "bob", "--reason", "spam")
    alice.run("unban", "bob")


def test_audit_shows_what_was_done(alice: Person) -> None:
    alice.run("ban", "bob", "--reason", "spam")
    document = alice.run("audit", "--limit", "1")
    [newest] = document["entries"]
    assert (newest["event"], newest["payload"]["reason"]) == ("member_banned", "spam")
    shown = alice.try_run("audit", "--event", "member_joined").stdout
    assert shown.count("member_joined") == 2
    assert "invite_created" not in shown


def test_a_log_that_goes_on_holds(alice: Person) -> None:
    ban_and_unban_bob(alice)
    document = alice.run("audit", "verify")
    assert (document["valid"], document["new_entries"], document["first_look"]) == (True, 2, False)


def test_members_may_not_read_it(running: Broker, alice: Person, home: Path) -> None:
    bob = Person("bob", home, running.url)
    assert said(bob, "audit")[0] == 7
    assert said(bob, "audit", "verify")[0] == 7


def test_an_export_is_verified_again_without_the_broker(alice: Person, home: Path) -> None:
    path = home / "log.jsonl"
    exported = alice.run("audit", "export", str(path))
    alice.environment["CLAUDEMESH_API_URL"] = "http://127.0.0.1:9"
    again = alice.run("audit", "verify", "--file", str(path))
    assert (again["entries"], again["head"]) == (exported["entries"], exported["head"])
    path.write_text(path.read_text().replace('"name":"bob"', '"name":"bot"'))
    assert refused(alice, "audit", "verify", "--file", str(path)).code == "audit_broken"


def test_an_edited_entry_is_found(running: Broker, alice: Person, slug: str, home: Path) -> None:
    tamper(running, slug, "edit", 4)
    found = refused(alice, "audit", "verify")
    assert (found.code, "broken at entry 4" in found.message) == ("audit_broken", True)
    export = refused(alice, "audit", "export", str(home / "log.jsonl"))
    assert (export.code, "Broken at entry 4" in export.message) == ("audit_broken", True)


def test_a_log_that_was_cut_short_is_found_by_who_remembers(
    running: Broker, alice: Person, slug: str
) -> None:
    tamper(running, slug, "rewind", 5)
    found = refused(alice, "audit", "verify")
    assert (found.code, "it ends at entry 5" in found.message) == ("audit_rewritten", True)


def test_a_rewritten_log_is_found_by_who_remembers(
    running: Broker, alice: Person, slug: str
) -> None:
    """Every hash was computed again, and nothing was signed yet: the broker finds nothing."""
    tamper(running, slug, "rewrite", 4)
    assert "is another one now" in refused(alice, "audit", "verify").message
    ban_and_unban_bob(alice)
    assert refused(alice, "audit", "verify").code == "audit_rewritten"


def test_a_signed_log_cannot_be_rewritten(
    running: Broker, alice: Person, slug: str, home: Path
) -> None:
    """The broker itself finds it, for everybody, by its own signature."""
    alice.run("audit", "export", str(home / "log.jsonl"))
    tamper(running, slug, "rewrite", 4)
    found = refused(alice, "audit", "verify")
    assert (found.code, "the broker finds it broken" in found.message) == ("audit_broken", True)
