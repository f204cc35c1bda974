"""Reads a JSON body of bounded size and depth; whatever else arrives is refused in words."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import IO, Any

from claudemesh_wire.errors import MeshError
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

MAX_BODY_BYTES = 64 * 1024
BODY_TOO_LARGE = f"The body is larger than {MAX_BODY_BYTES // 1024} KiB."


class BoundedJSONParser(JSONParser):
    """A JSON object of at most 64 KiB (RFC 8259). Raises MeshError(malformed|too_large)."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        body = stream.read(MAX_BODY_BYTES + 1)
        if len(body) > MAX_BODY_BYTES:
            raise MeshError("too_large", BODY_TOO_LARGE)
        try:
            data = super().parse(io.BytesIO(body), media_type, parser_context)
        except (ParseError, RecursionError) as error:
            raise MeshError("malformed", "The body is not valid JSON.") from error
        if not isinstance(data, dict):
            raise MeshError("malformed", "The body must be a JSON object.")
        return data
