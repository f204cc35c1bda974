"""Checkpoints: signed by the broker over exactly what they say."""

import msgspec
import pytest
from audit_chain import AT, BROKER, MESH, chain, signed
from claudemesh_wire.audit import Head
from claudemesh_wire.checkpoints import checkpoint_string, is_signed, sign_checkpoint
from claudemesh_wire.signing import generate_keypair

CHECKPOINT = signed(chain(3)[-1])


def test_the_broker_signed_it() -> None:
    assert is_signed(CHECKPOINT, by=[BROKER.public])


@pytest.mark.parametrize(
    "edit",
    [
        {"mesh": "another-mesh"},
        {"seq": 4},
        {"seq": -3},
        {"hash": "0" * 64},
        {"hash": "junk|" + "0" * 59},
        {"signed_at": "2026-01-31T23:59:59.000002Z"},
        {"signed_at": "yesterday"},
        {"signature": "0" * 128},
        {"signature": "junk"},
        {"key": generate_keypair().public},
        {"key": "junk"},
        {"mesh": "\ud800"},
    ],
)
def test_anything_altered_is_not_signed(edit: dict[str, object]) -> None:
    altered = msgspec.structs.replace(CHECKPOINT, **edit)
    assert not is_signed(altered, by=[BROKER.public, altered.key])


def test_somebody_elses_signature_does_not_count() -> None:
    mallory = generate_keypair()
    forged = sign_checkpoint(MESH, Head(CHECKPOINT.seq, CHECKPOINT.hash), AT, mallory)
    assert is_signed(forged, by=[mallory.public])
    assert not is_signed(forged, by=[BROKER.public])


def test_separators_in_the_mesh_cannot_move_the_other_fields() -> None:
    tricky = checkpoint_string(f"m|1|{'0' * 64}|{AT}", 2, "1" * 64, AT)
    assert tricky.rsplit("|", 3)[1:] == ["2", "1" * 64, AT]


@pytest.mark.parametrize(
    ("seq", "hash", "at"), [(0, "0" * 64, AT), (1, "0" * 63, AT), (1, "0" * 64, "now")]
)
def test_a_malformed_head_is_not_signed(seq: int, hash: str, at: str) -> None:
    with pytest.raises(ValueError, match="checkpoint"):
        sign_checkpoint(MESH, Head(seq, hash), at, BROKER)
