"""POST /hook/set-status: coding agents say when they work and when they wait."""

import hashlib
from typing import Any

from claudemesh_wire.errors import MeshError
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.addresses import client_address
from accounts.api import fields
from accounts.api.base import AnonymousView, validated
from accounts.api.describing import answers
from accounts.api.throttles import refuse_over
from presence import metrics
from presence.services.hooks import Hook, check_signed, receive

PER_SESSION = "30/m"


class HookBody(serializers.Serializer[None]):
    """Signed with `member_id`, `timestamp` and `signature`; without them as older clients do."""

    cwd = fields.StrictCharField(max_length=4096, allow_blank=True, trim_whitespace=False)
    pid = fields.StrictIntegerField(min_value=0, max_value=2**31 - 1)
    status = serializers.ChoiceField(choices=["idle", "working", "dnd"])
    session_id = fields.StrictCharField(max_length=256, trim_whitespace=False)
    member_id = fields.StrictCharField(max_length=64, required=False)
    timestamp = fields.StrictIntegerField(min_value=0, max_value=2**53, required=False)
    signature = fields.StrictCharField(max_length=128, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """All of what a signed hook needs, or none of it: half a proof is no proof."""
        given = {"member_id", "timestamp", "signature"} & set(attrs)
        if given and len(given) < 3:
            message = "A signed hook needs member_id, timestamp and signature."
            raise serializers.ValidationError(message)
        return attrs


class HookAnswer(serializers.Serializer[None]):
    """`presence_id` where the status was set, `pending` while it waits for the session."""

    ok = serializers.BooleanField()
    presence_id = serializers.CharField(required=False)
    pending = serializers.BooleanField(required=False)


class SetStatus(AnonymousView):
    """`{ok, presence_id?, pending?}`. 30 a minute a session, 300 a minute an address."""

    throttle_rate = "300/m"

    @answers(
        "Sets the status of a session, as the hooks of a coding agent do.",
        HookAnswer,
        body=HookBody,
        refuses="timestamp_skew unauthorized bad_signature revoked device_revoked replayed",
    )
    def post(self, request: Request) -> Response:
        """Take one hook."""
        metrics.hook_requests.inc()
        body = validated(HookBody, request)
        hook = Hook(remote_addr=client_address(request) or "unknown", **body)
        if hook.member_id:
            check_signed(hook)
        _count(hook)
        result = receive(hook)
        if result.pending:
            return Response({"ok": True, "pending": True})
        return Response({"ok": True, "presence_id": result.presence_id})


def _count(hook: Hook) -> None:
    """30 a minute a session: of the member who signed, else of the address that claims it."""
    who = hook.member_id or hook.remote_addr
    session = hashlib.sha256(hook.session_id.encode()).hexdigest()
    try:
        refuse_over(f"hook:{who}:{session}", PER_SESSION)
    except MeshError:
        metrics.hook_requests_rate_limited.inc()
        raise
