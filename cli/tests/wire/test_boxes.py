"""Boxes: what opens, what does not, and that nothing but DecryptError comes out of it."""

from base64 import b64decode, b64encode

import pytest
from claudemesh_wire import boxes, signing
from claudemesh_wire.boxes import DecryptError
from claudemesh_wire.signing import BadKey
from hypothesis import given
from hypothesis import strategies as st

ALICE, BOB, CAROL, MALLORY = (signing.keypair_from_seed(bytes([i]) * 32) for i in range(1, 5))
MESH = "018f2c3a9b7e7cc0a1b2c3d4e5f60718"
KEY = boxes.group_key(b"r" * 32, MESH)
WHERE = {"key": KEY, "mesh_id": MESH, "key_epoch": 0, "target_spec": "@crew"}
LOW_ORDER = ["00" * 32, "01" + "00" * 31, "ec" + "ff" * 30 + "7f"]


def group(text: str = "hello", *, signer=ALICE, claimed=ALICE, **changes) -> tuple[str, str]:
    return boxes.seal_group(
        text, member_secret=signer.secret, member_pubkey=claimed.public, **{**WHERE, **changes}
    )


def flipped(text: str, position: int) -> str:
    data = bytearray(b64decode(text))
    data[position % len(data)] ^= 1
    return b64encode(data).decode()


# --- direct


@given(st.binary(max_size=2000))
def test_direct_message_opens_for_its_recipient(plaintext: bytes) -> None:
    sealed = boxes.seal_direct(plaintext, BOB.public, ALICE.secret)
    assert boxes.open_direct(*sealed, ALICE.public, BOB.secret) == plaintext


def test_direct_message_does_not_open_for_somebody_else() -> None:
    sealed = boxes.seal_direct(b"hello", BOB.public, ALICE.secret)
    with pytest.raises(DecryptError):
        boxes.open_direct(*sealed, ALICE.public, CAROL.secret)


def test_direct_message_does_not_open_as_from_somebody_else() -> None:
    sealed = boxes.seal_direct(b"hello", BOB.public, MALLORY.secret)
    with pytest.raises(DecryptError):
        boxes.open_direct(*sealed, ALICE.public, BOB.secret)


@given(st.integers(0, 23), st.integers(0, 20))
def test_altered_direct_message_does_not_open(in_nonce: int, in_box: int) -> None:
    nonce, box = boxes.seal_direct(b"hello", BOB.public, ALICE.secret)
    for altered in ((flipped(nonce, in_nonce), box), (nonce, flipped(box, in_box))):
        with pytest.raises(DecryptError):
            boxes.open_direct(*altered, ALICE.public, BOB.secret)


@given(st.text(), st.text(), st.text(), st.text())
def test_junk_raises_nothing_but_decrypt_error(a: str, b: str, c: str, d: str) -> None:
    with pytest.raises(DecryptError):
        boxes.open_direct(a, b, c, d)
    with pytest.raises(DecryptError):
        boxes.open_anonymous(a, b)
    with pytest.raises(DecryptError):
        boxes.open_group(a, b, **{**WHERE, "target_spec": c}, sender=d)


@pytest.mark.parametrize("nonce", ["", "AAAA", "A" * 31, "A" * 33, "-" * 32, " " + "A" * 32])
def test_nonce_of_another_shape_does_not_open(nonce: str) -> None:
    _, box = boxes.seal_direct(b"hello", BOB.public, ALICE.secret)
    with pytest.raises(DecryptError):
        boxes.open_direct(nonce, box, ALICE.public, BOB.secret)


@pytest.mark.parametrize("point", [*LOW_ORDER, "", "zz" * 32, "ab" * 31, "AB" * 32])
def test_low_order_and_malformed_keys_are_refused(point: str) -> None:
    with pytest.raises(BadKey):
        boxes.seal_direct(b"hello", point, ALICE.secret)
    nonce, box = boxes.seal_direct(b"hello", BOB.public, ALICE.secret)
    with pytest.raises(DecryptError):
        boxes.open_direct(nonce, box, point, BOB.secret)


def test_nonces_do_not_repeat() -> None:
    nonces = {boxes.seal_direct(b"", BOB.public, ALICE.secret)[0] for _ in range(200)}
    assert len(nonces) == 200


# --- group


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_group_message_opens_with_its_sender(text: str) -> None:
    opened = boxes.open_group(*group(text), **WHERE, sender=ALICE.public)
    assert opened == boxes.GroupMessage(text, ALICE.public)


def test_group_message_in_anothers_name_is_refused() -> None:
    """mallory holds the group key like everybody else; she must not be able to speak as alice."""
    forged = group(signer=MALLORY, claimed=ALICE)
    with pytest.raises(DecryptError):
        boxes.open_group(*forged, **WHERE, sender=ALICE.public)


def test_group_message_naming_another_author_inside_is_refused() -> None:
    odd = group(signer=ALICE, claimed=MALLORY)
    with pytest.raises(DecryptError):
        boxes.open_group(*odd, **WHERE, sender=ALICE.public)


def test_group_message_relabelled_by_the_broker_is_refused() -> None:
    with pytest.raises(DecryptError):
        boxes.open_group(*group(), **WHERE, sender=MALLORY.public)


@pytest.mark.parametrize(
    "change",
    [
        {"target_spec": "*"},
        {"mesh_id": "another"},
        {"key_epoch": 1},
        {"key": boxes.group_key(b"r" * 32, MESH, 1)},
    ],
)
def test_group_message_does_not_open_elsewhere(change: dict) -> None:
    with pytest.raises(DecryptError):
        boxes.open_group(*group(), **{**WHERE, **change}, sender=ALICE.public)


def test_plaintext_as_old_clients_send_it_does_not_open() -> None:
    plain = b64encode(b"hello everybody, this is not encrypted").decode()
    with pytest.raises(DecryptError):
        boxes.open_group("A" * 32, plain, **WHERE, sender=ALICE.public)


def test_group_key_depends_on_mesh_epoch_and_root_key() -> None:
    keys = {
        boxes.group_key(root, mesh, epoch)
        for root in (b"r" * 32, b"s" * 32)
        for mesh in ("a", "b")
        for epoch in (0, 1)
    }
    assert len(keys) == 8


@pytest.mark.parametrize("root_key", [b"", b"r" * 31, b"r" * 33, b"r" * 64])
def test_root_key_of_another_length_is_refused(root_key: bytes) -> None:
    with pytest.raises(BadKey):
        boxes.group_key(root_key, MESH)


# --- sealed


def test_sealed_box_opens_with_the_ed25519_key_it_was_converted_from() -> None:
    sealed = boxes.seal_anonymous(b"root", boxes.x25519_public(ALICE.public))
    assert boxes.open_anonymous(sealed, ALICE.secret) == b"root"


def test_sealed_box_opens_with_a_plain_x25519_key() -> None:
    import nacl.bindings as sodium

    public, secret = sodium.crypto_box_keypair()
    sealed = boxes.seal_anonymous(b"root", boxes.encode_key(public))
    assert boxes.open_anonymous(sealed, secret.hex()) == b"root"


def test_sealed_box_does_not_open_for_somebody_else() -> None:
    sealed = boxes.seal_anonymous(b"root", boxes.x25519_public(ALICE.public))
    with pytest.raises(DecryptError):
        boxes.open_anonymous(sealed, MALLORY.secret)


@pytest.mark.parametrize("key", [b"", b"k" * 31, bytes(32), "", "AAAA", "not base64!", "ä"])
def test_unusable_recipient_is_refused(key: bytes | str) -> None:
    with pytest.raises(BadKey):
        boxes.seal_anonymous(b"root", key)


@pytest.mark.parametrize("text", ["a+/b", "A", "AA=A", "ä", "AA AA", "AA\n"])
def test_text_that_is_not_base64url_is_refused(text: str) -> None:
    with pytest.raises(BadKey):
        boxes.decode_key(text)


@given(st.binary(max_size=100))
def test_base64url_round_trips_padded_or_not(data: bytes) -> None:
    text = boxes.encode_key(data)
    assert boxes.decode_key(text) == data
    assert boxes.decode_key(text + "=" * (-len(text) % 4)) == data
