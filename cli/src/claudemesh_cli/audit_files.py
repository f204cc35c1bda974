"""Exported audit logs: verifies them line by line in constant memory; downloads nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import BinaryIO

from claudemesh_wire.audit import GENESIS, ChainReport, Head
from claudemesh_wire.audit_export import verify_export

from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.store.audit_memory import AuditMemory

MAX_LINE_BYTES = 4 * 1024 * 1024


class SignersSeen(Collection[str]):
    """The broker's keys that count. As long as none is known, whoever signs is believed: as with
    members, the first contact pins, and a change is loud.
    """

    def __init__(self, known: frozenset[str]) -> None:
        self._open = not known
        self._keys = set(known)

    def __contains__(self, key: object) -> bool:
        if self._open and isinstance(key, str):
            self._keys.add(key)
        return key in self._keys

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


def verify_lines(
    lines: Iterable[bytes], mesh_id: str, memory: AuditMemory, named_keys: Collection[str]
) -> ChainReport:
    """Verify a whole export against what is remembered; if it holds, remember what it shows.

    `named_keys` are signing keys (64 hex) that the person vouches for.
    """
    signers = SignersSeen(memory.keys(mesh_id) | frozenset(named_keys))
    before = memory.head(mesh_id)
    report = verify_export(lines, mesh=mesh_id, keys=signers, remembered=before or GENESIS)
    if report.valid and report.entries:
        memory.trust(mesh_id, signers)
        memory.remember(mesh_id, report.head)
    return report


def ends_before(report: ChainReport, remembered: Head | None) -> bool:
    """True if all there is holds, but the head seen before is not reached: an older export."""
    return (
        remembered is not None
        and report.damage == "truncated"
        and report.head.seq < remembered.seq
        and report.witness == "remembered head"
    )


def lines_of(chunks: Iterable[bytes], base_url: str) -> Iterator[bytes]:
    """Whole lines, newline included, from chunks of any size. Raises CliError `not_a_broker`."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > MAX_LINE_BYTES:
            raise CliError(
                "not_a_broker",
                f"{base_url} sent a line without an end.",
                exit_code=ExitCode.NETWORK,
            )
        yield from (line + b"\n" for line in lines)
    if rest:
        yield rest


def lines_in(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file, cut at MAX_LINE_BYTES so that none fills the memory."""
    while line := file.readline(MAX_LINE_BYTES):
        yield line
