"""How every command behaves: exit codes, errors, options, help, and a quick start."""

import subprocess
import sys

import pytest
from claudemesh_cli import main as root
from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.lazy import LazyGroup
from claudemesh_cli.output import Output, clean

OWN = ("Mesh", "People", "Shared", "Account", "Setup", "Audit")


@pytest.mark.parametrize("section", OWN)
def test_every_own_command_loads_and_takes_json(section: str) -> None:
    context = root.click.Context(root.cli)
    for name in root.SECTIONS[section]:
        command = root.cli.get_command(context, name)
        assert command is not None
        assert isinstance(command, LazyGroup) or any(p.name == "json" for p in command.params)


def test_unknown_command_suggests_the_nearest(run) -> None:
    result = run("crate", "x")
    assert result.code == ExitCode.BAD_ARGUMENTS
    assert "Did you mean 'create'?" in result.err


@pytest.mark.parametrize("arguments", [("--nope",), ("create",), ("share", "--uses", "0")])
def test_bad_arguments_are_exit_code_3(run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).code == ExitCode.BAD_ARGUMENTS


def test_error_is_one_json_object_with_json(run) -> None:
    error = run("--json", "nope").json["error"]
    assert error.keys() == {"code", "message", "hint"}


def test_error_is_said_with_the_next_step_without(run) -> None:
    result = run("leave")
    assert result.out == ""
    assert result.err.splitlines() == [
        "Error: You are not on any mesh yet.",
        "  Run: claudemesh create <name>, or claudemesh join <link>",
    ]


def test_short_form_and_group_are_the_same_command() -> None:
    context = root.click.Context(root.cli)
    mesh = root.cli.get_command(context, "mesh")
    assert mesh.get_command(context, "list") is root.cli.get_command(context, "list")


def test_nothing_at_all_is_a_welcome(run) -> None:
    assert "claudemesh create <name>" in run().out


def raising(error: BaseException):
    @root.click.command()
    def command() -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CliError("x", "y", exit_code=ExitCode.EXISTS), 6),
        (ZeroDivisionError("oops"), 8),
        (KeyboardInterrupt(), 1),
    ],
)
def test_every_end_has_its_exit_code(run, monkeypatch, error, code: int) -> None:
    monkeypatch.setattr("claudemesh_cli.commands.mesh.list_", raising(error))
    result = run("list")
    assert result.code == code
    assert "Traceback" not in result.err


def test_debug_adds_the_traceback(run, monkeypatch) -> None:
    monkeypatch.setattr("claudemesh_cli.commands.mesh.list_", raising(ZeroDivisionError("oops")))
    assert "ZeroDivisionError: oops" in run("--debug", "list").err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_name_the_command(run, shell: str) -> None:
    assert "claudemesh" in run("completions", shell, "--json").json["script"]


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("plain Grüße 🌍\n\tnext", "plain Grüße 🌍\n\tnext"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("a\rb", "a\\rb"),
        ("\u202eabc\u2066", "\\u202eabc\\u2066"),
        ("\x9b31m", "\\x9b31m"),
    ],
)
def test_control_characters_become_visible(text: str, safe: str) -> None:
    assert clean(text) == safe


def test_one_line_is_one_line() -> None:
    assert clean("a\nb\r\n\tc  d\u2028e", one_line=True) == "a b c d e"


def test_markup_of_peers_is_shown_as_written(capsys) -> None:
    Output().console().print("[red]x[/red] :smile:")
    assert capsys.readouterr().out == "[red]x[/red] :smile:\n"


def python(*code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *code], capture_output=True, text=True, check=False, timeout=30
    )


def test_version_imports_next_to_nothing() -> None:
    probe = (
        "import sys; sys.argv=['claudemesh','--version']; from claudemesh_cli.__main__ import run;"
        "run(); print(sorted({'rich_click','msgspec','nacl','urllib3','asyncio'} & {*sys.modules}))"
    )
    assert python("-c", probe).stdout.splitlines()[1] == "[]"


def test_commands_load_neither_network_nor_cryptography_until_they_run() -> None:
    names = ("account", "devices", "invites", "join", "mesh", "sync")
    modules = [f"claudemesh_cli.commands.{name}" for name in names]
    probe = (
        f"import sys, claudemesh_cli.main, {', '.join(modules)};"
        "heavy = {'msgspec','nacl','urllib3','websockets','asyncio','rich','segno'};"
        "print(sorted(heavy & {*sys.modules}))"
    )
    assert python("-c", probe).stdout.strip() == "[]"


def test_reader_that_goes_away_is_no_crash() -> None:
    probe = (
        "import os, sys; read, write = os.pipe(); os.dup2(write, 1); os.close(read);"
        "os.close(write);"
        "from claudemesh_cli.main import main; sys.exit(main(['list']))"
    )
    result = python("-c", probe)
    assert (result.returncode, result.stderr) == (1, "")
