"""Plain tables: headings, rows, every cell made harmless; decides nothing about content."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from claudemesh_cli.output import clean

if TYPE_CHECKING:
    from rich.console import Console


def print_table(
    console: Console, headings: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Print rows under headings; None is an empty cell. The first column is never wrapped."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for number, heading in enumerate(headings):
        table.add_column(heading, overflow="fold", no_wrap=number == 0)
    for row in rows:
        texts = ("" if cell is None else str(cell) for cell in row)
        table.add_row(*(Text(clean(text, one_line=True)) for text in texts))
    console.print(table, soft_wrap=False)
