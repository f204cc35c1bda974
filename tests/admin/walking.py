"""Every address of the admin, found by walking its URL patterns, filled in with a realm's rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.urls import URLPattern, get_resolver

from tests.admin.realm import Realm

PREFIX = "admin/"
NO_ID = "0123456789abcdef0123456789abcdef"
_PLACE = re.compile(r"<(?:\w+:)?(\w+)>")


def patterns() -> Iterator[str]:
    """The routes of the admin, as `/admin/meshes/mesh/<path:object_id>/change/`."""
    (root,) = (p for p in get_resolver().url_patterns if str(p.pattern) == PREFIX)
    yield from _leaves(root.url_patterns, f"/{PREFIX}")  # type: ignore[union-attr]


def _leaves(found: Any, prefix: str) -> Iterator[str]:
    for pattern in found:
        route = prefix + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from _leaves(pattern.url_patterns, route)


def addresses(realm: Realm) -> list[str]:
    """Every address, with the rows of `realm` wherever one names a row."""
    found = []
    for route in patterns():
        if "(?P<" in route:
            found.append(f"/{PREFIX}meshes/" if "app_label" in route else f"/{PREFIX}nothing")
        elif "<" not in route:
            found.append(route)
        else:
            row = realm.row(model_of(route))
            found.append(_PLACE.sub(lambda _, row=row: str(row.pk), route))  # type: ignore[misc]
    return found


def model_of(route: str) -> type[Model]:
    """The model that an address below `/admin/<app>/<model>/` is about."""
    app, model = route.removeprefix(f"/{PREFIX}").split("/")[:2]
    found = ContentType.objects.get_by_natural_key(app, model).model_class()
    assert found is not None
    return found


def lists() -> list[str]:
    """The address of each list."""
    return [list_of(model) for model in admin.site._registry]


def list_of(model: type[Model]) -> str:
    """The address of a model's list."""
    return f"/{PREFIX}{model._meta.app_label}/{model._meta.model_name}/"


def page_of(row: Model) -> str:
    """The address of one row."""
    return f"{list_of(type(row))}{row.pk}/change/"
