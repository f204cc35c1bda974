"""What only the pages of the dashboard ask for; the rest is in `meshes.forms`."""

from __future__ import annotations

from typing import Any

from django import forms

from meshes import slugs
from meshes.forms import ROLES, InviteChoices, MeshRules, check_line

MAX_NAME_CHARS = 120


class NewMeshForm(forms.Form):
    """A mesh to be made in the browser."""

    name = forms.CharField(
        label="Name", max_length=MAX_NAME_CHARS, help_text="For example: Release crew."
    )

    def clean_name(self) -> str:
        """Refuse what could steer a terminal or hide text."""
        name: str = self.cleaned_data["name"]
        check_line(name)
        return name


class InviteForm(InviteChoices):
    """An invitation. Only owners are offered the role admin; the service holds it, too."""

    def __init__(self, *args: Any, is_owner: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_owner:
            self.fields["role"].choices = ROLES[:1]  # type: ignore[attr-defined]


class RoleForm(forms.Form):
    """A member's new role."""

    role = forms.ChoiceField(choices=ROLES)


class MeshForm(MeshRules):
    """What the owner decides about a mesh."""

    name = forms.CharField(label="Name", max_length=MAX_NAME_CHARS)
    slug = forms.CharField(
        label="Slug",
        max_length=slugs.MAX_SLUG_CHARS,
        help_text="Part of addresses and of CLI commands. Old addresses stop working.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
