"""The admin's list of accounts, for operators, read-only. Passwords are never shown."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.admin.base import BrokerAdmin
from accounts.admin.cells import link_to_list, when
from accounts.models import CliSession, User


@admin.register(User)
class UserAdmin(BrokerAdmin):
    """People. Whether they have a second factor is shown, never what it is."""

    heading = "Accounts"
    purpose = "Everybody with an account on this broker."
    place = 80
    operators_only = True
    list_display = ("email", "name", "verified", "factor", "devices", "is_active", "joined", "seen")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("email", "name")
    search_help_text = "Search by address or name."
    date_hierarchy = "date_joined"
    ordering = ("-date_joined",)
    fields = (
        "email",
        "name",
        "verified",
        "factor",
        "devices",
        "is_active",
        "is_superuser",
        "joined",
        "seen",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With what the columns count; without password hashes."""
        live = Q(cli_sessions__revoked_at=None, cli_sessions__expires_at__gt=timezone.now())
        addresses = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
        factors = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
        rows = super().get_queryset(request).defer("password")
        return rows.annotate(
            has_address=Exists(addresses),
            has_factor=Exists(factors),
            device_count=Count("cli_sessions", filter=live),
        )

    @admin.display(description="verified", boolean=True)
    def verified(self, row: Any) -> bool:
        """Whether an address of theirs is proven."""
        return bool(row.has_address)

    @admin.display(description="second factor", boolean=True)
    def factor(self, row: Any) -> bool:
        """Whether an authenticator app is asked for at sign-in."""
        return bool(row.has_factor)

    @admin.display(description="devices", ordering="device_count")
    def devices(self, row: Any) -> SafeString | str:
        """How many are signed in."""
        return link_to_list(CliSession, str(row.device_count), q=row.email)

    @admin.display(description="joined", ordering="date_joined")
    def joined(self, row: User) -> SafeString:
        """When the account was opened."""
        return when(row.date_joined)

    @admin.display(description="last sign-in", ordering="last_login")
    def seen(self, row: User) -> SafeString:
        """By browser."""
        return when(row.last_login)
