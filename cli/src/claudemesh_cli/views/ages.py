"""Times for people: how long ago, and of what o'clock; parses the broker's ISO 8601 text."""

from datetime import datetime, timezone


def parse(text: str | None) -> datetime | None:
    """The moment in ISO 8601 text; None for what is none."""
    try:
        moment = datetime.fromisoformat((text or "").replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def seconds_since(text: str | None) -> int | None:
    """Whole seconds since a moment, never negative; None if the text is none."""
    moment = parse(text)
    if moment is None:
        return None
    return max(0, int((datetime.now(timezone.utc) - moment).total_seconds()))


def short_age(seconds: int | None) -> str:
    """`42s`, `7m`, `3h`, `2d`; empty for None."""
    if seconds is None:
        return ""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def clock(text: str | None) -> str:
    """Local time of day, with the date if it is another day; the text itself if it is no time."""
    moment = parse(text)
    if moment is None:
        return text or ""
    local = moment.astimezone()
    today = datetime.now(timezone.utc).astimezone().date()
    return local.strftime("%H:%M:%S" if local.date() == today else "%Y-%m-%d %H:%M")
