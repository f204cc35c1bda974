"""outbox and trace: what was sent from here and what became of it."""

from claudemesh_wire.broker import Ack
from claudemesh_wire.fields import RecipientStatus


def refused(error: str):
    return lambda send: Ack(id=send.id, message_id="", queued=False, error=error)


def test_an_empty_outbox_says_so(claudemesh) -> None:
    assert "empty" in claudemesh("outbox").out


def test_a_refused_message_is_sent_again_under_its_id(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    broker.answers = [refused("overloaded: Busy.")]
    claudemesh("send", "bob", "hi")
    message = claudemesh("outbox", "--json").json["messages"][0]
    assert (message["state"], message["error"]) == ("failed", "overloaded: Busy.")
    assert claudemesh("outbox", "requeue", message["id"][-8:]).code == 0
    assert broker.sends[0] == broker.sends[1]


def test_requeue_that_is_refused_again_fails(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    broker.answers = [refused("blocked: No."), refused("blocked: No.")]
    claudemesh("send", "bob", "hi")
    id = claudemesh("outbox", "--json").json["messages"][0]["id"]
    assert claudemesh("outbox", "requeue", id).code != 0


def test_requeue_without_a_broker_is_exit_code_4(claudemesh, broker, bob, unreachable) -> None:
    broker.peers = [bob.peer()]
    broker.answers = [refused("overloaded: Busy.")]
    claudemesh("send", "bob", "hi")
    id = claudemesh("outbox", "--json").json["messages"][0]["id"]
    unreachable(None)
    assert claudemesh("outbox", "requeue", id).code == 4


def test_a_stored_message_cannot_be_requeued(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    id = claudemesh("send", "bob", "hi", "--json").json["id"]
    assert claudemesh("outbox", "requeue", id, "--json").json["error"]["code"] == "not_requeueable"


def test_an_undelivered_message_is_encrypted_anew(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    id = claudemesh("send", "bob", "hi", "--json").json["id"]
    broker.fates = [
        [RecipientStatus(name="bob", pubkey="b", status="held", state="expired", at=None)]
    ]
    assert "requeue" in claudemesh("peers").err
    broker.fates = []
    assert claudemesh("outbox", "requeue", id).code == 0
    assert broker.sent()[1].target_spec == bob.member.public


def test_a_dropped_message_is_gone(claudemesh, broker, bob, unreachable) -> None:
    broker.peers = [bob.peer()]
    claudemesh("send", "bob", "hi")
    unreachable(None)
    claudemesh("send", "bob", "never mind")
    id = claudemesh("outbox", "--json").json["messages"][1]["id"]
    assert claudemesh("outbox", "drop", id).code == 0
    unreachable(broker.url)
    claudemesh("peers")
    assert len(broker.sends) == 1


def test_an_unknown_id_is_not_found(claudemesh) -> None:
    assert claudemesh("outbox", "drop", "abcdef12").code == 5
    assert claudemesh("outbox", "drop", "%").code == 5


def test_trace_shows_every_recipient(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    sent = claudemesh("send", "bob", "hi", "--json").json
    broker.fates = [
        [RecipientStatus(name="bob", pubkey="b", status="delivered", state="read", at=None)]
    ]
    traced = claudemesh("trace", sent["message_id"], "--json").json
    assert traced["delivered"] is True
    assert traced["recipients"][0]["state"] == "read"
    assert "bob" in claudemesh("trace", sent["id"]).out


def test_trace_of_what_nobody_knows_is_not_found(claudemesh) -> None:
    assert claudemesh("trace", "abcdef12").code == 5


def test_trace_of_a_refused_message_says_why(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    broker.answers = [refused("blocked: They do not want it.")]
    claudemesh("send", "bob", "hi")
    id = claudemesh("outbox", "--json").json["messages"][0]["id"]
    result = claudemesh("trace", id)
    assert result.code == 0
    assert "They do not want it." in result.out
