"""Push frames: encoded once, in the form each version can read."""

import json

from presence.frames import TextFrame
from tests.presence.builders import key_of, message, parcel


def test_all_recipients_share_one_frame() -> None:
    one = message()
    assert one.frame(2, 1) is one.frame(2, 1) is one.frame(1, 1)


def test_a_repeated_push_says_so_and_is_not_kept() -> None:
    one = message()
    assert json.loads(one.frame(2, 3).text)["attempt"] == 3
    assert "attempt" not in json.loads(one.frame(2, 1).text)


def test_plain_text_hides_its_sender_from_version_one_only() -> None:
    plain = message(encryption="none")
    assert json.loads(plain.frame(1, 1).text)["senderPubkey"] == ""
    assert json.loads(plain.frame(2, 1).text)["senderPubkey"] == key_of("alice-s")


def test_a_sender_without_a_session_key_is_its_member_key() -> None:
    text = message(sender_key="").frame(2, 1).text
    assert json.loads(text)["senderPubkey"] == key_of("alice")


def test_what_is_empty_is_left_out() -> None:
    pushed = json.loads(parcel(encryption="", key_epoch=None, client_id="").frame_for(2).text)
    assert not {"encryption", "keyEpoch", "clientId", "attempt", "subtype"} & set(pushed)


def test_wire_bytes_are_one_unmasked_text_frame() -> None:
    """RFC 6455, section 5.2: length in 7, 16 or 64 bits."""
    for size, head in ((125, 2), (126, 4), (65_535, 4), (65_536, 10)):
        data = TextFrame("x" * size).wire_bytes()
        assert (data[0], len(data), data[1] & 0x80) == (0x81, head + size, 0)


def test_the_length_in_the_header_is_in_bytes() -> None:
    data = TextFrame("🙂" * 20).wire_bytes()
    assert data[1] == len(data) - 2 == 80
