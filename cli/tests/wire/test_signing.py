"""Signing and checking: one spelling of a signature, and no junk that raises."""

import pytest
from claudemesh_wire import signing
from hypothesis import given
from hypothesis import strategies as st

ALICE = signing.keypair_from_seed(b"\x01" * 32)
MALLORY = signing.keypair_from_seed(b"\x04" * 32)
#: Order of the ed25519 base point (RFC 8032, section 5.1).
ORDER = 2**252 + 27742317777372353535851937790883648493


def test_signature_of_the_signer_is_accepted() -> None:
    assert signing.verify("hello", signing.sign("hello", ALICE.secret), ALICE.public)


def test_text_is_signed_as_utf_8() -> None:
    assert signing.sign("Grüße", ALICE.secret) == signing.sign("Grüße".encode(), ALICE.secret)


def test_other_message_other_key_are_refused() -> None:
    signature = signing.sign("hello", ALICE.secret)
    assert not signing.verify("hullo", signature, ALICE.public)
    assert not signing.verify("hello", signature, MALLORY.public)


def test_upper_case_is_refused() -> None:
    signature = signing.sign("hello", ALICE.secret)
    assert not signing.verify("hello", signature.upper(), ALICE.public)
    assert not signing.verify("hello", signature, ALICE.public.upper())


@pytest.mark.parametrize("spoil", [lambda s: s[:-2], lambda s: s + "00", lambda s: " " + s[1:]])
def test_other_lengths_and_spaces_are_refused(spoil) -> None:
    signature = signing.sign("hello", ALICE.secret)
    assert not signing.verify("hello", spoil(signature), ALICE.public)
    assert not signing.verify("hello", signature, spoil(ALICE.public))


def test_trailing_newline_is_refused() -> None:
    signature = signing.sign("hello", ALICE.secret)
    assert not signing.verify("hello", signature + "\n", ALICE.public)
    assert not signing.verify("hello", signature, ALICE.public + "\n")


def test_second_spelling_of_the_scalar_is_refused() -> None:
    """S + L is the same scalar; accepting it would make every signature malleable."""
    signature = bytes.fromhex(signing.sign("hello", ALICE.secret))
    scalar = int.from_bytes(signature[32:], "little") + ORDER
    twisted = signature[:32] + scalar.to_bytes(32, "little")
    assert not signing.verify("hello", twisted.hex(), ALICE.public)


@pytest.mark.parametrize("point", ["00" * 32, "01" + "00" * 31, "ec" + "ff" * 30 + "7f"])
def test_low_order_public_key_verifies_nothing(point: str) -> None:
    assert not signing.verify("hello", "00" * 64, point)
    assert not signing.verify("hello", point + "00" * 32, point)


@given(st.text(), st.text(), st.text())
def test_junk_is_false_and_never_raises(message: str, signature: str, public: str) -> None:
    assert signing.verify(message, signature, public) is False


@given(
    st.binary(max_size=64), st.binary(min_size=64, max_size=64), st.binary(min_size=32, max_size=32)
)
def test_random_signatures_are_false(message: bytes, signature: bytes, public: bytes) -> None:
    assert signing.verify(message, signature.hex(), public.hex()) is False


def test_lone_surrogate_is_false() -> None:
    assert signing.verify("\ud800", "0" * 128, ALICE.public) is False


@pytest.mark.parametrize("secret", ["", "zz" * 64, "ab" * 63, "AB" * 64, "ab" * 65])
def test_malformed_secret_is_refused_without_being_printed(secret: str) -> None:
    with pytest.raises(signing.BadKey) as raised:
        signing.sign("hello", secret)
    assert not secret or secret not in str(raised.value)


def test_key_pair_does_not_print_its_secret() -> None:
    assert ALICE.secret not in repr(ALICE)


def test_generated_pairs_differ_and_sign() -> None:
    one, other = signing.generate_keypair(), signing.generate_keypair()
    assert one.public != other.public
    assert one.secret[64:] == one.public
    assert signing.verify("hello", signing.sign("hello", one.secret), one.public)
