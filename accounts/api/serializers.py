"""Shapes of the accounts API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.fields import StrictCharField
from accounts.models import CliSession, User
from accounts.tokens import MAX_TOKEN_CHARS


class RevokeTokenBody(serializers.Serializer[Any]):
    """Body of POST /cli/session/revoke."""

    token = StrictCharField(max_length=MAX_TOKEN_CHARS)


class ProfileShape(serializers.ModelSerializer[User]):
    """`{id, display_name, email}`."""

    class Meta:
        model = User
        fields = ("id", "display_name", "email")


class CliSessionShape(serializers.ModelSerializer[CliSession]):
    """One device; `current` marks the one that asks (context `current_id`)."""

    current = serializers.SerializerMethodField()

    class Meta:
        model = CliSession
        fields = (
            "id",
            "hostname",
            "platform",
            "arch",
            "created_at",
            "last_seen_at",
            "last_ip",
            "expires_at",
            "current",
        )

    def get_current(self, session: CliSession) -> bool:
        return bool(session.pk == self.context.get("current_id"))
