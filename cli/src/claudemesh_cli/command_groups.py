"""Commands by subject, as `claudemesh people kick`; each also works without its group."""

import rich_click as click

from claudemesh_cli.command_table import MESH, PEOPLE, SHARED
from claudemesh_cli.lazy import LazyGroup


@click.group("mesh", cls=LazyGroup, sections={"Mesh": MESH})
def mesh() -> None:
    """Make, join and manage meshes; each of these also works without `mesh`."""


@click.group("people", cls=LazyGroup, sections={"People": PEOPLE})
def people() -> None:
    """Remove, block and verify people; each of these also works without `people`."""


@click.group("shared", cls=LazyGroup, sections={"Shared": SHARED})
def shared() -> None:
    """State, notes and reminders of the mesh; each of these also works without `shared`."""
