"""The admin's list of devices: those of one's own account; an operator's shows all."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts import services
from accounts.admin.base import BrokerAdmin, is_operator, person_of
from accounts.admin.cells import NOTHING, badge, when
from accounts.admin.selection import for_each, selected
from accounts.models import CliSession, User


class DeviceState(admin.SimpleListFilter):
    """Whether the token still opens doors."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices."""
        return [("live", "Signed in"), ("expired", "Expired"), ("revoked", "Signed out")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows in the chosen state."""
        gone, over = Q(revoked_at__isnull=False), Q(expires_at__lte=timezone.now())
        states = {"live": ~gone & ~over, "expired": ~gone & over, "revoked": gone}
        chosen = states.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(chosen)


@admin.register(CliSession)
class DeviceAdmin(BrokerAdmin):
    """CLI sessions. The token and its hash are never shown."""

    heading = "Devices"
    purpose = "Machines that are signed in to your account. Signing one out bars its keys at once."
    place = 70
    list_display = ("name", "system", "state", "created", "last_seen", "last_ip", "expires")
    list_filter = (DeviceState,)
    search_fields = ("hostname",)
    search_help_text = "Search by the name of the machine."
    date_hierarchy = "created_at"
    list_select_related = ("user", "revoked_by")
    fields = ("name", "system", "state", "created", "last_seen", "last_ip", "expires", "revoked")
    actions = ("revoke",)

    def scope(self, rows: QuerySet[Any], user: User) -> QuerySet[Any]:
        """One's own."""
        return rows.filter(user=user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the columns that tokens are found by."""
        return super().get_queryset(request).select_related("user").defer("token_hash", "jti")

    def get_list_display(self, request: HttpRequest) -> Any:
        """Operators see whose it is."""
        return (
            ("name", "account", *self.list_display[1:])
            if is_operator(request)
            else (self.list_display)
        )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """As above."""
        return ("account", *self.fields) if is_operator(request) else self.fields

    def get_search_fields(self, request: HttpRequest) -> Any:
        """As above."""
        return ("hostname", "user__email") if is_operator(request) else self.search_fields

    def label(self, row: CliSession) -> str:
        """The name of the machine."""
        return self.name(row)

    @admin.display(description="device", ordering="hostname")
    def name(self, row: CliSession) -> str:
        """What the machine calls itself."""
        return row.hostname or "unnamed machine"

    @admin.display(description="account", ordering="user__email")
    def account(self, row: CliSession) -> str:
        """Whose it is."""
        return row.user.email

    @admin.display(description="system")
    def system(self, row: CliSession) -> str:
        """Platform and processor, as told at sign-in."""
        return " ".join(part for part in (row.platform, row.arch) if part) or NOTHING

    @admin.display(description="state")
    def state(self, row: CliSession) -> SafeString:
        """One word."""
        if row.revoked_at is not None:
            return badge("signed out", "bad")
        return badge("signed in", "good") if row.is_live() else badge("expired")

    @admin.display(description="signed in", ordering="created_at")
    def created(self, row: CliSession) -> SafeString:
        """When its token was made."""
        return when(row.created_at)

    @admin.display(description="last seen", ordering="last_seen_at")
    def last_seen(self, row: CliSession) -> SafeString:
        """When its token was last used."""
        return when(row.last_seen_at)

    @admin.display(description="expires", ordering="expires_at")
    def expires(self, row: CliSession) -> SafeString:
        """When its token ends by itself."""
        return when(row.expires_at)

    @admin.display(description="signed out")
    def revoked(self, row: CliSession) -> SafeString:
        """When it was signed out."""
        return when(row.revoked_at)

    @admin.action(description="Sign out the selected devices")
    def revoke(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Through the service that the page of devices uses, for each device's own account."""
        rows = selected(queryset)
        by = person_of(request)
        calls = ((self.name(row), partial(_revoke, row, by)) for row in rows)
        for_each(request, calls, "Signed out")


def _revoke(row: CliSession, by: User) -> None:
    services.revoke_session(user=row.user, session_id=row.pk, by=by)
