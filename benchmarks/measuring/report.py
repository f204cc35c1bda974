"""How results are told: one JSON line a scenario, and a table for people. Measures nothing."""

import json
from collections.abc import Sequence
from typing import Any

Result = dict[str, Any]


def best(rounds: Sequence[Result], metric: str, *, higher_is_better: bool = True) -> Result:
    """The best round by `metric`, with what all of them reached and how much worse they were."""
    values = [one[metric] for one in rounds]
    choose = max if higher_is_better else min
    return {**choose(rounds, key=lambda one: one[metric]), f"{metric}_rounds": values}


def json_line(result: Result) -> str:
    """One line, keys in the order they were put."""
    return json.dumps(result)


def table(results: Sequence[Result], metrics: dict[str, str]) -> str:
    """One row a scenario: what was measured, the floor beside it, and their ratio."""
    rows = [("scenario", "figure", "floor", "ratio", "p50 / p99 ms", "CPU broker / generator %")]
    rows += [_row(result, metrics[result["scenario"]]) for result in results]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _row(result: Result, metric: str) -> tuple[str, ...]:
    floor = result.get("floor", {}).get(metric)
    latency = next((name for name in ("push", "hello") if f"{name}_p50_ms" in result), None)
    return (
        f"{result['scenario']} {result['load']}",
        f"{result[metric]:,} {metric}",
        f"{floor:,}" if floor else "-",
        str(result.get("ratio_to_floor", "-")),
        f"{result[f'{latency}_p50_ms']} / {result[f'{latency}_p99_ms']}" if latency else "-",
        f"{result.get('broker_cpu_percent', '-')} / {result.get('generator_cpu_percent', '-')}",
    )
