"""Accounts from before people could sign up were made by the operator: their addresses count."""

from typing import Any

from django.db import migrations


def verify(apps: Any, schema_editor: Any) -> None:
    """Give each account without any address the one it signs in with, verified."""
    address = apps.get_model("account", "EmailAddress")
    known = set(address.objects.values_list("user_id", flat=True))
    address.objects.bulk_create(
        address(user_id=pk, email=email, verified=True, primary=True)
        for pk, email in apps.get_model("accounts", "User").objects.values_list("pk", "email")
        if pk not in known
    )


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0002_device_login"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(verify, migrations.RunPython.noop)]
