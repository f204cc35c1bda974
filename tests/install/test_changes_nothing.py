"""When the installer is asked to, or has to, leave everything as it was."""

import re
import shutil
import subprocess

import pytest

from tests.install import machine as machines
from tests.install.machine import Machine

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]
SHELLS = [shell for shell in ("sh", "dash", "bash", "busybox") if shutil.which(shell)]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_posix(script: str, shell: str) -> None:
    command = [shell, "sh"] if shell == "busybox" else [shell]
    subprocess.run([*command, "-n"], input=script.encode(), check=True)


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="shellcheck is not installed")
def test_shellcheck_finds_nothing(script: str) -> None:
    done = subprocess.run(
        ["shellcheck", "-"], input=script, text=True, capture_output=True, check=False
    )
    assert done.stdout == ""


def test_a_dry_run_tells_every_step_and_takes_none(machine: Machine, script: str) -> None:
    done = machine.sh(script, "--dry-run", "--join", "http://localhost/i/abcdefgh")
    assert (done.code, done.err) == (0, "")
    assert machine.tree() == {}
    steps = re.findall(r"^  - (.*)$", done.out, re.MULTILINE)
    told = ["directory", "SHA-256", "virtual environment", "pip's index", "link", "claudemesh join"]
    assert [word for word in told if not any(word in step for step in steps)] == []


def test_a_dry_run_of_uninstalling_removes_nothing(installed: Machine, script: str) -> None:
    before = installed.tree()
    done = installed.sh(script, "--uninstall", "--purge", "--dry-run")
    assert f"remove {installed.command}" in done.out
    assert installed.tree() == before


def test_a_second_run_has_nothing_to_do(installed: Machine, script: str) -> None:
    before = installed.tree()
    done = installed.sh(script)
    assert (done.code, done.err) == (0, "")
    assert "installed already" in done.out
    assert installed.tree() == before


def test_a_download_that_was_cut_off_does_nothing(machine: Machine, script: str) -> None:
    end = len(script.rstrip())
    line_ends = [match.start() for match in re.finditer("\n", script[: end - 1])]
    for cut in [*line_ends[::7], *range(end - 150, end)]:
        machine.sh(script[:cut])
        assert machine.tree() == {}, script[:cut][-80:]


def test_a_wheel_that_is_not_the_announced_one_is_refused(machine: Machine, script: str) -> None:
    digest = re.search(r"^WHEEL_SHA256=(\w+)$", script, re.MULTILINE)
    assert digest
    forged = script.replace(f"WHEEL_SHA256={digest[1]}", f"WHEEL_SHA256={'0' * 64}")
    done = machine.sh(forged)
    assert done.code == 1
    assert "SHA-256 differs" in done.err
    assert not machine.command.exists()
    assert list(machine.root.glob("versions/*")) == []


def test_a_broker_that_is_gone_is_named(machine: Machine, script: str) -> None:
    done = machine.sh(re.sub(r"(?m)^(WHEEL_URL=http://127.0.0.1):\d+", r"\1:9", script))
    assert done.code == 4
    assert "Is the broker up?" in done.err


@pytest.mark.parametrize(
    "options",
    [
        ["--no-such-option"],
        ["--join"],
        ["--join", ""],
        ["--join="],
        ["--join", "--dry-run"],
        ["--purge"],
        ["--uninstall", "--join", "http://localhost/i/abcdefgh"],
        ["argument"],
    ],
)
def test_arguments_that_make_no_sense_are_refused(
    machine: Machine, script: str, options: list[str]
) -> None:
    done = machine.sh(script, *options)
    assert (done.code, done.out, machine.tree()) == (3, "", {})
    assert done.err.startswith("claudemesh: ")


def test_help_needs_nothing(machine: Machine, script: str) -> None:
    machine.lacks("python3", "curl", "wget")
    done = machine.sh(script, "--help")
    assert (done.code, machine.tree()) == (0, {})
    assert "--uninstall" in done.out
    assert f"curl -fsSL {machine.site}/install | sh" in done.out


def test_a_computer_without_python_is_told_so(machine: Machine, script: str) -> None:
    machine.lacks("python3")
    done = machine.sh(script)
    assert (done.code, machine.tree()) == (1, {})
    assert "Python 3.10 or newer is needed" in done.err


def test_a_python_that_is_too_old_is_passed_over(machine: Machine, script: str) -> None:
    machine.has_python(machines.OLD_PYTHON)
    done = machine.sh(script)
    assert (done.code, machine.tree()) == (1, {})
    assert "Python 3.10 or newer is needed" in done.err


def test_a_python_without_venv_is_told_what_to_install(machine: Machine, script: str) -> None:
    machine.has_python(machines.PYTHON_WITHOUT_VENV)
    done = machine.sh(script)
    assert done.code == 1
    assert "apt install python3-venv" in done.err
    assert not machine.command.exists()


def test_somebody_elses_claudemesh_is_not_replaced(machine: Machine, script: str) -> None:
    machine.command.parent.mkdir(parents=True)
    machine.command.write_text("mine")
    before = machine.tree()
    done = machine.sh(script)
    assert done.code == 1
    assert "not from this script" in done.err
    assert machine.tree() == before


@pytest.mark.parametrize("home", ["", "relative"])
def test_a_home_that_is_none_is_refused(machine: Machine, script: str, home: str) -> None:
    machine.extra["HOME"] = home
    done = machine.sh(script)
    assert done.code == 1
    assert "HOME" in done.err
