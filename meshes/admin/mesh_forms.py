"""What the admin asks about a mesh. Rules that need the database are the services'."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from meshes import policy, slugs
from meshes.admin.lines import check_line
from meshes.models import Mesh

if TYPE_CHECKING:
    MeshModelForm = forms.ModelForm[Mesh]
else:
    MeshModelForm = forms.ModelForm

SELF_EDITABLE = [
    ("displayName", "their name"),
    ("roleTag", "their role tag"),
    ("groups", "their groups"),
    ("messageMode", "how they get messages"),
]


class MeshForm(MeshModelForm):
    """What an owner decides about a mesh; `changes` is for `update_mesh`."""

    audit_messages = forms.BooleanField(
        label="Note each message in the audit log",
        help_text="Who, to whom, when and how large; never what.",
        required=False,
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

    class Meta:
        model = Mesh
        fields = ("name", "slug")
        help_texts = {"slug": "Part of addresses and commands. Old addresses stop working."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = policy.effective(self.instance.policy)
        own = {
            "audit_messages": rules["auditMessages"],
            "allow_plaintext": rules["allowPlaintext"],
            "self_editable": [rule for rule, may in rules["selfEditable"].items() if may],
        }
        self.initial.update(own)

    def clean_name(self) -> str:
        """Refuse characters that could steer a terminal."""
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
