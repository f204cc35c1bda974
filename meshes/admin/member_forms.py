"""What the admin asks about a member. Rules that need the database are the services'."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from meshes.forms import ROLES, check_line
from meshes.models import Member

if TYPE_CHECKING:
    MemberModelForm = forms.ModelForm[Member]
else:
    MemberModelForm = forms.ModelForm

MAX_GROUPS = 64
MAX_GROUP_CHARS = 64


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
