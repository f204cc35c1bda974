"""What fails to open is never shown as text."""

import msgspec
import pytest
from claudemesh_cli.session.opening import open_push


@pytest.fixture
def entry(claudemesh):
    from claudemesh_cli import config

    return config.load().meshes[0]


def opened(push, entry, alice):
    return open_push(push, entry, alice.session.secret)


def test_a_box_to_the_session_key_opens(alice, bob, entry) -> None:
    assert opened(bob.writes("hi", alice.session.public), entry, alice).text == "hi"


def test_a_box_to_the_member_key_opens(alice, bob, entry) -> None:
    assert opened(bob.writes("hi", alice.member.public), entry, alice).text == "hi"


def test_a_box_to_somebody_else_fails(alice, bob, carol, entry) -> None:
    result = opened(bob.writes("hi", carol.session.public), entry, alice)
    assert result.text is None
    assert result.error


def test_a_box_from_another_sender_than_it_claims_fails(alice, bob, carol, entry) -> None:
    push = msgspec.structs.replace(
        bob.writes("hi", alice.session.public), sender_pubkey=carol.session.public
    )
    assert opened(push, entry, alice).text is None


def test_a_box_that_holds_base64_of_plain_text_fails(alice, bob, entry) -> None:
    push = bob.push("", "aGVsbG8=", target_spec=alice.session.public)
    assert opened(push, entry, alice).text is None


def test_a_box_that_holds_no_utf8_fails(alice, bob, entry) -> None:
    from claudemesh_wire.boxes import seal_direct

    nonce, ciphertext = seal_direct(b"\xff\xfe", alice.session.public, bob.session.secret)
    push = bob.push(nonce, ciphertext, target_spec=alice.session.public, encryption="box")
    assert opened(push, entry, alice).text is None


def test_a_group_message_opens_and_checks_its_signature(alice, bob, entry) -> None:
    assert opened(bob.writes_group("hi all", "@web"), entry, alice).text == "hi all"


@pytest.mark.parametrize("changed", ["sender_member_pubkey", "target_spec"])
def test_a_group_message_with_another_sender_or_target_fails(
    alice, bob, carol, entry, changed: str
) -> None:
    other = {"sender_member_pubkey": carol.member.public, "target_spec": "@ops"}[changed]
    push = msgspec.structs.replace(bob.writes_group("hi", "@web"), **{changed: other})
    assert opened(push, entry, alice).text is None


def test_a_group_key_one_does_not_have_is_said(alice, bob, entry) -> None:
    entry.root_key = None
    result = opened(bob.writes_group("hi", "@web"), entry, alice)
    assert result.text is None
    assert "root key" in (result.error or "")


def test_plain_text_opens_as_unencrypted(alice, bob, entry) -> None:
    push = bob.push("", "aGVsbG8=", target_spec="@web", encryption="none")
    result = opened(push, entry, alice)
    assert (result.encryption, result.text) == ("none", "hello")


def test_an_encryption_nobody_knows_fails(alice, bob, entry) -> None:
    push = bob.push("", "aGVsbG8=", target_spec="@web", encryption="rot13")
    assert opened(push, entry, alice).text is None
