"""docs/cli.md names every command, every error code of the CLI, every variable it reads."""

import re
from pathlib import Path

import pytest
from claudemesh_cli import command_table as root
from claudemesh_cli.errors import ExitCode
from claudemesh_wire.errors import ERRORS

HERE = Path(__file__).parent
DOCS = (HERE.parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
SOURCE = "\n".join(
    path.read_text(encoding="utf-8")
    for path in (HERE.parents[1] / "src" / "claudemesh_cli").rglob("*.py")
)


@pytest.mark.parametrize("name", {name for table in root.SECTIONS.values() for name in table})
def test_command_is_documented(name: str) -> None:
    assert re.search(rf"`(claudemesh )?{name}[ `]", DOCS)


@pytest.mark.parametrize("code", sorted({*re.findall(r'CliError\(\s*"(\w+)"', SOURCE)} - {*ERRORS}))
def test_error_code_is_documented(code: str) -> None:
    assert f"`{code}`" in DOCS


@pytest.mark.parametrize("name", sorted({*re.findall(r"\bCLAUDEMESH_[A-Z_]+\b", SOURCE)}))
def test_variable_is_documented(name: str) -> None:
    assert f"`{name}`" in DOCS


@pytest.mark.parametrize("code", ExitCode)
def test_exit_code_is_documented(code: ExitCode) -> None:
    assert re.search(rf"^\| {code.value} \|", DOCS, re.MULTILINE)
