"""What commands print, and the options all of them share; decides nothing about content.

Data goes to stdout (one JSON object a line with `--json`), everything else to stderr.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click

from claudemesh_cli.errors import CliError, ExitCode

if TYPE_CHECKING:
    from rich.console import Console

_Function = TypeVar("_Function", bound=Callable[..., Any])

#: Control and bidirectional characters by which a peer's text could rule the terminal.
_HOSTILE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def clean(text: str, *, one_line: bool = False) -> str:
    """A peer's text made harmless for a terminal: control characters become visible escapes.

    Newlines and tabs stay, unless `one_line`, which makes them spaces.
    """
    if one_line:
        text = " ".join(text.split())
    return _HOSTILE.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


@dataclass
class Output:
    """How this run prints and asks; `ctx.obj` of every command. `mesh` is what `--mesh` said."""

    json: bool = False
    quiet: bool = False
    yes: bool = False
    no_input: bool = False
    debug: bool = bool(os.environ.get("CLAUDEMESH_DEBUG"))
    mesh: str | None = None

    def data(self, obj: Mapping[str, Any], render: Callable[[Console], None]) -> None:
        """The command's result: `obj` as a line of JSON with `--json`, else what render prints."""
        if self.json:
            self.json_line(obj)
        else:
            render(self.console())

    def json_line(self, obj: Mapping[str, Any]) -> None:
        """One JSON object on one line of stdout, flushed."""
        import json

        ascii_only = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
        print(json.dumps(obj, ensure_ascii=ascii_only), flush=True)

    def note(self, text: str) -> None:
        """A sentence beside the data, on stderr; not with `-q` or `--json`."""
        if not (self.quiet or self.json):
            print(clean(text), file=sys.stderr, flush=True)

    def warn(self, text: str) -> None:
        """A sentence that must be seen, on stderr, always."""
        print(clean(text), file=sys.stderr, flush=True)

    def console(self, *, stderr: bool = False) -> Console:
        """A rich console that takes text literally: no markup, no emoji codes."""
        from rich.console import Console

        return Console(stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=True)

    @property
    def interactive(self) -> bool:
        """True if a person watches stderr, so that spinners and live views make sense."""
        dull = self.json or self.quiet or bool(os.environ.get("CI"))
        return not dull and os.environ.get("TERM") != "dumb" and sys.stderr.isatty()

    @property
    def can_ask(self) -> bool:
        """True if somebody is there to answer a question."""
        return not (self.no_input or self.json) and sys.stdin.isatty()

    @contextlib.contextmanager
    def progress(self, label: str) -> Iterator[None]:
        """Show a spinner with `label` while the body runs, if a person watches."""
        if not self.interactive:
            yield
            return
        with self.console(stderr=True).status(label):
            yield

    def confirm(self, question: str) -> None:
        """Ask yes or no; `-y` is yes. Raises CliError if the answer is no or nobody can answer."""
        if self.yes:
            return
        if not self.can_ask:
            raise CliError(
                "needs_confirmation",
                f"{question} Nobody is there to answer.",
                "Repeat it with -y to say yes.",
                ExitCode.BAD_ARGUMENTS,
            )
        if not click.confirm(question, err=True):
            raise CliError("cancelled", "Cancelled.")


pass_output = click.make_pass_decorator(Output, ensure=True)


def _set(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    if value and param.name is not None:
        setattr(ctx.ensure_object(Output), param.name, value)


def _shared(*names: str, **settings: Any) -> Callable[[_Function], _Function]:
    return click.option(*names, expose_value=False, callback=_set, **settings)


_SHARED = (
    _shared("--json", is_flag=True, help="Print JSON."),
    _shared("--mesh", metavar="SLUG", help="Which mesh, if you are on several."),
    _shared("-q", "--quiet", is_flag=True, help="Print results and errors only."),
    _shared("-y", "--yes", is_flag=True, help="Answer every question with yes."),
    _shared("--no-input", is_flag=True, help="Never ask."),
    _shared("--debug", is_flag=True, help="Add the traceback to an error."),
)


def common_options(function: _Function) -> _Function:
    """Give a command --json --mesh -q -y --no-input --debug; they arrive in its Output."""
    for option in reversed(_SHARED):
        function = option(function)
    return function
