"""`make demo`: the story with a real broker and the real CLI. Exits 1 if it goes otherwise."""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.broker_process import Broker, broker
from tests.cli_process import Listener, Person

FIRST = "hello bob, only you can read this"
SECOND = "and this one survives a crash of the broker"


class Differs(Exception):
    """The story did not go as it should."""


def expect(held: bool, what: str, seen: Any = "") -> None:
    """Print `what` as done. Raises Differs when it does not hold."""
    if not held:
        raise Differs(f"{what}: NO\n{seen}")
    print(f"  ✓ {what}", flush=True)


def main() -> int:
    """Play the story; the exit code."""
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="claudemesh-demo-") as home, broker() as running:
            print(f"A broker runs on {running.url}", flush=True)
            story(running, Path(home))
    except (Differs, RuntimeError, TimeoutError) as error:
        print(f"  ✗ {error}", file=sys.stderr)
        return 1
    print(f"The story holds ({time.monotonic() - began:.0f} s).")
    return 0


def story(running: Broker, home: Path) -> None:
    """Two people, a mesh, a message that is read, and one that outlives the broker."""
    alice, bob = (Person(name, home, running.url) for name in ("alice", "bob"))
    meet(running, alice, bob)
    listener = bob.listen()
    try:
        talk(alice, listener)
        nobody(alice)
        crash(running, alice, bob, listener)
    finally:
        listener.kill9()
    secrecy(running)


def meet(running: Broker, alice: Person, bob: Person) -> None:
    """Alice makes a mesh and an invitation; bob joins by it."""
    token = running.manage("issue_token", "alice@example.com", "--create", "-q").strip()
    signed_in = alice.run("login", "--token", token)
    expect(signed_in["user"]["email"] == "alice@example.com", "alice signs in", signed_in)
    mesh = alice.run("create", "demo")["mesh"]
    expect(mesh["slug"] == "demo", "alice creates a mesh", mesh)
    link = alice.run("share")["url"]
    expect(link.startswith(f"{running.url}/i/"), f"alice shares {link}")
    joined = bob.run("join", link)["mesh"]
    expect(joined["mesh_id"] == mesh["mesh_id"], "bob joins by the link", joined)


def talk(alice: Person, listener: Listener) -> None:
    """Alice sees bob, writes to him, and he reads what she wrote."""
    listener.wait_for("connected")
    peers = alice.run("peers")["peers"]
    expect([peer["name"] for peer in peers] == ["bob"], "alice sees that bob is there", peers)
    sent = alice.run("send", "bob", FIRST, "--wait")
    expect(sent["state"] == "delivered", "alice hears that her message was delivered", sent)
    listener.wait_for("message")
    [message] = listener.lines("message")
    expect(message["text"] == FIRST, "bob reads it", message)
    expect(message["encryption"] == "box", "it was encrypted end to end", message)
    expect(message["from_name"] == "alice", "it says that alice wrote it", message)


def nobody(alice: Person) -> None:
    """A typo is told, and is no success."""
    done = alice.try_run("send", "bbo", "hello?")
    expect(done.returncode != 0, "a message to nobody fails, and says so", done.stdout)


def crash(running: Broker, alice: Person, bob: Person, listener: Listener) -> None:
    """A message for bob while he is away, a broker that dies, and bob who comes back."""
    expect(listener.stop() == 0, "bob leaves")
    sent = alice.run("send", "bob", SECOND, "--hold")
    expect(sent["state"] == "stored", "alice leaves him a message, and it is stored", sent)
    running.kill9()
    running.restart()
    expect(running.is_ready(), "the broker is killed and comes back")
    texts = [message["text"] for message in bob.run("inbox")["messages"]]
    expect(texts.count(SECOND) == 1, "bob finds the message, once", texts)
    again = bob.run("inbox")["messages"]
    expect(again == [], "and no second time", again)


def secrecy(running: Broker) -> None:
    """Nothing the broker wrote contains the text."""
    running.terminate()
    written = [path for path in running.log_path.parent.rglob("*") if path.is_file()]
    leaks = [path.name for path in written for text in (FIRST, SECOND) if has(path, text)]
    expect(leaks == [], "the broker's files contain not a word of it", leaks)


def has(path: Path, text: str) -> bool:
    """Whether the bytes of `text` occur in the file."""
    return text.encode() in path.read_bytes()


if __name__ == "__main__":
    sys.exit(main())
