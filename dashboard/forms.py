"""What the pages of the dashboard ask for. Rules that need the database are the services'."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.api.fields import is_printable_line
from meshes import policy, slugs
from meshes.models import Member
from meshes.services import invites

MAX_NAME_CHARS = 120
MAX_REASON_CHARS = 500
DAY_S = invites.DAY_S

ROLES = [(Member.Role.MEMBER.value, "member"), (Member.Role.ADMIN.value, "admin")]
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
SELF_EDITABLE = [
    ("displayName", "their name"),
    ("roleTag", "their role tag"),
    ("groups", "their groups"),
    ("messageMode", "how they get messages"),
]


class LineField(forms.CharField):
    """One line that people read: nothing that could steer a terminal or hide text."""

    def clean(self, value: Any) -> str:
        """Refuse control characters and what turns the direction of text."""
        text: str = super().clean(value)
        if not is_printable_line(text):
            raise ValidationError("Must not contain control characters.")
        return text


class NewMeshForm(forms.Form):
    """A mesh to be made in the browser."""

    name = LineField(
        label="Name", max_length=MAX_NAME_CHARS, help_text="For example: Release crew."
    )


class InviteForm(forms.Form):
    """An invitation. Only owners are offered the role admin; the service holds it, too."""

    preset = forms.ChoiceField(label="For", choices=PRESETS)
    role = forms.ChoiceField(label="Role", choices=ROLES)
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

    def __init__(self, *args: Any, is_owner: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_owner:
            self.fields["role"].choices = ROLES[:1]  # type: ignore[attr-defined]


class RoleForm(forms.Form):
    """A member's new role."""

    role = forms.ChoiceField(choices=ROLES)


class BanForm(forms.Form):
    """Why somebody is banned; others who manage the mesh read it."""

    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=MAX_REASON_CHARS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Managers of the mesh and the audit log keep it. The person does not see it.",
    )


class MeshForm(forms.Form):
    """What the owner decides about a mesh."""

    name = LineField(label="Name", max_length=MAX_NAME_CHARS)
    slug = forms.CharField(
        label="Slug",
        max_length=slugs.MAX_SLUG_CHARS,
        help_text="Part of addresses and of CLI commands. Old addresses stop working.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    audit_messages = forms.BooleanField(
        label="Note each message in the audit log (who, to whom, when, how large)", required=False
    )
    allow_plaintext = forms.BooleanField(
        label="Allow unencrypted group messages from older clients", required=False
    )
    self_editable = forms.MultipleChoiceField(
        label="Members may change",
        choices=SELF_EDITABLE,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_slug(self) -> str:
        """Refuse what is no slug."""
        slug: str = self.cleaned_data["slug"]
        if not slugs.is_slug(slug):
            raise ValidationError("Lower-case letters, digits and single hyphens, 48 at most.")
        return slug

    def changes(self) -> dict[str, Any]:
        """The form as `update_mesh` takes it."""
        data = self.cleaned_data
        chosen = data["self_editable"]
        return {
            "name": data["name"],
            "slug": data["slug"],
            "policy": {
                "auditMessages": data["audit_messages"],
                "allowPlaintext": data["allow_plaintext"],
                "selfEditable": {rule: rule in chosen for rule in policy.SELF_EDITABLE},
            },
        }


class ArchiveForm(forms.Form):
    """The slug typed again, so that nobody archives a mesh by a slip."""

    slug = forms.CharField(
        label="Type the slug of the mesh",
        max_length=slugs.MAX_SLUG_CHARS * 2,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, wanted: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wanted = wanted

    def clean_slug(self) -> str:
        """Refuse another slug."""
        slug: str = self.cleaned_data["slug"].strip()
        if slug != self.wanted:
            raise ValidationError(f"That is not {self.wanted}.")
        return slug
