"""The operations of the schema that the broker serves, read as any tool would read it."""

from __future__ import annotations

from typing import Any

import schemathesis
from django.core.wsgi import get_wsgi_application
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

AS_DESCRIBED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
AND_STRICT = [*AS_DESCRIBED, negative_data_rejection]


def _load() -> Any:
    config = SchemathesisConfig()
    config.projects.default.generation.update(
        with_security_parameters=False
    )  # who calls is up to the tests
    return schemathesis.openapi.from_wsgi(
        "/api/schema?format=json", get_wsgi_application(), config=config
    )


SCHEMA = _load()
OPERATIONS = {result.ok().label: result.ok() for result in SCHEMA.get_all_operations()}
LABELS = sorted(OPERATIONS)


def security_of(label: str) -> list[dict[str, Any]]:
    """The ways in that the schema names for an operation; {} is none at all."""
    method, _, path = label.partition(" ")
    found: list[dict[str, Any]] = SCHEMA.raw_schema["paths"][path][method.lower()]["security"]
    return found
