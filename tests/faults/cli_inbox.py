"""A member whose mail a real `claudemesh listen` reads, for `tally`."""

import json
from pathlib import Path

from claudemesh_wire.ids import new_id
from claudemesh_wire.signing import KeyPair

from tests.broker_process import Broker
from tests.cli_process import Listener, Person
from tests.identities import Identity, SessionKeys
from tests.wire_peer import Frame, WirePeer


class CliInbox:
    """One person with one session id; `received` is what the inbox on disk holds."""

    def __init__(self, who: Identity, running: Broker, home: Path) -> None:
        self.who = who
        self.person = Person(who.name, home, running.url)
        self.person.environment["CLAUDEMESH_SESSION_ID"] = new_id()
        self.person.config_dir.mkdir(mode=0o700)
        config = {"version": 1, "meshes": [membership(who, running)]}
        (self.person.config_dir / "config.json").write_text(json.dumps(config))
        self.session = SessionKeys()
        self.listener: Listener | None = None
        self._lives = 0

    def start(self) -> None:
        """Listen, and return once connected."""
        self._lives += 1
        self.listener = self.person.listen()
        self.listener.wait_for("connected", count=self._lives)

    async def learn_session_key(self, asker: WirePeer) -> None:
        """Takes the session's public key from what others are told of it."""
        peers = (await asker.ask("list_peers"))["peers"]
        mine = next(peer for peer in peers if peer["memberPubkey"] == self.who.pubkey)
        self.session = SessionKeys(mine["sessionId"], KeyPair(mine["pubkey"], ""))

    @property
    def received(self) -> dict[str, Frame]:
        """Messages by id in the order they came in."""
        messages = self.person.run("inbox", "--all")["messages"]
        assert len({m["message_id"] for m in messages}) == len(messages), "an id is there twice"
        return {
            m["message_id"]: {"ciphertext": m["text"], "senderMemberPubkey": m["from_member"]}
            for m in messages
        }

    @property
    def shown(self) -> list[str]:
        """Ids of the messages that listeners printed, over all lives."""
        assert self.listener is not None
        return [line["message_id"] for line in self.listener.lines("message")]

    def kill9(self) -> None:
        """End the listener as a crash would."""
        if self.listener is not None:
            self.listener.kill9()


def membership(who: Identity, running: Broker) -> dict[str, str]:
    """An entry of `config.json`, as joining writes it."""
    return {
        "meshId": who.mesh_id,
        "memberId": who.member_id,
        "slug": "acme",
        "name": "Acme",
        "pubkey": who.pubkey,
        "secretKey": who.keys.secret,
        "brokerUrl": running.ws_url,
        "joinedAt": "2026-01-01T00:00:00.000Z",
    }
