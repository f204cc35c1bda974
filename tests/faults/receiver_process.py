"""A receiver in a process of its own, that can be killed and frozen.

Like an inbox it writes a message to its file first and acks it then. Run by `ReceiverProcess`.
"""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from claudemesh_wire.signing import KeyPair

from tests.broker_process import REPOSITORY
from tests.faults.traffic import Receiver
from tests.identities import Identity, SessionKeys
from tests.ports import wait_until
from tests.wire_peer import Frame, WirePeer

START_TIMEOUT_S = 20.0


class ReceiverProcess:
    """The parent's side: starts the process and reads its file."""

    def __init__(self, who: Identity, url: str, home: Path) -> None:
        self.who = who
        self.session = SessionKeys()
        self._inbox = home / f"{who.name}.inbox"
        self._online = home / f"{who.name}.online"
        self._orders = json.dumps(
            [asdict(who), asdict(self.session), url, str(self._inbox), str(self._online)]
        )
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def received(self) -> dict[str, Frame]:
        """Each message once, in order of arrival, over all lives of the process."""
        return read_inbox(self._inbox)

    def start(self) -> None:
        """Start, and return once it is connected."""
        self._online.unlink(missing_ok=True)
        command = [sys.executable, "-m", "tests.faults.receiver_process", self._orders]
        self._process = subprocess.Popen(command, cwd=REPOSITORY)
        wait_until(self._online.exists, what="The receiver is there", timeout_s=START_TIMEOUT_S)

    def freeze(self) -> None:
        """Stop it in its tracks; its sockets stay open."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def kill9(self) -> None:
        """End it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None, "the receiver was not started"
        self._process.send_signal(number)


def read_inbox(path: Path) -> dict[str, Frame]:
    """The messages in an inbox file, each once. A half-written last line is not there yet."""
    received: dict[str, Frame] = {}
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    for push in (json.loads(line) for line in lines if line.endswith("\n")):
        received.setdefault(push["messageId"], push)
    return received


class _FilingReceiver(Receiver):
    """Files a message, then acks it."""

    inbox: Path
    online_path: Path

    async def _read(self, peer: WirePeer) -> None:
        peer.acks_pushes = False
        self.online_path.touch()
        known = read_inbox(self.inbox)
        with self.inbox.open("a") as file:
            while True:
                with contextlib.suppress(TimeoutError):
                    await self._take_one(peer, known, file.fileno())

    async def _take_one(self, peer: WirePeer, known: dict[str, Frame], file: int) -> None:
        push = await peer.pushed()
        if push["messageId"] not in known:
            known[push["messageId"]] = push
            os.write(file, (json.dumps(push) + "\n").encode())
        await peer.send_frame({"type": "client_ack", "messageId": push["messageId"]})


def main(orders: str) -> None:
    """Receive until killed."""
    who, session, url, inbox, online = json.loads(orders)
    receiver = _FilingReceiver(
        Identity(**{**who, "keys": KeyPair(**who["keys"])}),
        url,
        SessionKeys(session["session_id"], KeyPair(**session["keys"])),
    )
    receiver.inbox, receiver.online_path = Path(inbox), Path(online)
    asyncio.run(receiver.keep_at_it(receiver._read, lambda: False))


if __name__ == "__main__":
    main(sys.argv[1])
