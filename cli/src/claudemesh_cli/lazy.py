"""A click group that imports a command only when it is called; knows no command itself."""

import importlib
from collections.abc import Mapping
from typing import Any

import rich_click as click

Sections = Mapping[str, Mapping[str, str]]


class LazyGroup(click.RichGroup):
    """A group over a table: heading -> command name -> "module:attribute"."""

    def __init__(self, *args: Any, sections: Sections, **settings: Any) -> None:
        panels = [{"name": name, "commands": list(table)} for name, table in sections.items()]
        context = settings.setdefault("context_settings", {})
        context["rich_help_config"] = {"command_groups": {"claudemesh": panels}}
        super().__init__(*args, **settings)
        self._targets = {
            name: target for table in sections.values() for name, target in table.items()
        }

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table, then what was added by hand."""
        return [*self._targets, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; None for a name that is in no table."""
        target = self._targets.get(cmd_name)
        if target is None:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = target.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, but a link is `join`, and an unknown name suggests the nearest."""
        if "://" in args[0] and "join" in self._targets:
            return "join", self.get_command(ctx, "join"), args
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            ctx.fail(self._unknown(ctx, args[0]))
        return super().resolve_command(ctx, args)

    def _unknown(self, ctx: click.Context, name: str) -> str:
        import difflib

        near = difflib.get_close_matches(name, self.list_commands(ctx), n=1)
        guess = f" Did you mean {near[0]!r}?" if near else ""
        return f"There is no command {name!r}.{guess}"
