"""Shapes of the accounts API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.fields import NameField, StrictCharField
from accounts.models import CliSession, User
from accounts.services.device_polling import Polled
from accounts.tokens import MAX_TOKEN_CHARS


class RevokeTokenBody(serializers.Serializer[Any]):
    """Body of POST /cli/session/revoke."""

    token = StrictCharField(max_length=MAX_TOKEN_CHARS)


class DeviceShape(serializers.Serializer[Any]):
    """What a device says of itself: `{hostname?, platform?, arch?}`."""

    hostname = NameField(max_length=255, allow_blank=True, allow_null=True, required=False)
    platform = NameField(max_length=64, allow_blank=True, allow_null=True, required=False)
    arch = NameField(max_length=64, allow_blank=True, allow_null=True, required=False)


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


class StartedShape(serializers.Serializer[Any]):
    """The codes of a new device login, and where to go with them."""

    device_code = serializers.CharField()
    user_code = serializers.CharField()
    session_id = serializers.CharField()
    expires_at = serializers.DateTimeField()
    verification_url = serializers.CharField()
    token_url = serializers.CharField()
    interval = serializers.IntegerField(source="interval_s")


class PolledShape(serializers.Serializer[Any]):
    """`{status}`, with `interval` while it is pending, with token and user when it is approved."""

    status = serializers.ChoiceField(["pending", "approved", "denied", "expired", "consumed"])
    interval = serializers.IntegerField(source="interval_s", required=False)
    slow_down = serializers.BooleanField(required=False)
    session_token = serializers.CharField(source="token", required=False)
    user = ProfileShape(required=False)

    def to_representation(self, instance: Polled) -> dict[str, Any]:
        """Without what there is nothing to say about."""
        shown = super().to_representation(instance)
        return {name: value for name, value in shown.items() if value not in (None, False)}


class TokenShape(serializers.Serializer[Any]):
    """`{token}`."""

    token = serializers.CharField()
