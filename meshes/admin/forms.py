"""What the admin asks for. Rules that need the database are the services'."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.api.fields import is_printable_line
from meshes import policy, slugs
from meshes.models import Member, Mesh
from meshes.services import invites

if TYPE_CHECKING:
    MeshModelForm = forms.ModelForm[Mesh]
    MemberModelForm = forms.ModelForm[Member]
else:
    MeshModelForm = MemberModelForm = forms.ModelForm

MAX_REASON_CHARS = 500
MAX_GROUPS = 64
MAX_GROUP_CHARS = 64
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
    """Refuses what could steer a terminal or hide text. Raises ValidationError."""
    if not is_printable_line(text):
        raise ValidationError("Must not contain control characters.")


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
        self.initial |= {
            "audit_messages": rules["auditMessages"],
            "allow_plaintext": rules["allowPlaintext"],
            "self_editable": [rule for rule, may in rules["selfEditable"].items() if may],
        }

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


class MemberForm(MemberModelForm):
    """A member's profile and role; `changes` is for `update_member`."""

    group_names = forms.CharField(
        label="Groups",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One a line. What a member is in a group is kept for groups that stay.",
    )
    role = forms.ChoiceField(choices=ROLES)

    class Meta:
        model = Member
        fields = ("display_name", "role_tag", "message_mode")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [str(group.get("name", "")) for group in self.instance.groups]
        self.initial["group_names"] = "\n".join(names)
        self.initial["role"] = self.instance.role

    def clean_display_name(self) -> str:
        """Refuse characters that could steer a terminal."""
        name: str = self.cleaned_data["display_name"]
        check_line(name)
        return name

    def clean_role_tag(self) -> str:
        """As above."""
        tag: str = self.cleaned_data["role_tag"]
        check_line(tag)
        return tag

    def clean_group_names(self) -> list[str]:
        """The names, each once."""
        lines = (line.strip() for line in self.cleaned_data["group_names"].splitlines())
        names = list(dict.fromkeys(line for line in lines if line))
        if len(names) > MAX_GROUPS or any(len(name) > MAX_GROUP_CHARS for name in names):
            limits = f"{MAX_GROUPS} groups of {MAX_GROUP_CHARS} characters at most."
            raise ValidationError(limits)
        for name in names:
            check_line(name)
        return names

    def changes(self) -> dict[str, Any]:
        """What was changed, as `update_member` takes it."""
        data = self.cleaned_data
        changed = {name: data[name] for name in self.changed_data if name != "group_names"}
        if "group_names" in self.changed_data:
            known = {group.get("name"): group for group in self.instance.groups}
            changed["groups"] = [known.get(n, {"name": n}) for n in data["group_names"]]
        return changed


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


class ReasonForm(forms.Form):
    """Why somebody is banned."""

    reason = forms.CharField(
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
