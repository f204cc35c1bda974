"""One line that people read, as the forms of the admin check it."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from accounts.api.fields import is_printable_line


def check_line(text: str) -> None:
    """Refuses what could steer a terminal or hide text. Raises ValidationError."""
    if not is_printable_line(text):
        raise ValidationError("Must not contain control characters.")
