"""`python -m benchmarks [direct|broadcast|connect|idle|all]`: measure, one JSON line a scenario."""

import argparse
import sys
from pathlib import Path

from benchmarks.measuring.report import json_line, table
from benchmarks.plan import METRICS, SCENARIOS, Choices
from benchmarks.runner import measure


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line; `--help` tells."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("scenarios", nargs="*", help=f"{', '.join(SCENARIOS)} (default: all)")
    parser.add_argument("--url", help="measure a broker that runs already (needs --members)")
    parser.add_argument("--members", type=Path, help="credentials file, see docs/performance.md")
    parser.add_argument("--broker-pid", type=int, help="its process, to watch processor and memory")
    parser.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    parser.add_argument("--rounds", type=int, default=3, help="the best one is told")
    parser.add_argument("--no-floor", action="store_true", help="leave out the floor")
    parser.add_argument("--pairs", type=int, default=50, help="direct: pairs of members")
    parser.add_argument("--window", type=int, nargs="+", default=[1, 16], help="direct: unacked")
    parser.add_argument("--recipients", type=int, default=95, help="broadcast: who hears it")
    parser.add_argument("--outstanding", type=int, default=8, help="broadcast: under way at a time")
    parser.add_argument("--sessions", type=int, default=1000, help="connect and idle: how many")
    parser.add_argument("--mesh-size", type=int, default=20, help="connect and idle: a mesh's")
    parser.add_argument("--at-once", type=int, default=32, help="connect: on the way at a time")
    parser.add_argument("--seconds", type=float, default=5.0, help="length of a round")
    parser.add_argument("--payload", type=int, default=1024, help="bytes of ciphertext")
    parser.add_argument("--protocol", type=int, choices=[1, 2], default=1)
    parser.add_argument("--table", action="store_true", help="a table for people at the end")
    chosen = parser.parse_args(arguments)
    unknown = set(chosen.scenarios) - set(SCENARIOS)
    if unknown:
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    if chosen.url and not chosen.members:
        parser.error("--url needs --members: whose sessions should they be?")
    return chosen


def main() -> None:
    """Measure what the command line asks for."""
    chosen = parse(sys.argv[1:])
    choices = Choices(**vars(chosen))
    results = []
    for name in choices.scenarios or list(SCENARIOS):
        for result in measure(name, choices):
            print(json_line(result), flush=True)
            results.append(result)
    if choices.table:
        print(table(results, METRICS))


if __name__ == "__main__":
    main()
