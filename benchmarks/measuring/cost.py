"""What one of many things cost the broker: holds on a noisy machine, where rates do not."""

from benchmarks.measuring.processor import Usage


def cost_us(usage: Usage, count: int) -> float | None:
    """Microseconds of the broker's processor time for each; None when it was not watched."""
    seconds = usage.cpu_s.get("broker")
    return round(seconds * 1e6 / count, 1) if seconds is not None and count else None
