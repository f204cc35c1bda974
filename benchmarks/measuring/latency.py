"""Latencies: collected as seconds, told as milliseconds."""

from array import array


class Latencies:
    """Samples of one kind."""

    def __init__(self) -> None:
        self._seconds = array("d")
        self.add = self._seconds.append

    def __len__(self) -> int:
        return len(self._seconds)

    def summary(self, name: str) -> dict[str, float | None]:
        """`{name}_p50_ms` and `{name}_p99_ms`; None when there was no sample."""
        ordered = sorted(self._seconds)
        return {
            f"{name}_p50_ms": _percentile_ms(ordered, 0.50),
            f"{name}_p99_ms": _percentile_ms(ordered, 0.99),
        }


def _percentile_ms(ordered: list[float], share: float) -> float | None:
    """The nearest-rank percentile."""
    if not ordered:
        return None
    rank = min(len(ordered) - 1, int(share * len(ordered)))
    return round(ordered[rank] * 1000, 2)
