"""Uninstalling removes what was made, and keys only when they are asked for."""

import pytest

from tests.install.machine import Machine

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]


@pytest.fixture
def with_keys(machine: Machine, script: str) -> Machine:
    """A computer with claudemesh, keys, and something of the person's own beside it."""
    (machine.home / ".local" / "share").mkdir(parents=True)
    (machine.home / ".claudemesh").mkdir()
    (machine.home / ".claudemesh" / "config.json").write_text("{}")
    assert machine.sh(script).code == 0
    return machine


def test_uninstalling_leaves_nothing(machine: Machine, script: str) -> None:
    machine.sh(script)
    assert machine.sh(script, "--uninstall").code == 0
    assert machine.tree() == {}


def test_keys_and_what_was_there_before_stay_until_they_are_purged(
    with_keys: Machine, script: str
) -> None:
    done = with_keys.sh(script, "--uninstall")
    assert "Kept" in done.out
    assert "--purge" in done.out
    kept = {".local", ".local/share"}
    assert set(with_keys.tree()) == kept | {".claudemesh", ".claudemesh/config.json"}
    assert with_keys.sh(script, "--uninstall", "--purge").code == 0
    assert set(with_keys.tree()) == kept


@pytest.mark.parametrize("where", ["{home}", "{home}/", "/", "{home}/documents"])
def test_purging_takes_no_other_directory(machine: Machine, script: str, where: str) -> None:
    (machine.home / "documents").mkdir()
    (machine.home / "documents" / "letter").write_text("dear")
    (machine.home / "config.json").write_text("{}")
    machine.extra["CLAUDEMESH_CONFIG_DIR"] = where.format(home=machine.home)
    before = machine.tree()
    done = machine.sh(script, "--uninstall", "--purge")
    assert done.code == 1
    assert "does not look like" in done.err
    assert machine.tree() == before


def test_where_nothing_is_installed_nothing_happens(machine: Machine, script: str) -> None:
    machine.command.parent.mkdir(parents=True)
    machine.command.write_text("somebody else's")
    before = machine.tree()
    done = machine.sh(script, "--uninstall")
    assert done.code == 0
    assert "not installed here" in done.out
    assert machine.tree() == before
