"""share and invites: inviting people, and taking invitations back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import rich_click as click

from claudemesh_cli.durations import Duration
from claudemesh_cli.output import Output, clean, common_options, pass_output

if TYPE_CHECKING:
    from rich.console import Console

    from claudemesh_cli.api import Api


def _mesh(output: Output) -> tuple[Api, str]:
    from claudemesh_cli import config
    from claudemesh_cli.account_meshes import account_api, mesh_path

    entry = config.load().pick(output.mesh)
    api = account_api()
    return api, mesh_path(api, entry)


@click.command()
@click.argument("email", required=False)
@click.option("--role", type=click.Choice(["member", "admin"]), help="What they become.")
@click.option("--expires", type=Duration(), metavar="TIME", help="30m, 12h, 7d, 2w.")
@click.option("--uses", type=click.IntRange(1, 10_000), help="How many may join by it.")
@common_options
@pass_output
def share(
    output: Output, email: str | None, role: str | None, expires: int | None, uses: int | None
) -> None:
    """Make an invitation link, and mail it if you name an address."""
    import msgspec

    class Created(msgspec.Struct):
        url: str
        code: str
        expires_at: str | int
        emailed: bool
        invite_id: str

    wanted = {"email": email, "role": role, "expires_in": expires, "max_uses": uses}
    body = {name: value for name, value in wanted.items() if value is not None}
    with output.progress("Making the invitation…"):
        api, path = _mesh(output)
        made = api.request("POST", f"{path}/invite", Created, body)

    def render(console: Console) -> None:
        console.print(made.url)

    output.data(msgspec.structs.asdict(made), render)
    if made.emailed:
        output.note(f"Mailed to {email}.")
    elif email:
        output.warn(f"No mail went out to {email}; pass the link on yourself.")
    output.note(f"They run: claudemesh join {made.url}   (until {made.expires_at})")


@click.group(invoke_without_command=True)
@common_options
@click.pass_context
@pass_output
def invites(output: Output, ctx: click.Context) -> None:
    """List the invitations of a mesh."""
    if ctx.invoked_subcommand is None:
        api, path = _mesh(output)
        _show(output, api.get(f"{path}/invites", dict[str, list[dict[str, Any]]])["invites"])


def _show(output: Output, rows: list[dict[str, Any]]) -> None:
    def render(console: Console) -> None:
        from rich.table import Table
        from rich.text import Text

        if not rows:
            console.print("No invitations. Make one: claudemesh share")
            return
        table = Table(box=None, pad_edge=False)
        for heading in ("CODE", "ROLE", "STATUS", "LEFT", "EXPIRES", "FOR"):
            table.add_column(heading, overflow="fold", no_wrap=heading == "CODE")
        keys = ("code", "role", "status", "uses_left", "expires_at", "email")
        for row in rows:
            cells = (row.get(key) for key in keys)
            texts = ("" if cell is None else str(cell) for cell in cells)
            table.add_row(*(Text(clean(text, one_line=True)) for text in texts))
        console.print(table, soft_wrap=False)

    output.data({"invites": rows}, render)


@invites.command()
@click.argument("invite")
@common_options
@pass_output
def revoke(output: Output, invite: str) -> None:
    """Withdraw an invitation, by its id or its code."""
    api, path = _mesh(output)
    rows = api.get(f"{path}/invites", dict[str, list[dict[str, Any]]])["invites"]
    found = next((row["id"] for row in rows if invite in (row.get("id"), row.get("code"))), invite)
    api.request("DELETE", f"{path}/invites/{quote(str(found), safe='')}", dict[str, Any])

    def render(console: Console) -> None:
        console.print("The invitation is withdrawn; nobody can join by it any more.")

    output.data({"revoked": found}, render)
