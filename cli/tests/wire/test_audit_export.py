"""Exported logs: verified line by line, and what is cut, damaged or made up is found."""

import json

import msgspec
import pytest
from audit_chain import BROKER, MESH, chain, exported, head_of, signed
from claudemesh_wire.audit import ChainReport, Head
from claudemesh_wire.audit_export import line_of, verify_export
from claudemesh_wire.signing import generate_keypair
from hypothesis import given
from hypothesis import strategies as st

ENTRIES = chain(6)
LINES = exported(ENTRIES)


def read(lines: list[bytes], remembered: Head = Head(0, "0" * 64)) -> ChainReport:  # noqa: B008
    return verify_export(lines, mesh=MESH, keys=[BROKER.public], remembered=remembered)


def test_a_whole_export_verifies() -> None:
    report = read(LINES)
    assert (report.valid, report.entries, report.head) == (True, 6, head_of(ENTRIES[-1]))


def test_an_empty_log_verifies() -> None:
    assert read([]).valid


def test_empty_lines_and_line_ends_do_no_harm() -> None:
    assert read([b"\n", *(line.rstrip() + b"\r\n" for line in LINES), b""]).valid


@pytest.mark.parametrize("kept", range(1, len(LINES)))
def test_a_file_that_was_cut_off_is_found_unless_a_remembered_head_is_not_asked_for(
    kept: int,
) -> None:
    """Cut just behind a checkpoint a file looks whole: then the remembered head tells."""
    report = read(LINES[:kept])
    assert report.valid == (kept == 4)
    assert read(LINES[:kept], head_of(ENTRIES[-1])).damage == "truncated"


def test_an_edited_line_is_found() -> None:
    lines = [line.replace(b"peer-5", b"mallory") for line in LINES]
    assert (read(lines).damage, read(lines).broken_at) == ("hash", 5)


def test_a_missing_line_is_found() -> None:
    assert read(LINES[:1] + LINES[2:]).damage == "gap"


def test_a_rewritten_log_is_found_by_its_checkpoints() -> None:
    forged = exported(chain(6, actor="mallory"))
    forged = [
        mine if b'"checkpoint"' in mine else other
        for mine, other in zip(LINES, forged, strict=True)
    ]
    assert (read(forged).damage, read(forged).broken_at) == ("rewritten", 3)


def test_a_rewritten_log_signed_by_another_key_is_found() -> None:
    assert verify_export(LINES, mesh=MESH, keys=[generate_keypair().public]).damage == "signature"


def test_a_log_that_a_remembered_head_contradicts_is_found() -> None:
    report = read(LINES, Head(2, "0" * 64))
    assert (report.damage, report.broken_at, report.witness) == ("rewritten", 2, "remembered head")


def test_the_log_of_another_mesh_is_found() -> None:
    assert verify_export(LINES, mesh="other", keys=[BROKER.public]).damage == "other_mesh"


def test_a_checkpoint_in_the_wrong_place_is_found() -> None:
    assert read([LINES[0], LINES[3], *LINES[1:]]).damage == "gap"


def test_a_checkpoint_of_another_mesh_is_found() -> None:
    foreign = line_of(signed(chain(6, mesh="other")[-1]))
    assert read([*LINES[:-1], foreign]).damage == "signature"


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"kind":"entry"}',
        b'{"kind":"other"}',
        b"[" * 5_000,
        json.dumps(json.loads(LINES[1]) | {"seq": "2"}).encode(),
        json.dumps(json.loads(LINES[1]) | {"seq": 2.0}).encode(),
    ],
)
def test_what_is_no_entry_is_found(line: bytes) -> None:
    report = read([LINES[0], line, *LINES[2:]])
    assert (report.valid, report.broken_at) == (False, 2)


@given(st.integers(0, len(LINES) - 1), st.data())
def test_no_byte_can_be_changed_unseen(number: int, data: st.DataObject) -> None:
    """Or what it says is the same: white space and escapes outside payloads are not hashed."""
    line = bytearray(LINES[number])
    position = data.draw(st.integers(0, len(line) - 2))
    line[position] = data.draw(st.integers(0, 255))
    if not read([*LINES[:number], bytes(line), *LINES[number + 1 :]]).valid:
        return
    decode = msgspec.json.decode
    assert decode(bytes(line)) == decode(LINES[number])
