"""What forms ask about meshes, for the dashboard and the admin alike.

Rules that need the database are the services'.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.api.fields import is_printable_line
from meshes import policy, slugs
from meshes.models import Member
from meshes.services import invites

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


def check_line(text: str) -> None:
    """Refuse what could steer a terminal or hide text. Raises ValidationError."""
    if not is_printable_line(text):
        raise ValidationError("Must not contain control characters.")


class InviteChoices(forms.Form):
    """An invitation; whether one may invite admins, the service says."""

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


class MeshRules(forms.Form):
    """What an owner decides about a mesh; the form that inherits this has `name` and `slug`."""

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

    def clean_name(self) -> str:
        """Refuse what could steer a terminal or hide text."""
        name: str = self.cleaned_data["name"]
        check_line(name)
        return name

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


class ReasonForm(forms.Form):
    """Why somebody is banned; others who manage the mesh read it."""

    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=MAX_REASON_CHARS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Managers of the mesh and the audit log keep it. The person does not see it.",
    )


class SlugAgainForm(forms.Form):
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
