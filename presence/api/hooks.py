"""POST /hook/set-status: coding agents say when they work and when they wait."""

from claudemesh_wire.errors import MeshError
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.addresses import client_address
from accounts.api import fields
from accounts.api.base import AnonymousView, validated
from accounts.api.throttles import refuse_over
from presence import metrics
from presence.services.hooks import Hook, receive

PER_SESSION = "30/m"


class HookBody(serializers.Serializer[None]):
    """Signed with `member_id`, `timestamp` and `signature`; without them as older clients do."""

    cwd = fields.StrictCharField(max_length=4096, allow_blank=True)
    pid = fields.StrictIntegerField(min_value=0, max_value=2**31 - 1)
    status = serializers.ChoiceField(choices=["idle", "working", "dnd"])
    session_id = fields.StrictCharField(max_length=256)
    member_id = fields.StrictCharField(max_length=64, required=False)
    timestamp = fields.StrictIntegerField(min_value=0, max_value=2**53, required=False)
    signature = fields.StrictCharField(max_length=128, required=False)


class SetStatus(AnonymousView):
    """`{ok, presence_id?, pending?}`. 30 a minute a session, 300 a minute an address."""

    throttle_rate = "300/m"

    def post(self, request: Request) -> Response:
        """Take one hook."""
        metrics.hook_requests.inc()
        body = validated(HookBody, request)
        if body.get("member_id") and not (body.get("signature") and "timestamp" in body):
            raise MeshError("malformed", "A signed hook needs timestamp and signature.")
        address = client_address(request) or "unknown"
        try:
            refuse_over(f"hook:{address}:{body['session_id']}", PER_SESSION)
        except MeshError:
            metrics.hook_requests_rate_limited.inc()
            raise
        result = receive(Hook(remote_addr=address, **body))
        if result.pending:
            return Response({"ok": True, "pending": True})
        return Response({"ok": True, "presence_id": result.presence_id})
