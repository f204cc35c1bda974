"""create, list, rename, leave: the meshes one is on. Joining and inviting have their own files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from claudemesh_cli.errors import CliError
from claudemesh_cli.output import Output, clean, common_options, pass_output

if TYPE_CHECKING:
    from rich.console import Console

    from claudemesh_cli.account_meshes import AccountMesh
    from claudemesh_cli.config import MeshEntry


def described(entry: MeshEntry) -> dict[str, Any]:
    """The keys by which every command describes a mesh one is on."""
    return {
        "slug": entry.slug,
        "name": entry.name,
        "mesh_id": entry.mesh_id,
        "member_id": entry.member_id,
        "pubkey": entry.pubkey,
        "broker_url": entry.broker_url,
        "joined_at": entry.joined_at,
    }


@click.command()
@click.argument("name")
@click.option("--slug", help="Short name for commands and links.")
@click.option("--name", "display_name", metavar="NAME", help="How others see you.")
@common_options
@pass_output
def create(output: Output, name: str, slug: str | None, display_name: str | None) -> None:
    """Make a mesh that you own."""
    from claudemesh_cli import joining

    with output.progress("Making the mesh…"):
        entry = joining.create(name, slug=slug, display_name=display_name)

    def render(console: Console) -> None:
        console.print(f"Made {clean(entry.name, one_line=True)} ({entry.slug}). You own it.")

    output.data({"mesh": described(entry)}, render)
    output.note(f"Invite somebody: claudemesh share --mesh {entry.slug}")


@click.command("list")
@common_options
@pass_output
def list_(output: Output) -> None:
    """List your meshes."""
    from claudemesh_cli import config

    entries = config.load().meshes
    rows = _rows(entries, _from_account(output))

    def render(console: Console) -> None:
        if not rows:
            console.print("You are on no mesh yet. Run: claudemesh create <name>")
            return
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False)
        for heading in ("MESH", "NAME", "ROLE", "MEMBERS", "ONLINE", ""):
            table.add_column(heading, overflow="fold", no_wrap=heading == "MESH")
        for row in rows:
            cells = (row["slug"], row["name"], row["role"], row["member_count"])
            note = "" if row["joined"] else "not on this machine"
            texts = ["" if cell is None else str(cell) for cell in (*cells, row["active_peers"])]
            table.add_row(*(Text(clean(text, one_line=True)) for text in (*texts, note)))
        console.print(table, soft_wrap=False)

    output.data({"meshes": rows}, render)


def _from_account(output: Output) -> dict[str, AccountMesh]:
    """What the account knows, by mesh id; nothing if signed out or out of reach."""
    from claudemesh_cli import auth

    if auth.load() is None:
        return {}
    from claudemesh_cli.account_meshes import account_api, account_meshes

    try:
        with output.progress("Asking the broker…"):
            return {mesh.id: mesh for mesh in account_meshes(account_api())}
    except CliError as error:
        output.warn(f"Shown from this machine only: {error.message}")
        return {}


def _rows(entries: list[MeshEntry], online: dict[str, AccountMesh]) -> list[dict[str, Any]]:
    rows = []
    for entry in entries:
        seen = online.get(entry.mesh_id)
        rows.append(_row(described(entry), seen, joined=True))
    here = {entry.mesh_id for entry in entries}
    for mesh in online.values():
        if mesh.id not in here:
            fields = {
                "slug": mesh.slug,
                "name": mesh.name,
                "mesh_id": mesh.id,
                "member_id": None,
                "pubkey": None,
                "broker_url": mesh.broker_url,
                "joined_at": mesh.joined_at,
            }
            rows.append(_row(fields, mesh, joined=False))
    return rows


def _row(fields: dict[str, Any], seen: AccountMesh | None, *, joined: bool) -> dict[str, Any]:
    return {
        **fields,
        "joined": joined,
        "role": seen.role if seen else None,
        "is_owner": seen.is_owner if seen else None,
        "member_count": seen.member_count if seen else None,
        "active_peers": seen.active_peers if seen else None,
    }


@click.command()
@click.argument("name")
@common_options
@pass_output
def rename(output: Output, name: str) -> None:
    """Give a mesh that you own another name."""
    from claudemesh_cli import config
    from claudemesh_cli.account_meshes import account_api, mesh_path

    entry = config.load().pick(output.mesh)
    api = account_api()
    api.request("PATCH", mesh_path(api, entry), dict[str, Any], {"name": name})
    with config.editing() as everything:
        for mesh in everything.meshes:
            if mesh.mesh_id == entry.mesh_id:
                mesh.name = entry.name = name

    def render(console: Console) -> None:
        console.print(f"{entry.slug} is now called {clean(name, one_line=True)}.")

    output.data({"mesh": described(entry)}, render)


@click.command()
@click.argument("slug", required=False)
@common_options
@pass_output
def leave(output: Output, slug: str | None) -> None:
    """Remove a mesh, and your key on it, from this machine.

    The mesh keeps your membership; an owner or admin can remove it for good.
    """
    from claudemesh_cli import config

    entry = config.load().pick(slug or output.mesh)
    output.confirm(f"Leave {entry.slug}? Your key on it is deleted; nobody can restore it.")
    with config.editing() as everything:
        everything.meshes = [mesh for mesh in everything.meshes if mesh.mesh_id != entry.mesh_id]

    def render(console: Console) -> None:
        console.print(f"Left {entry.slug}. To come back you need a new invitation.")

    output.data({"left": described(entry)}, render)
