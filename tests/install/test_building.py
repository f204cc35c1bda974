"""Building the wheel: the same bytes each time, old versions kept, nothing half-written."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from claudemesh import __version__
from claudemesh.installer import building, downloads
from tests.broker_process import REPOSITORY


@pytest.fixture
def shelf(settings: Settings, tmp_path: Path) -> Path:
    """An empty downloads directory, not made yet."""
    settings.DOWNLOADS_DIR = str(tmp_path / "new" / "downloads")
    return tmp_path / "new" / "downloads"


def test_the_command_builds_the_brokers_own_version(shelf: Path) -> None:
    said = io.StringIO()
    call_command("build_cli_wheel", stdout=said)
    built = downloads.cli_wheel()
    assert built is not None
    assert built.name == f"claudemesh_cli-{__version__}-py3-none-any.whl"
    assert str(built.path) in said.getvalue()


def test_two_builds_are_the_same_to_the_byte(shelf: Path) -> None:
    first = building.build_cli(REPOSITORY / "cli", shelf / "a").read_bytes()
    assert building.build_cli(REPOSITORY / "cli", shelf / "b").read_bytes() == first


def test_old_versions_are_kept_and_leftovers_are_not(shelf: Path) -> None:
    shelf.mkdir(parents=True)
    (shelf / "claudemesh_cli-0.0.1-py3-none-any.whl").write_text("old")
    call_command("build_cli_wheel", stdout=io.StringIO())
    assert [found.name for found in downloads.cli_wheels()] == [
        "claudemesh_cli-0.0.1-py3-none-any.whl",
        f"claudemesh_cli-{__version__}-py3-none-any.whl",
    ]
    assert [path.name for path in shelf.iterdir() if path.suffix != ".whl"] == []


def test_a_build_that_fails_leaves_what_was_there(shelf: Path, tmp_path: Path) -> None:
    call_command("build_cli_wheel", stdout=io.StringIO())
    before = {path.name: path.read_bytes() for path in shelf.iterdir()}
    (tmp_path / "cli").mkdir()
    (tmp_path / "cli" / "pyproject.toml").write_text("[project]\nname='claudemesh-cli'\n")
    with pytest.raises(building.BuildFailed):
        building.build_cli(tmp_path / "cli", shelf)
    assert {path.name: path.read_bytes() for path in shelf.iterdir()} == before


def test_a_directory_that_cannot_be_written_is_named(settings: Settings) -> None:
    settings.DOWNLOADS_DIR = "/dev/null/downloads"
    with pytest.raises(CommandError, match="/dev/null/downloads"):
        call_command("build_cli_wheel", stdout=io.StringIO())
