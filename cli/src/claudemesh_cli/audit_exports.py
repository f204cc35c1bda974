"""Downloads an audit log and verifies it as it comes, or verifies one that lies on disk."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from claudemesh_wire.audit import GENESIS
from claudemesh_wire.audit_export import verify_export

from claudemesh_cli.audit_files import SignersSeen, ends_before, lines_in, lines_of, verify_lines
from claudemesh_cli.errors import CliError
from claudemesh_cli.session.auditing import broken, rewritten
from claudemesh_cli.views.progress import progress_bar

if TYPE_CHECKING:
    from claudemesh_wire.audit import ChainReport

    from claudemesh_cli.output import Output
    from claudemesh_cli.session.desk import Desk

_STEP_LINES = 1_000


def verify_file(
    output: Output, desk: Desk, path: Path, keys: tuple[str, ...]
) -> tuple[ChainReport, bool]:
    """Verify an export on disk; True beside the report if it ends before the head seen last.

    Raises CliError `audit_broken` or `audit_rewritten`.
    """
    memory, mesh_id = desk.store.audit, desk.entry.mesh_id
    before = memory.head(mesh_id)
    with _lines_of_file(output, path) as lines:
        report = verify_lines(lines, mesh_id, memory, keys)
    if report.damage != "malformed" and not report.entries:
        raise CliError(
            "audit_broken", f"{path} begins with no entry of {desk.entry.slug}; it proves nothing."
        )
    if not ends_before(report, before):
        return _held(desk, report), False
    with _lines_of_file(output, path) as lines:
        signers = SignersSeen(memory.keys(mesh_id) | frozenset(keys))
        report = verify_export(lines, mesh=mesh_id, keys=signers, remembered=GENESIS)
    return _held(desk, report), True


def export(output: Output, desk: Desk, path: Path | None, keys: tuple[str, ...]) -> ChainReport:
    """Download the log to `path` (None: stdout), verifying it as it comes.

    What does not hold is written all the same, for it is evidence. Raises CliError
    `audit_broken`, `audit_rewritten`, `not_your_mesh`, and as Api does; a download that broke
    off leaves no file.
    """
    from claudemesh_cli.account_meshes import account_api, mesh_path

    api = account_api()
    address = f"{mesh_path(api, desk.entry)}/audit/export"
    with (
        _target(path) as file,
        api.download(address) as chunks,
        progress_bar(output, "Exporting the log") as bar,
    ):
        lines = _written(lines_of(chunks, api.base_url), file, bar.advance_to)
        report = verify_lines(lines, desk.entry.mesh_id, desk.store.audit, keys)
        for _ in lines:  # what comes after a break is kept as well
            pass
    return _held(desk, report)


def _held(desk: Desk, report: ChainReport) -> ChainReport:
    if report.valid:
        return report
    before = desk.store.audit.head(desk.entry.mesh_id)
    if report.witness == "remembered head" and before is not None:
        raise rewritten(desk.entry.slug, before, report.sentence.rstrip("."))
    raise broken(desk.entry.slug, report)


def _written(
    lines: Iterable[bytes], file: BinaryIO, progress: Callable[[int, int], None]
) -> Iterator[bytes]:
    for number, line in enumerate(lines, start=1):
        file.write(line)
        if number % _STEP_LINES == 0:
            progress(number, 0)
        yield line


@contextmanager
def _lines_of_file(output: Output, path: Path) -> Iterator[Iterator[bytes]]:
    """The lines of a file, with a progress bar over its bytes."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file, progress_bar(output, f"Verifying {path.name}") as bar:
            yield _counted(file, size, bar.advance_to)
    except OSError as error:
        raise CliError("failed", f"Cannot read {path}: {error.strerror or error}.") from error


def _counted(file: BinaryIO, size: int, progress: Callable[[int, int], None]) -> Iterator[bytes]:
    for number, line in enumerate(lines_in(file)):
        if number % _STEP_LINES == 0:
            progress(file.tell(), size)
        yield line


@contextmanager
def _target(path: Path | None) -> Iterator[BinaryIO]:
    """Where lines go: stdout, or a file that appears under its name when it is whole."""
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = path.with_name(f"{path.name}.part")
    try:
        handle = os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            yield file
        os.replace(part, path)
    except OSError as error:
        raise CliError("failed", f"Cannot write {path}: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):
            part.unlink()
