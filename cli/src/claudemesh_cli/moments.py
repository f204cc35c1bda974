"""Points in time on the command line, in the zone of this computer; waits for nothing."""

import re
from datetime import datetime, timedelta
from typing import Any

import rich_click as click

from claudemesh_cli.durations import seconds_in

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def next_time(text: str, now: datetime) -> datetime | None:
    """The moment in `15:30` (today, or tomorrow if that is over) or ISO 8601 text.

    Text without a zone is read in that of `now`. None for anything else.
    """
    text = text.strip()
    match = _TIME.fullmatch(text)
    if match is not None:
        moment = now.replace(hour=int(match[1]), minute=int(match[2]), second=0, microsecond=0)
        return moment if moment > now else moment + timedelta(days=1)
    try:
        parsed = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=now.tzinfo)


class At(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.2 only
    """A coming moment: `15:30` or `2030-01-31T15:30`; converted to an aware datetime."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The moment; fails for what is none, or is over."""
        now = datetime.now().astimezone()
        moment = next_time(str(value), now)
        if moment is None:
            self.fail(f"{value!r} is not a time like 15:30 or 2030-01-31T15:30.", param, ctx)
        if moment <= now:
            self.fail(f"{value!r} is over.", param, ctx)
        return moment


class Since(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.2 only
    """A past moment: `2h` ago, or ISO 8601 text; converted to an aware datetime."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The moment; fails for what is none."""
        now = datetime.now().astimezone()
        seconds = seconds_in(str(value))
        if seconds is not None:
            return now - timedelta(seconds=seconds)
        moment = next_time(str(value), now) if "-" in str(value) else None
        if moment is None:
            self.fail(f"{value!r} is not a time like 2h or 2030-01-31.", param, ctx)
        return moment
