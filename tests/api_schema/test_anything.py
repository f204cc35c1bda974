"""schemathesis calls every operation with all that the schema allows, and with what it forbids."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from schemathesis.generation import GenerationMode

from tests.api_schema.operations import AND_STRICT, AS_DESCRIBED, LABELS, OPERATIONS
from tests.api_schema.scene import CALLERS, Scene

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]
KINDS = {
    "allowed": (GenerationMode.POSITIVE, True),
    "forbidden": (GenerationMode.NEGATIVE, True),
    "elsewhere": (GenerationMode.POSITIVE, False),
}
EXAMPLES = {"bearer": 12, "browser": 6, "nobody": 3}


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("label", LABELS)
def test_answers_are_as_described(scene: Scene, label: str, kind: str, caller: str) -> None:
    mode, about_real_things = KINDS[kind]
    path = scene.path_of(label) if about_real_things else None
    operation = OPERATIONS[label]
    if mode is GenerationMode.NEGATIVE and not list(operation.body):
        return  # nothing of it can be wrong but the path, which is `elsewhere`

    @settings(
        max_examples=EXAMPLES[caller],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode, path_parameters=path or None))
    def call(case: Any) -> None:
        checks = AND_STRICT if caller == "bearer" else AS_DESCRIBED
        with undone():
            case.call_and_validate(checks=checks, **scene.as_caller(caller))

    call()


@contextmanager
def undone() -> Iterator[None]:
    """Takes back whatever the call stored and counted, so that the next finds the same scene."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    cache.clear()
