"""Lets the cells of the admin's lists say which column they are in, for narrow screens."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

ROLES = {"<td": "cell", "<th": "rowheader"}


@register.filter
def under(cells: Iterable[str], headers: list[dict[str, Any]]) -> list[SafeString]:
    """Django's cells (`<td …>` or `<th …>`), each with its role and its column's name."""
    return [_labelled(str(cell), header) for cell, header in zip(cells, headers, strict=True)]


def _labelled(cell: str, header: dict[str, Any]) -> SafeString:
    start, rest = cell[:3], cell[3:]
    text = str(header["text"])
    label = "" if "<" in text else text[:1].upper() + text[1:]  # a checkbox is in the first
    attributes = format_html(' role="{}"', ROLES[start])
    if label:
        attributes += format_html(' data-label="{}"', label)
    return mark_safe(start + attributes + rest)  # Django escaped the cell
