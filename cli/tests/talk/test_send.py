"""send: the outbox first, the truth in every case."""

import json

import pytest
from claudemesh_cli.paths import config_dir
from claudemesh_cli.session.keys import key_of_epoch
from claudemesh_cli.store.store import open_store
from claudemesh_wire.boxes import open_direct, open_group
from claudemesh_wire.broker import Ack, Error
from claudemesh_wire.fields import RecipientStatus


def rows():
    with open_store(config_dir(), print) as store:
        return store.outbox.all("mesh-1")


def refused(error: str, **changes):
    return lambda send: Ack(id=send.id, message_id="", queued=False, error=error, **changes)


def fate(state: str, status: str = "held") -> list[RecipientStatus]:
    return [RecipientStatus(name="bob", pubkey="b", status=status, state=state, at=None)]


DELIVERED = fate("delivered", "delivered")


def test_a_message_is_encrypted_to_the_session_key(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    result = claudemesh("send", "bob", "hello", "there", "--json")
    assert result.code == 0
    assert result.json["state"] == "stored"
    sent = broker.sent()[0]
    assert (sent.target_spec, sent.encryption) == (bob.session.public, "box")
    sender = broker.hellos[0].session_pubkey
    assert open_direct(sent.nonce, sent.ciphertext, sender, bob.session.secret) == b"hello there"


def test_a_command_speaks_through_an_ephemeral_session(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    claudemesh("send", "bob", "hi")
    assert broker.hellos[0].ephemeral is True


def test_the_plain_answer_says_who_and_the_id(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    result = claudemesh("send", "bob", "hi")
    assert result.out.startswith("Sent to bob. (id m-")


def test_a_typo_is_not_found_and_suggests(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    result = claudemesh("send", "bobb", "hi")
    assert result.code == 5
    assert "Did you mean 'bob'?" in result.err
    assert broker.sends == []


def test_64_hex_that_are_no_key_are_a_bad_argument(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    result = claudemesh("send", "f" * 64, "hi", "--json")
    assert (result.code, result.json["error"]["code"]) == (3, "bad_key")
    assert broker.sends == []


def test_an_offline_member_is_told_as_offline(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    claudemesh("send", "bob", "hi")
    broker.peers = []
    result = claudemesh("send", "bob", "again", "--json")
    assert result.code == 5
    assert result.json["error"]["code"] == "no_recipient"
    assert "--hold" in result.json["error"]["hint"]
    assert len(broker.sends) == 1


def test_hold_encrypts_to_the_member_key(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    claudemesh("send", "bob", "hi")
    broker.peers = []
    broker.answers = [
        lambda send: Ack(id=send.id, message_id="m", queued=True, recipients=1, online=0)
    ]
    result = claudemesh("send", "bob", "later", "--hold")
    assert result.code == 0
    assert "Held for bob" in result.out
    sent = broker.sent()[1]
    assert (sent.target_spec, sent.hold) == (bob.member.public, True)
    sender = broker.hellos[1].session_pubkey
    assert open_direct(sent.nonce, sent.ciphertext, sender, bob.member.secret) == b"later"


def test_a_group_message_is_signed_and_under_the_group_key(claudemesh, broker, alice) -> None:
    from claudemesh_cli import config

    assert claudemesh("send", "@web", "hi all").code == 0
    sent = broker.sent()[0]
    assert (sent.target_spec, sent.encryption, sent.key_epoch) == ("@web", "group", 0)
    message = open_group(
        sent.nonce,
        sent.ciphertext,
        key=key_of_epoch(config.load().meshes[0], 0),
        mesh_id="mesh-1",
        key_epoch=0,
        target_spec="@web",
        sender=alice.member.public,
    )
    assert message.text == "hi all"


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [
        ("rate_limit: Too many requests; wait.", 4),
        ("too_large: It is larger.", 3),
        ("no_recipient: Nobody is there.", 5),
        ("blocked: They do not want it.", 7),
        ("conflict: That id was used.", 6),
        ("overloaded: Try later.", 4),
        ("bad_target: Address somebody.", 3),
    ],
)
def test_every_refusal_is_told_with_its_code(
    claudemesh, broker, bob, error: str, exit_code: int
) -> None:
    broker.peers = [bob.peer()]
    broker.answers = [refused(error)]
    result = claudemesh("send", "bob", "hi", "--json")
    code, _, sentence = error.partition(": ")
    assert result.code == exit_code
    assert result.json["error"]["code"] == code
    assert result.json["error"]["message"] == sentence
    assert rows()[0].state == "failed"


def test_a_rate_limit_says_when_to_try_again(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    broker.answers = [refused("rate_limit: Wait.", retry_after_ms=4_200)]
    assert "Try again in 4 s." in claudemesh("send", "bob", "hi").err


def test_an_error_frame_instead_of_an_ack_is_a_refusal(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    broker.answers = [lambda send: Error(code="malformed", message="No.", id=send.id)]
    result = claudemesh("send", "bob", "hi")
    assert result.code == 3
    assert "No." in result.err


def test_a_lost_ack_repeats_the_same_frame_under_the_same_key(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    broker.answers = [None]
    first = claudemesh("send", "bob", "hi", "--json")
    assert first.code == 4
    assert first.json["error"]["code"] == "queued"
    assert claudemesh("peers").code == 0
    assert len(broker.sends) == 2
    assert broker.sends[0] == broker.sends[1]
    assert broker.hellos[0].session_pubkey == broker.hellos[1].session_pubkey
    assert rows()[0].state == "acked"


def test_an_acked_message_is_not_sent_again(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    claudemesh("send", "bob", "hi")
    claudemesh("peers")
    assert len(broker.sends) == 1


def test_without_a_broker_a_message_to_a_known_peer_is_queued(
    claudemesh, broker, bob, unreachable
) -> None:
    broker.peers = [bob.peer()]
    claudemesh("send", "bob", "first")
    unreachable(None)
    result = claudemesh("send", "bob", "second")
    assert result.code == 4
    assert "not sent yet" in result.err
    unreachable(broker.url)
    result = claudemesh("peers")
    assert "Sent: an earlier message to bob" in result.err
    sent = broker.sent()[1]
    assert (sent.target_spec, sent.hold) == (bob.member.public, True)


def test_queued_messages_go_out_in_order(claudemesh, broker, bob, unreachable) -> None:
    broker.peers = [bob.peer()]
    claudemesh("send", "bob", "first")
    unreachable(None)
    for text in ("second", "third"):
        claudemesh("send", "bob", text)
    unreachable(broker.url)
    claudemesh("send", "bob", "fourth")
    frames = broker.sent()
    keys = [hello.session_pubkey for hello in broker.hellos]
    texts = []
    for frame in frames:
        for secret in (bob.session.secret, bob.member.secret):
            for key in keys:
                try:
                    texts.append(open_direct(frame.nonce, frame.ciphertext, key, secret).decode())
                except Exception:
                    continue
    assert texts == ["first", "second", "third", "fourth"]


def test_without_a_broker_a_stranger_cannot_be_written_to(claudemesh, unreachable) -> None:
    unreachable(None)
    result = claudemesh("send", "bob", "hi")
    assert result.code == 4
    assert "Nothing was queued" in result.err
    assert rows() == []


def test_a_rate_limited_leftover_stays_queued(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    broker.answers = [None, refused("rate_limit: Wait.")]
    claudemesh("send", "bob", "hi")
    result = claudemesh("peers")
    assert "Still queued" in result.err
    assert rows()[0].state == "queued"


def test_a_leftover_refused_for_good_is_told(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    broker.answers = [None, refused("blocked: They do not want it.")]
    claudemesh("send", "bob", "hi")
    assert "Not sent" in claudemesh("peers").err
    assert rows()[0].state == "failed"


def test_a_changed_key_stops_the_message(claudemesh, broker, bob, carol) -> None:
    broker.peers = [bob.peer()]
    claudemesh("send", "bob", "hi")
    broker.peers = [carol.peer(display_name="bob")]
    result = claudemesh("send", "bob", "secret", "--json")
    assert result.code == 7
    assert result.json["error"]["code"] == "key_changed"
    assert len(broker.sends) == 1


def test_a_banned_member_reads_the_brokers_sentence(claudemesh, broker) -> None:
    sentence = 'You\'ve been removed from "Team". Contact the mesh owner to rejoin.'
    broker.refusal = Error(code="revoked", message=sentence)
    result = claudemesh("send", "bob", "hi")
    assert result.code == 7
    assert sentence in result.err


def test_a_refused_hello_is_told(claudemesh, broker) -> None:
    broker.refusal = Error(code="timestamp_skew", message="Your clock is off.")
    result = claudemesh("send", "bob", "hi", "--json")
    assert result.json["error"]["code"] == "timestamp_skew"


def test_wait_returns_when_delivered(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    broker.fates = [DELIVERED]
    result = claudemesh("send", "--wait", "bob", "hi")
    assert result.code == 0
    assert "Delivered to bob." in result.out
    assert rows()[0].state == "delivered"
    assert rows()[0].text is None


def test_wait_for_read_is_not_content_with_delivered(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    broker.fates = [DELIVERED]
    result = claudemesh("send", "--wait=read", "--timeout", "0.05", "bob", "hi", "--json")
    assert result.code == 10
    assert result.json["error"]["code"] == "not_delivered"


def test_no_delivery_in_time_is_exit_code_10(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    broker.fates = [fate("pending")]
    result = claudemesh("send", "bob", "hi", "--wait", "--timeout", "0.05")
    assert result.code == 10
    assert "claudemesh trace" in result.err
    assert result.out == ""


def test_a_wait_goes_on_after_a_lost_connection(
    claudemesh, broker, bob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claudemesh_cli.session.reconnect.CAPS_S", (0.0,))
    broker.peers = [bob.peer()]
    broker.fates = [DELIVERED]
    broker.breaks = 2
    assert claudemesh("send", "bob", "hi", "--wait").code == 0
    assert len(broker.sends) == 1
    assert len({hello.session_pubkey for hello in broker.hellos}) == 1


def test_an_expired_message_is_not_delivered(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    broker.fates = [fate("expired")]
    assert claudemesh("send", "bob", "hi", "--wait").code == 10


def test_a_session_that_has_gone_gets_it_again_by_its_member_key(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    broker.fates = [fate("undeliverable"), DELIVERED]
    result = claudemesh("send", "bob", "hi", "--wait")
    assert result.code == 0
    assert "session ended" in result.err
    first, second = broker.sent()
    assert first.id != second.id
    assert (second.target_spec, second.hold) == (bob.member.public, True)
    sender = broker.hellos[0].session_pubkey
    assert open_direct(second.nonce, second.ciphertext, sender, bob.member.secret) == b"hi"


def test_it_is_encrypted_again_once_only(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    broker.fates = [fate("undeliverable")]
    assert claudemesh("send", "bob", "hi", "--wait").code == 10
    assert len(broker.sends) == 2


def test_a_session_found_gone_later_gets_it_again_then(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    claudemesh("send", "bob", "hi")
    broker.fates = [fate("undeliverable")]
    result = claudemesh("peers")
    assert "session ended" in result.err
    assert [row.state for row in rows()] == ["replaced", "acked"]


def test_text_may_begin_with_a_dash_after_two_dashes(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    assert claudemesh("send", "bob", "--", "--wait", "-5").code == 0
    sent = broker.sent()[0]
    sender = broker.hellos[0].session_pubkey
    assert open_direct(sent.nonce, sent.ciphertext, sender, bob.session.secret) == b"--wait -5"


@pytest.mark.parametrize(
    "arguments",
    [
        ("send", "bob"),
        ("send", "bob", " "),
        ("send", "bob", "hi", "--priority", "urgent"),
        ("send", "bob", "hi", "--timeout", "nan"),
        ("send", "bob", "hi", "--wait=seen"),
    ],
)
def test_bad_arguments_are_exit_code_3(claudemesh, arguments: tuple[str, ...]) -> None:
    assert claudemesh(*arguments).code == 3


def test_lone_surrogates_are_refused(claudemesh, broker, bob) -> None:
    broker.peers = [bob.peer()]
    assert claudemesh("send", "bob", "\udcff").code == 3


def test_json_errors_are_one_object(claudemesh) -> None:
    result = claudemesh("send", "bob", "hi", "--json", "--mesh", "nowhere")
    assert set(json.loads(result.out)["error"]) == {"code", "message", "hint"}
