"""The admin's list of email addresses, for operators, read-only."""

from allauth.account.models import EmailAddress
from django.contrib import admin

from accounts.admin.base import BrokerAdmin


@admin.register(EmailAddress)
class AddressAdmin(BrokerAdmin):
    """Addresses of accounts, and whether they are proven."""

    heading = "Email addresses"
    purpose = "Email addresses of accounts, and whether they are proven."
    place = 90
    operators_only = True
    list_display = ("email", "user", "verified", "primary")
    list_filter = ("verified", "primary")
    list_select_related = ("user",)
    search_fields = ("email", "user__email")
    search_help_text = "Search by address."
    fields = ("email", "user", "verified", "primary")
