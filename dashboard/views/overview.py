"""`/dashboard`: a person's meshes, what waits for them, and a new mesh."""

from __future__ import annotations

from claudemesh_wire.errors import MeshError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.api.throttles import refuse_over
from dashboard.forms import NewMeshForm
from dashboard.pages import AccountPage
from dashboard.selectors.attention import attention_of
from dashboard.selectors.overview import glances
from meshes.selectors import invites_waiting_for
from meshes.services import create_mesh

MESHES_PER_ACCOUNT = "30/h"
MAX_INVITES_SHOWN = 20


class Overview(AccountPage):
    """Everything of the person's at a glance."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """A page of meshes; what needs the person is said for all of them."""
        found = glances(self.person)
        return self.show(
            "overview",
            page=self.page_of(found, 24),
            attention=attention_of(self.person, [glance.standing for glance in found]),
            invites=invites_waiting_for(self.person)[:MAX_INVITES_SHOWN],
            form=NewMeshForm(),
        )


class NewMesh(AccountPage):
    """`/dashboard/new`: makes a mesh. Its owner's key comes with `claudemesh sync`."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form."""
        return self.show("new_mesh", form=NewMeshForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Makes it and shows it, which teaches the next step."""
        form = NewMeshForm(request.POST)
        if not form.is_valid():
            return self.show("new_mesh", form=form)
        try:
            refuse_over(f"new-mesh:{self.person.pk}", MESHES_PER_ACCOUNT)
            made = create_mesh(owner=self.person, name=form.cleaned_data["name"])
        except MeshError as error:
            form.add_error("name", error.message)
            return self.show("new_mesh", form=form)
        self.say(f"{made.mesh.name} is made.")
        return redirect("dashboard-mesh", made.mesh.slug)
