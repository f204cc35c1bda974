"""Builds the wheel of ./cli: without the network, the same bytes from the same sources."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

SOURCE_DATE_EPOCH = "1577836800"  # 2020-01-01: no file in the wheel tells when it was built
PIP_WHEEL = re.compile(r"pip-[0-9][0-9.]*-py3-none-any\.whl")


class BuildFailed(Exception):
    """The wheel could not be built; the message is the tool's."""


def build_cli(source: Path, into: Path) -> Path:
    """Build the wheel of the package at `source` and put it into `into`; its path there.

    A wheel of the same version is replaced at once, others stay. Raises BuildFailed, OSError.
    """
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into, prefix=".build-") as scratch:
        done = subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", scratch],
            cwd=source,
            env={**os.environ, "SOURCE_DATE_EPOCH": SOURCE_DATE_EPOCH},
            capture_output=True,
            text=True,
            check=False,
        )
        built = list(Path(scratch).glob("*.whl"))
        if done.returncode or len(built) != 1:
            raise BuildFailed(done.stderr or done.stdout)
        return _publish(built[0], into)


def copy_pip(into: Path) -> Path | None:
    """Put this Python's own copy of pip next to the CLI, for machines that have none.

    None where this Python has none either (Debian's, without python3-venv). Raises OSError.
    """
    try:
        bundle = Path(str(files("ensurepip") / "_bundled"))
        wheel = next((path for path in bundle.iterdir() if PIP_WHEEL.fullmatch(path.name)), None)
    except (ImportError, OSError):
        return None
    if wheel is None:
        return None
    with tempfile.TemporaryDirectory(dir=into, prefix=".build-") as scratch:
        return _publish(Path(shutil.copy(wheel, scratch)), into)


def _publish(file: Path, into: Path) -> Path:
    file.chmod(0o644)
    target = into / file.name
    os.replace(file, target)
    return target
