"""Turns counts by minute into the bars of an SVG; what they count is `selectors.flow`'s to say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboard.selectors.flow import Flow

WIDTH, HEIGHT = 660, 132
TOP, LEFT, FLOOR = 12, 34, 112
STEP, BAR = 10, 7


@dataclass(frozen=True, slots=True)
class Bar:
    """One minute: where its bar is, and what it stands for."""

    x: int
    y: int
    height: int
    minute: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Chart:
    """All a template needs to draw; `ticks` are places and times on the axis."""

    bars: list[Bar]
    ticks: list[tuple[int, datetime]]
    total: int
    peak: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    top: int = TOP
    floor: int = FLOOR
    bar_width: int = BAR


def chart_of(flow: Flow) -> Chart:
    """Bars in proportion to the busiest minute; a minute with any message shows at least a line."""
    room = FLOOR - TOP
    bars = []
    for index, (minute, count) in enumerate(flow.counts):
        height = max(2, round(room * count / flow.peak)) if count else 0
        bars.append(Bar(LEFT + index * STEP, FLOOR - height, height, minute, count))
    ticks = [(bar.x, bar.minute) for bar in bars if bar.minute.minute % 15 == 0]
    return Chart(bars, ticks, flow.total, flow.peak)
