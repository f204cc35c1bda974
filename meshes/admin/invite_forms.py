"""What the admin asks about an invitation: `meshes.forms`, and into which mesh."""

from __future__ import annotations

from typing import Any

from django import forms

from meshes.forms import InviteChoices
from meshes.models import Mesh


class InviteForm(InviteChoices):
    """An invitation into one of the meshes offered."""

    mesh = forms.ModelChoiceField(queryset=Mesh.objects.none(), empty_label=None)
    field_order = ("mesh",)

    def __init__(self, *args: Any, meshes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["mesh"]
        field.queryset = meshes
        self.fields["role"].help_text = "Only the owner of a mesh may invite admins."

    def choices(self) -> dict[str, Any]:
        """What was chosen, as `create_invite` takes it."""
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return {name: value for name, value in given.items() if name != "mesh"}
