"""Lengths of time on the command line; knows no clock."""

import re
from typing import Any

import rich_click as click

_DURATION = re.compile(r"(\d{1,6})([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def seconds_in(text: str) -> int | None:
    """Whole seconds, at least one, of `30s`, `30m`, `12h`, `7d` or `2w`; None for anything else."""
    match = _DURATION.fullmatch(text.strip().lower())
    if match is None or int(match[1]) == 0:
        return None
    return int(match[1]) * _SECONDS[match[2]]


class Duration(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.2 only
    """A length of time such as 30m, 12h, 7d, 2w; converted to whole seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Seconds, at least one; fails for anything else."""
        seconds = seconds_in(str(value))
        if seconds is None:
            self.fail(f"{value!r} is not a time like 30m, 12h, 7d or 2w.", param, ctx)
        return seconds
