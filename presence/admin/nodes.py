"""The admin's list of nodes, for operators, read-only."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import admin
from django.utils.safestring import SafeString

from accounts.admin.base import BrokerAdmin
from accounts.admin.cells import badge, when
from presence.clock import now
from presence.models import Node


@admin.register(Node)
class NodeAdmin(BrokerAdmin):
    """Broker processes and their last sign of life."""

    purpose = "The broker's processes, and their last sign of life."
    place = 100
    operators_only = True
    list_display = ("name", "state", "started", "heartbeat")
    ordering = ("-started_at",)
    fields = ("id", "name", "state", "started", "heartbeat")

    @admin.display(description="process", ordering="hostname")
    def name(self, row: Node) -> str:
        """Machine and process id."""
        return str(row)

    @admin.display(description="state")
    def state(self, row: Node) -> SafeString:
        """Dead when its lease is over."""
        lease = timedelta(seconds=settings.NODE_LEASE_S)
        return badge("alive", "good") if row.heartbeat_at > now() - lease else badge("gone", "bad")

    @admin.display(description="started", ordering="started_at")
    def started(self, row: Node) -> SafeString:
        """When."""
        return when(row.started_at)

    @admin.display(description="last heartbeat", ordering="heartbeat_at")
    def heartbeat(self, row: Node) -> SafeString:
        """When."""
        return when(row.heartbeat_at)
