"""Shapes of answers that the accounts API builds by hand; nothing is validated with them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.serializers import CliSessionShape

Answer = serializers.Serializer[Any]


class OkAnswer(Answer):
    """`{ok}`."""

    ok = serializers.BooleanField()


class FoundAnswer(OkAnswer):
    """`{ok, found}`."""

    found = serializers.BooleanField()


class RevokedAnswer(OkAnswer):
    """`{ok, revoked}`: how many."""

    revoked = serializers.IntegerField()


class SessionsAnswer(Answer):
    """`{sessions}`."""

    sessions = CliSessionShape(many=True)
