"""What the admin asks about an invitation. Rules that need the database are the services'."""

from __future__ import annotations

from typing import Any

from django import forms

from meshes.admin.member_forms import ROLES
from meshes.models import Mesh
from meshes.services import invites

DAY_S = invites.DAY_S
PRESETS = [
    ("single", "One person, within 7 days"),
    ("team", "25 people, within 7 days"),
    ("event", "100 people, within a day"),
]
LIFETIMES = [
    ("", "As chosen above"),
    ("3600", "An hour"),
    (str(DAY_S), "A day"),
    (str(7 * DAY_S), "7 days"),
    (str(30 * DAY_S), "30 days"),
]


class InviteForm(forms.Form):
    """An invitation into one of the meshes offered."""

    mesh = forms.ModelChoiceField(queryset=Mesh.objects.none(), empty_label=None)
    preset = forms.ChoiceField(label="For", choices=PRESETS)
    role = forms.ChoiceField(choices=ROLES, help_text="Only the owner of a mesh may invite admins.")
    email = forms.EmailField(
        label="Mail it to",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    expires_in_s = forms.TypedChoiceField(
        label="Expires after", choices=LIFETIMES, required=False, coerce=int, empty_value=None
    )
    max_uses = forms.IntegerField(
        label="Number of people", required=False, min_value=1, max_value=invites.MAX_USES
    )

    def __init__(self, *args: Any, meshes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["mesh"]
        field.queryset = meshes

    def choices(self) -> dict[str, Any]:
        """What was chosen, as `create_invite` takes it."""
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return {name: value for name, value in given.items() if name != "mesh"}
