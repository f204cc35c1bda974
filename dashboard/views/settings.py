"""What an owner decides about a mesh, archiving it, and leaving it."""

from __future__ import annotations

from typing import Any

from claudemesh_wire.errors import MeshError
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from dashboard.forms import MeshForm
from dashboard.pages import MeshPage
from meshes import policy
from meshes.forms import SlugAgainForm
from meshes.models import Mesh
from meshes.services import archive_mesh, update_mesh
from meshes.services.leaving import leave_mesh


class Settings(MeshPage):
    """Name, slug and policy for the owner; leaving for everybody else."""

    section = "settings"
    home = "dashboard-settings"

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """The form, filled in."""
        return self.show("settings", form=MeshForm(initial=_initial(self.standing.mesh)))

    def post(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Changes what was changed; a new slug leads to the new address."""
        if not self.standing.is_owner:
            raise PermissionDenied
        form = MeshForm(request.POST)
        if not form.is_valid():
            return self.show("settings", form=form)
        try:
            mesh = update_mesh(by=self.standing, **form.changes())
        except MeshError as error:
            form.add_error("slug" if error.code == "exists" else None, error.message)
            self.standing.mesh.refresh_from_db()
            return self.show("settings", form=form)
        self.say("Saved.")
        return redirect(self.home, mesh.slug)


class Archive(MeshPage):
    """Asks for the slug, then archives."""

    section = "settings"
    needs = "owner"

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """The question."""
        return self.show("archive", form=SlugAgainForm(wanted=self.standing.mesh.slug))

    def post(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Does it."""
        form = SlugAgainForm(request.POST, wanted=self.standing.mesh.slug)
        if not form.is_valid():
            return self.show("archive", form=form)
        if self.attempt(lambda: archive_mesh(by=self.standing)):
            self.say(f"{self.standing.mesh.name} is archived.")
        return redirect("dashboard")


class Leave(MeshPage):
    """Asks first, then gives up the person's place."""

    section = "settings"
    home = "dashboard-settings"

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """The question; an owner has none to answer."""
        return self.back() if self.standing.is_owner else self.show("leave")

    def post(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Does it."""
        if not self.attempt(lambda: leave_mesh(by=self.standing)):
            return self.back()
        self.say(f"You have left {self.standing.mesh.name}.")
        return redirect("dashboard")


def _initial(mesh: Mesh) -> dict[str, Any]:
    rules = policy.effective(mesh.policy)
    return {
        "name": mesh.name,
        "slug": mesh.slug,
        "audit_messages": rules["auditMessages"],
        "allow_plaintext": rules["allowPlaintext"],
        "self_editable": [rule for rule, may in rules["selfEditable"].items() if may],
    }
