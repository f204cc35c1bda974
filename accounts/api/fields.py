"""Serializer fields that take the right JSON type or nothing; DRF's own convert on the quiet."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.core.validators import EmailValidator
from rest_framework import serializers

# Control characters, line and paragraph separators; and what turns the direction of text.
STEERING = frozenset({"Cc", "Zl", "Zp"})
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def is_printable_line(text: str) -> bool:
    """False for text that could break a line, steer a terminal or turn the direction of text."""
    return not any(unicodedata.category(char) in STEERING or char in BIDI for char in text)


class StrictCharField(serializers.CharField):
    """Text, not a number that could be read as text. NUL and lone surrogates are refused."""

    default_error_messages = {"invalid": "Must be text."}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictIntegerField(serializers.IntegerField):
    """A JSON integer: not "3", not 3.0, not true."""

    default_error_messages = {"invalid": "Must be a whole number."}

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictBooleanField(serializers.BooleanField):
    """true or false, not "yes" or 1."""

    default_error_messages = {"invalid": "Must be true or false."}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class NameField(StrictCharField):
    """A name that people read: one line, nothing that could steer a terminal or hide text."""

    default_error_messages = {"unprintable": "Must not contain control characters."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"max_length": 120} | kwargs))

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not is_printable_line(text):
            self.fail("unprintable")
        return text


class StrictEmailField(StrictCharField):
    """An email address, lower-cased."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)
        self.validators.append(EmailValidator("Must be an email address."))

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(data).lower()


class HexField(StrictCharField):
    """Exactly `digits` lower-case hex characters."""

    default_error_messages = {"not_hex": "Must be {digits} lower-case hex characters."}

    def __init__(self, *, digits: int, **kwargs: Any) -> None:
        self.digits = digits
        super().__init__(trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not re.fullmatch(rf"[0-9a-f]{{{self.digits}}}", text):
            self.fail("not_hex", digits=self.digits)
        return text


class PubkeyField(HexField):
    """An ed25519 public key: 64 lower-case hex characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(digits=64, **kwargs)


class SignatureField(HexField):
    """A detached ed25519 signature: 128 lower-case hex characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(digits=128, **kwargs)
