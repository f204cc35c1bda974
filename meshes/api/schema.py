"""Tells the OpenAPI generator what the fields of the meshes API take."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension

from meshes import slugs


class SlugScheme(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A mesh's slug."""

    target_class = "meshes.api.bodies.SlugField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """Empty text too, where that stands for none."""
        slug = slugs.SLUG_PATTERN.pattern
        pattern = f"^({slug})?$" if self.target.allow_blank else f"^{slug}$"
        return {"type": "string", "maxLength": slugs.MAX_SLUG_CHARS, "pattern": pattern}


class OneOfScheme(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """One of a few words."""

    target_class = "meshes.api.bodies.OneOfField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """Null is added by whoever calls this."""
        return {"type": "string", "enum": list(self.target.words)}
