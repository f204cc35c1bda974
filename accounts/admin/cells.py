"""What stands in the cells of the admin's lists: times, badges, links. Everything is escaped."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Literal
from urllib.parse import urlencode

from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

#: Stands in a cell or field without a value.
NOTHING = SafeString("–")

Tone = Literal["", "clay", "good", "warn", "bad"]


def when(at: datetime | None) -> SafeString:
    """A moment in UTC, as on the other pages; script adds "in 3 days"."""
    if at is None:
        return NOTHING
    utc = at.astimezone(timezone.utc)
    return format_html(
        '<time datetime="{}">{}</time>',
        utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
        utc.strftime("%Y-%m-%d %H:%M UTC"),
    )


def badge(word: str, tone: Tone = "") -> SafeString:
    """A word in a pill."""
    return format_html('<span class="badge {}">{}</span>', tone, word)


def mono(text: str) -> SafeString:
    """Text that a machine made."""
    return format_html('<span class="mono">{}</span>', text) if text else NOTHING


def link_to(row: Model, text: str) -> SafeString:
    """A link to the row's page in the admin."""
    route = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    return format_html('<a href="{}">{}</a>', reverse(route, args=[row.pk]), text)


def link_to_list(model: type[Model], text: str, **query: str) -> SafeString:
    """A link to a list, narrowed by `query` (`mesh=…`)."""
    route = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    return format_html('<a href="{}?{}">{}</a>', reverse(route), urlencode(query), text)
