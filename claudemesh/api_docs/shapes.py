"""Writes a JSON schema as a person would: `{name: text, groups: [text]}`. Validates nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
INDENT = "  "
#: Ours nest three deep at most; a schema that names itself must end too.
MAX_DEPTH = 6
WORDS = {"string": "text", "integer": "number", "number": "number", "boolean": "true or false"}


class Shapes:
    """Writes the schemas of one document, whose components they name."""

    def __init__(self, components: Mapping[str, Schema]) -> None:
        self.components = components

    def resolved(self, schema: Schema) -> Schema:
        """The schema itself in place of its name."""
        name = str(schema.get("$ref", "")).rpartition("/")[2]
        return self.components[name] if name else schema

    def written(self, schema: Schema, depth: int = 0) -> str:
        """The shape of a value, over several lines where it has fields."""
        schema = self.resolved(schema)
        if depth >= MAX_DEPTH:
            return "…"
        if "properties" in schema:
            return self._fields(schema, depth)
        if schema.get("type") == "array":
            return f"[{self.written(schema['items'], depth)}, …]"
        if schema.get("additionalProperties"):
            return f"{{key: {self.written(schema['additionalProperties'], depth)}, …}}"
        return _or_null(self._scalar(schema, depth), schema)

    def _fields(self, schema: Schema, depth: int) -> str:
        required = set(schema.get("required", ()))
        inner = INDENT * (depth + 1)
        lines = [
            f"{inner}{name}{'' if name in required else '?'}: {self.written(value, depth + 1)}"
            for name, value in schema["properties"].items()
        ]
        return "\n".join(["{", *lines, INDENT * depth + "}"])

    def _scalar(self, schema: Schema, depth: int) -> str:
        if "enum" in schema:
            return " or ".join(_quoted(value) for value in schema["enum"])
        for several in ("oneOf", "anyOf", "allOf"):
            if several in schema:
                return self._several(schema[several], depth)
        if schema.get("format") == "date-time":
            return "time"
        return WORDS.get(str(schema.get("type")), "anything")

    def _several(self, schemas: list[Schema], depth: int) -> str:
        """The kinds a value can have, each named once."""
        return " or ".join(dict.fromkeys(self.written(each, depth) for each in schemas))


def _quoted(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def _or_null(text: str, schema: Schema) -> str:
    return f"{text} or null" if schema.get("nullable") and "null" not in text else text
