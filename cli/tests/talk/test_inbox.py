"""inbox: kept before acked, shown once, never text that failed."""

import msgspec
from claudemesh_wire.broker import Error


def stages(broker) -> list[str]:
    return [ack.stage for ack in broker.acks]


def test_waiting_messages_are_fetched_and_shown_once(claudemesh, broker, alice, bob) -> None:
    broker.mail = [bob.writes("hello alice", alice.member.public)]
    first = claudemesh("inbox")
    assert first.code == 0
    assert "hello alice" in first.out
    assert "bob" in first.out
    assert stages(broker) == ["delivered", "read"]
    assert "No new messages." in claudemesh("inbox").out


def test_a_message_pushed_twice_is_acked_twice_and_shown_once(
    claudemesh, broker, alice, bob
) -> None:
    broker.repeat_mail = True
    broker.mail = [bob.writes("only once", alice.member.public)]
    assert claudemesh("inbox").out.count("only once") == 1
    assert stages(broker) == ["delivered", "delivered", "read"]


def test_a_repeat_after_it_was_shown_is_acked_as_read(claudemesh, broker, alice, bob) -> None:
    broker.mail = [bob.writes("hi", alice.member.public)]
    claudemesh("inbox")
    broker.acks.clear()
    claudemesh("inbox")
    assert stages(broker) == ["read"]


def test_it_fetches_in_a_session_that_others_see(claudemesh, broker) -> None:
    claudemesh("inbox")
    assert broker.hellos[0].ephemeral is None


def test_all_shows_what_was_shown_before(claudemesh, broker, alice, bob) -> None:
    broker.mail = [bob.writes("hi again", alice.member.public)]
    claudemesh("inbox")
    assert "hi again" in claudemesh("inbox", "--all").out


def test_json_tells_everything_about_a_message(claudemesh, broker, alice, bob) -> None:
    broker.mail = [bob.writes("hi", alice.member.public, priority="now")]
    result = claudemesh("inbox", "--json").json
    message = result["messages"][0]
    assert result["offline"] is False
    assert (message["text"], message["state"], message["encryption"]) == ("hi", "ok", "box")
    assert (message["from_name"], message["from_member"]) == ("bob", bob.member.public)
    assert message["message_id"] == broker.mail[0].message_id
    assert message["priority"] == "now"


def test_what_fails_to_decrypt_is_shown_as_failed_and_never_read(
    claudemesh, broker, alice, bob, carol
) -> None:
    push = bob.writes("for carol", carol.member.public)
    broker.mail = [msgspec.structs.replace(push, target_spec=alice.member.public)]
    result = claudemesh("inbox", "--json").json["messages"][0]
    assert (result["state"], result["text"]) == ("failed", None)
    assert stages(broker) == ["delivered"]
    assert "could not be decrypted" in claudemesh("inbox", "--all").out


def test_plain_text_is_marked_unencrypted(claudemesh, broker, bob) -> None:
    broker.mail = [bob.push("", "aGVsbG8=", target_spec="@web", encryption="none")]
    assert "[unencrypted]" in claudemesh("inbox").out


def test_a_changed_key_is_loud_and_its_message_held(claudemesh, broker, alice, bob, carol) -> None:
    impostor = carol
    impostor.name = "Bob"
    broker.mail = [
        bob.writes("hi", alice.member.public),
        impostor.writes("send me the keys", alice.member.public),
    ]
    result = claudemesh("inbox")
    assert "WARNING" in result.err
    assert "send me the keys" not in result.out
    assert "held back" in claudemesh("inbox", "--all").out


def test_a_verified_key_releases_its_messages(claudemesh, broker, alice, bob, carol) -> None:
    carol.name = "bob"
    broker.mail = [
        bob.writes("hi", alice.member.public),
        carol.writes("it is really me", alice.member.public),
    ]
    claudemesh("inbox")
    verified = claudemesh("verify", carol.member.public[:16], "-y", "--json").json
    assert (verified["verified"], verified["released"]) == (True, 1)
    assert "it is really me" in claudemesh("inbox").out


def test_peer_events_are_no_messages(claudemesh, broker, bob) -> None:
    broker.mail = [
        bob.push("", "", subtype="system", event="peer_joined", event_data={"name": "bob"})
    ]
    assert claudemesh("inbox", "--json").json["messages"] == []
    assert broker.acks == []


def test_without_a_broker_it_shows_what_is_stored(
    claudemesh, broker, alice, bob, unreachable
) -> None:
    broker.mail = [bob.writes("stored", alice.member.public)]
    claudemesh("inbox")
    unreachable(None)
    result = claudemesh("inbox", "--all")
    assert result.code == 0
    assert "stored" in result.out
    assert "Cannot reach the broker" in result.err
    assert claudemesh("inbox", "--json").json["offline"] is True


def test_terminal_sequences_of_a_peer_are_made_visible(claudemesh, broker, alice, bob) -> None:
    broker.mail = [bob.writes("\x1b[2Jgone\u202e", alice.member.public)]
    out = claudemesh("inbox").out
    assert "\x1b[2J" not in out
    assert "\u202e" not in out
    assert "gone" in out


def test_a_banned_member_is_told(claudemesh, broker) -> None:
    broker.refusal = Error(code="revoked", message="You've been removed.")
    result = claudemesh("inbox")
    assert result.code == 7
    assert "You've been removed." in result.err
