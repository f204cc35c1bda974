"""Under what a figure was taken. A figure without them says nothing."""

import asyncio
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.measuring.pinning import BROKER_CORE, GENERATOR_CORE, can_pin

REPOSITORY = Path(__file__).resolve().parents[2]


def conditions(*, broker_is_ours: bool) -> dict[str, Any]:
    """What holds for every scenario on this machine, now."""
    return {
        "cores": _cores(broker_is_ours),
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {_processor()}",
        "loop": type(asyncio.new_event_loop()).__module__,
        "commit": _commit(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _cores(broker_is_ours: bool) -> str:
    if not can_pin():
        return "nothing pinned"
    if not broker_is_ours:
        return f"generator on {GENERATOR_CORE}, broker not known"
    return f"broker on {BROKER_CORE}, generator on {GENERATOR_CORE}, database unpinned"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} x {names[0]}" if names else platform.processor()


def _commit() -> str:
    asked = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(asked, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    return done.stdout.strip()
