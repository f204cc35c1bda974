"""`manage.py verify_audit`: walks audit logs and says where one is broken. Changes nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from claudemesh_wire.audit import ChainReport
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from audit import selectors
from audit.verifying import verify
from meshes.models import Mesh


class Command(BaseCommand):
    """Lives in the project, since it knows meshes by name and the audit app does not."""

    help = "Verify the audit logs; the exit code is 1 if one is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--mesh", default="", help="one mesh, by slug or id; default: all logs")

    def handle(self, *args: Any, **options: Any) -> None:
        names = dict(Mesh.objects.values_list("id", "slug"))
        chains = _chosen(options["mesh"], names) if options["mesh"] else selectors.chains()
        broken = 0
        with _progress() as progress:
            for mesh_id in chains:
                name = names.get(mesh_id, mesh_id)
                report = _verify(mesh_id, name, progress)
                broken += not report.valid
                self.stdout.write(f"{name}: {report.sentence}")
        if broken:
            raise CommandError(f"{broken} of {len(chains)} audit log(s) are broken.", returncode=1)
        self.stdout.write(self.style.SUCCESS(f"{len(chains)} audit log(s) verified."))


def _chosen(wanted: str, names: dict[str, str]) -> list[str]:
    by_slug = {slug: mesh_id for mesh_id, slug in names.items()}
    mesh_id = by_slug.get(wanted, wanted)
    if mesh_id not in names and mesh_id not in selectors.chains():
        raise CommandError(f"There is no mesh {wanted}, by slug or by id.", returncode=5)
    return [mesh_id]


def _progress() -> Progress:
    """A bar on standard error, and none where that is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True)


def _verify(mesh_id: str, name: str, progress: Progress) -> ChainReport:
    task = progress.add_task(name, total=None)
    try:
        return verify(
            mesh_id,
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    finally:
        progress.remove_task(task)
