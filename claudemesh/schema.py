"""How the OpenAPI schema is drawn from the views: what they say of themselves, and what follows.

Whatever is the same for every view is added here: how it is authenticated, what can be wrong
with a body, throttling. Nothing here changes what the broker does.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from claudemesh_wire.errors import ERRORS
from django.urls.converters import get_converters
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.types import OpenApiTypes
from rest_framework.permissions import SAFE_METHODS

from accounts.api import schema as accounts_schema
from accounts.api.authentication import BearerAuthentication, BrowserAuthentication
from accounts.api.base import HasAccount
from accounts.api.describing import Described, described
from claudemesh.api_errors import OK_FALSE_PATHS
from meshes.api import schema as meshes_schema
from meshes.api.bodies import ChangesBody

#: Modules that register how fields look in a schema when they are imported.
REGISTERED = (accounts_schema, meshes_schema)

TAGS = {
    "accounts.api.device_login": "Signing a device in",
    "accounts.api.views": "Account and devices",
    "meshes.api.meshes": "Meshes",
    "meshes.api.members": "Members",
    "meshes.api.grants": "Members",
    "meshes.api.invites": "Invitations",
    "meshes.api.joining": "Joining",
    "meshes.api.syncing": "Joining",
    "meshes.api.audit": "Audit log",
    "presence.api.hooks": "Status hooks",
}
ANY_BODY = ("malformed", "too_large", "unsupported_media_type")
REFUSAL = "Refusal"


class BrokerSchema(AutoSchema):
    """One operation, from the `Described` of its method."""

    @property
    def told(self) -> Described:
        """What the method says of itself. Raises LookupError for one that says nothing."""
        found = described(self.view, self.method)
        if found is None:
            raise LookupError(f"{self.method} {self.path} has no @answers")
        return found

    def get_operation_id(self) -> str:
        """As in `patchOneMesh`."""
        return self.method.lower() + type(self.view).__name__

    def get_tags(self) -> list[str]:
        """The noun that the view's module is about."""
        return [TAGS[type(self.view).__module__]]

    def get_summary(self) -> str:
        """The sentence of the method."""
        return self.told.summary

    def get_description(self) -> str:  # type: ignore[override]  # drf_spectacular's own
        """Nothing beyond the sentence; the views' docstrings are for their readers."""
        return ""

    def get_override_parameters(self) -> list[Any]:
        """What may stand in the query string."""
        return [self.told.query] if self.told.query else []

    def get_request_serializer(self) -> Any:
        """The shape of the body, if one is read."""
        return self.told.body

    def get_response_serializers(self) -> Any:
        """The answer; refusals are added where the responses are put together."""
        if self.told.answer is None:
            return {(200, self.told.media_type): OpenApiTypes.STR}
        return {200: self.told.answer(many=self.told.many), **self.told.also}

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        resolved = super()._resolve_path_parameters(variables)  # type: ignore[no-untyped-call]
        found: list[dict[str, Any]] = resolved
        for parameter in found:
            converter = re.search(rf"<(\w+):{parameter['name']}>", self.path_regex)
            if converter:
                regex = get_converters()[converter[1]].regex
                parameter["schema"]["pattern"] = f"^{regex}$"
        return found

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        mapped = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        schema: dict[str, Any] = mapped
        return {**schema, "minProperties": 1} if isinstance(serializer, ChangesBody) else schema

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for status, codes in sorted(self._refusals().items()):
            bodies.setdefault(str(status), self._refusal(codes))
        return bodies

    def _refusals(self) -> dict[int, list[str]]:
        """Every code this operation may answer with, by status."""
        usual = ((code, ERRORS[code].http_status) for code in self._usual_codes())
        found = defaultdict(list)
        for code, status in dict.fromkeys((*usual, *self.told.refuses)):
            found[status].append(code)
        return found

    def _usual_codes(self) -> list[str]:
        authenticators = {type(each) for each in self.view.get_authenticators()}
        codes = ["not_found"] if "{" in self.path else []
        if any(isinstance(each, HasAccount) for each in self.view.get_permissions()):
            codes.append("missing_bearer_token")
        if BearerAuthentication in authenticators:
            codes += ["empty_bearer_token", "invalid_or_revoked_token"]
        if BrowserAuthentication in authenticators and self.method not in SAFE_METHODS:
            codes.append("csrf_failed")
        if self.told.body:
            codes += ANY_BODY
        if self.view.get_throttles():
            codes.append("rate_limit")
        return codes

    def _refusal(self, codes: list[str]) -> dict[str, Any]:
        """One response: the common shape, narrowed to these codes."""
        narrowed: dict[str, Any] = {"error": {"enum": codes}}
        if self.path in OK_FALSE_PATHS:
            narrowed["ok"] = {"enum": [False]}
        schema = {"allOf": [self._refusal_component().ref, {"properties": narrowed}]}
        sentences = [f"`{code}`: {ERRORS[code].sentence}" for code in codes]
        return {
            "description": " ".join(sentences),
            "content": {"application/json": {"schema": schema}},
        }

    def _refusal_component(self) -> ResolvedComponent:
        component = ResolvedComponent(  # type: ignore[no-untyped-call]
            name=REFUSAL, type=ResolvedComponent.SCHEMA, schema=REFUSAL_SCHEMA, object=REFUSAL
        )
        self.registry.register_on_missing(component)
        return component


REFUSAL_SCHEMA = {
    "type": "object",
    "description": "Why not: a stable code for programs, a sentence for people.",
    "properties": {
        "error": {"type": "string"},
        "message": {"type": "string"},
        "retryAfterMs": {"type": "integer", "description": "When to try again, if that helps."},
        "candidates": {"type": "array", "items": {"type": "string"}},
        "ok": {"type": "boolean", "description": "On /join and /cli-sync."},
    },
    "required": ["error", "message"],
}


def add_plain_views(result: dict[str, Any], **rest: Any) -> dict[str, Any]:
    """Adds what is no view of the API proper: health and metrics. The generator calls this."""
    for path, operation in PLAIN_VIEWS.items():
        result["paths"][path] = {"get": {"tags": ["Operation"], "security": [{}], **operation}}
    return result


def _plain(operation_id: str, summary: str, responses: dict[str, Any]) -> dict[str, Any]:
    return {"operationId": operation_id, "summary": summary, "responses": responses}


def _json(description: str, required: dict[str, Any]) -> dict[str, Any]:
    properties = {**required, **IDENTITY}
    schema = {"type": "object", "properties": properties, "required": sorted(properties)}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


TEXT = {"type": "string"}
IDENTITY = {"version": TEXT, "git_sha": TEXT, "uptime_s": {"type": "number"}, "node": TEXT}
PLAIN_VIEWS = {
    "/health": _plain(
        "getHealth",
        "Tells that the process answers, whatever state the database is in.",
        {"200": _json("", {"status": {"enum": ["ok"]}, "db": {"enum": ["up", "down"]}})},
    ),
    "/health/ready": _plain(
        "getReady",
        "Tells whether this process should get traffic.",
        {
            "200": _json("", {"status": {"enum": ["ready"]}}),
            "503": _json("Not now.", {"status": {"enum": ["not_ready"]}, "reason": TEXT}),
        },
    ),
    "/metrics": _plain(
        "getMetrics",
        "Shows the metrics as Prometheus reads them; with METRICS_TOKEN set, for its bearer.",
        {
            "200": {"description": "", "content": {"text/plain": {"schema": TEXT}}},
            "401": {
                "description": "The token is not METRICS_TOKEN.",
                "content": {
                    "application/json": {"schema": {"$ref": f"#/components/schemas/{REFUSAL}"}}
                },
            },
        },
    ),
}
