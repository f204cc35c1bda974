"""`curl … /install | sh` on a clean computer: a working claudemesh, and on to the mesh."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from claudemesh import __version__
from tests.broker_process import Broker
from tests.cli_process import Person
from tests.install import machine as machines
from tests.install.machine import Machine, new_machine
from tests.live.people import token_of_alice

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]


def test_a_clean_computer_gets_the_brokers_own_version(installed: Machine) -> None:
    assert installed.claudemesh("--version").out == f"claudemesh {__version__}\n"
    assert installed.command.is_symlink()


def test_it_says_what_to_add_to_the_path(installed: Machine, script: str) -> None:
    at_zsh = replace(installed, extra={"SHELL": "/usr/bin/zsh"})
    done = at_zsh.sh(script)
    assert "Add this line to ~/.zshrc" in done.out
    assert 'export PATH="$HOME/.local/bin:$PATH"' in done.out
    assert f"claudemesh login --url {installed.site}" in done.out
    found = replace(installed, extra={"PATH": f"{installed.command.parent}:{installed.tools}"})
    assert "PATH" not in found.sh(script).out


def test_join_puts_the_newcomer_on_the_mesh(
    machine: Machine, script: str, site: Broker, tmp_path: Path
) -> None:
    alice = Person("alice", tmp_path, site.url)
    alice.run("login", "--token", token_of_alice(site))
    alice.run("create", "acme")
    done = machine.sh(script, "--join", alice.run("share")["url"])
    assert done.code == 0, done
    listed = json.loads(machine.claudemesh("list", "--json").out.splitlines()[-1])
    assert [mesh["name"] for mesh in listed["meshes"]] == ["acme"]

    wrong = machine.sh(script, f"--join={site.url}/i/nosuchxx")
    assert wrong.code != 0, "the CLI's exit code is the script's"
    assert "invitation" in wrong.err


def test_surroundings_that_would_break_careless_scripts(
    tmp_path: Path, script: str, site: Broker
) -> None:
    odd = new_machine(tmp_path, site.url, home="it's; rm -rf & * {é} ~")
    odd.extra |= {
        "PYTHONPATH": "/nowhere",
        "PIP_USER": "1",
        "PIP_TARGET": str(odd.home / "elsewhere"),
        "PIP_REQUIRE_VIRTUALENV": "1",
    }
    assert odd.sh(script).code == 0
    assert odd.claudemesh("--version").code == 0
    assert not (odd.home / "elsewhere").exists()
    assert odd.sh(script, "--uninstall").code == 0
    assert odd.tree() == {}


def test_a_home_that_pip_cannot_quote_is_left_alone(
    tmp_path: Path, script: str, site: Broker
) -> None:
    odd = new_machine(tmp_path, site.url, home='"$HOME" `x`')
    done = odd.sh(script)
    assert done.code == 1
    assert "does not run" in done.err
    assert not odd.command.exists()
    assert list(odd.root.glob("versions/*")) == []


def test_a_bare_debian_is_enough(machine: Machine, script: str) -> None:
    """No python3-venv, no curl, no wget: Python downloads, and the broker's pip steps in."""
    machine.has_python(machines.PYTHON_WITHOUT_ENSUREPIP)
    machine.lacks("curl", "wget")
    done = machine.sh(script)
    assert done.code == 0, done
    assert machine.claudemesh("--version").out == f"claudemesh {__version__}\n"


def test_another_python_can_be_named(machine: Machine, script: str) -> None:
    machine.lacks("python3")
    machine.extra["CLAUDEMESH_PYTHON"] = sys.executable
    assert sys.executable in machine.sh(script, "--dry-run").out
    machine.extra["CLAUDEMESH_PYTHON"] = "/no/such/python"
    done = machine.sh(script)
    assert (done.code, machine.tree()) == (1, {})
    assert "/no/such/python" in done.err
