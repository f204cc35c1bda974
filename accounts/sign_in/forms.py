"""What signing up asks beyond email and password."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.api.fields import is_printable_line
from accounts.models import User


class SignupDetails(forms.Form):
    """The base of django-allauth's sign-up form: the name that other people read."""

    name = forms.CharField(
        label="Name",
        max_length=120,
        required=False,
        help_text="What others on your meshes read. You may leave it empty.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean_name(self) -> str:
        """Refuse characters that could steer a terminal or hide text."""
        name: str = self.cleaned_data["name"].strip()
        if not is_printable_line(name):
            raise ValidationError("Must not contain control characters.")
        return name

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called with the account that was just stored."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
