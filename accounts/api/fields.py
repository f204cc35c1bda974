"""Serializer fields that take the right JSON type or nothing; DRF's own convert on the quiet."""

from __future__ import annotations

import re
from typing import Any

from rest_framework import serializers


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
