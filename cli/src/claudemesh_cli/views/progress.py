"""A progress bar on stderr, for whoever watches; measures nothing itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from claudemesh_cli.output import Output

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Bar:
    """A bar that may not be there."""

    def __init__(self, progress: Progress | None, task: TaskID | None) -> None:
        self._progress = progress
        self._task = task

    def advance_to(self, done: int, total: int) -> None:
        """So much of so much is done; a total of 0 is not known."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=done, total=total or None)


@contextmanager
def progress_bar(output: Output, label: str) -> Iterator[Bar]:
    """A bar with `label` while the body runs, if a person watches; gone afterwards."""
    if not output.interactive:
        yield Bar(None, None)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=output.console(stderr=True), transient=True) as progress:
        yield Bar(progress, progress.add_task(label, total=None))
