"""Tells the OpenAPI generator how callers are recognized and what our fields take."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.plumbing import build_bearer_security_scheme_object


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Registers itself for BearerAuthentication when this module is imported."""

    target_class = "accounts.api.authentication.BearerAuthentication"
    name = "cliToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return build_bearer_security_scheme_object("Authorization", "Bearer", "JWT")


class BrowserScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The same for BrowserAuthentication."""

    target_class = "accounts.api.authentication.BrowserAuthentication"
    name = "browserSession"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": (
                "The session of a signed-in browser. What changes something also needs the "
                "cookie csrftoken and its value in the header X-CSRFToken."
            ),
        }


class LegacyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The shim for old clients, which new ones must not find in the schema."""

    target_class = "accounts.api.legacy.LegacyAuthentication"
    name = []  # several schemes in general, and none here

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, Any]]:
        return []

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        return []


class HexScheme(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """So many hex digits."""

    target_class = "accounts.api.fields.HexField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """Empty text too, where that stands for none."""
        hexes = f"[0-9a-f]{{{self.target.digits}}}"
        pattern = f"^({hexes})?$" if self.target.allow_blank else f"^{hexes}$"
        return {"type": "string", "pattern": pattern}
