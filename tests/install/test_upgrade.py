"""Upgrading in place: all of the new version or all of the old one."""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from claudemesh import __version__
from claudemesh.installer import building
from tests.broker_process import REPOSITORY
from tests.install.machine import Machine

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]
NEXT = "0.9.9"


def changed_cli(into: Path, shelf: Path, *, break_it: bool = False) -> Path:
    """A wheel of version NEXT on the shelf; it starts unless it is to be broken."""
    source = shutil.copytree(
        REPOSITORY / "cli", into / "cli", ignore=shutil.ignore_patterns("tests", "__pycache__")
    )
    package = source / "src" / "claudemesh_cli"
    (package / "__init__.py").write_text(f'"""The next one."""\n\n__version__ = "{NEXT}"\n')
    if break_it:
        (package / "main.py").write_text("import no_such_module\n")
    return building.build_cli(source, shelf)


def announcing(script: str, wheel: Path) -> str:
    """The installer as the next broker would send it."""
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    old = re.search(r"(?m)^WHEEL_SHA256=(\w+)$", script)
    assert old
    changed = script.replace(old[1], digest).replace(f"cli-{__version__}-", f"cli-{NEXT}-")
    return re.sub(r"(?m)^VERSION=.*$", f"VERSION={NEXT}", changed)


@pytest.fixture
def next_script(tmp_path: Path, shelf: Path, script: str) -> str:
    return announcing(script, changed_cli(tmp_path, shelf))


def test_upgrading_replaces_and_keeps_the_one_before(
    machine: Machine, script: str, next_script: str
) -> None:
    machine.sh(script)
    old = (machine.root / "current").resolve()
    assert machine.sh(next_script).code == 0
    assert machine.claudemesh("--version").out == f"claudemesh {NEXT}\n"
    assert old.exists(), "a claudemesh that still runs reads from it"
    machine.sh(script)
    assert machine.claudemesh("--version").out == f"claudemesh {__version__}\n"
    assert not old.exists()
    assert len(list(machine.root.glob("versions/*"))) == 2
    assert machine.sh(script, "--uninstall").code == 0
    assert machine.tree() == {}


def test_a_failed_upgrade_leaves_the_old_one_working(
    installed: Machine, next_script: str, tmp_path: Path
) -> None:
    before = installed.tree()
    unlucky = replace(installed, extra={"PIP_FIND_LINKS": tmp_path.as_uri()})
    done = unlucky.sh(next_script)
    assert done.code == 1
    assert "Nothing was changed" in done.err
    assert installed.tree() == before
    assert installed.claudemesh("--version").out == f"claudemesh {__version__}\n"


def test_a_new_one_that_does_not_run_is_not_taken(
    installed: Machine, script: str, shelf: Path, tmp_path: Path
) -> None:
    before = installed.tree()
    broken = changed_cli(tmp_path, shelf, break_it=True)
    done = installed.sh(announcing(script, broken))
    assert done.code == 1
    assert "does not run" in done.err
    assert installed.tree() == before


def test_a_damaged_installation_is_made_anew(machine: Machine, script: str) -> None:
    machine.sh(script)
    shutil.rmtree((machine.root / "current").resolve() / "lib")
    assert machine.claudemesh("--version").code != 0
    assert machine.sh(script).code == 0
    assert machine.claudemesh("--version").code == 0
