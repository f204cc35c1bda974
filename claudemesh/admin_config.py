"""Registers Django's admin with our own site; holds no logic."""

from django.contrib.admin.apps import AdminConfig


class BrokerAdminConfig(AdminConfig):
    """Stands in INSTALLED_APPS for "django.contrib.admin"."""

    default_site = "claudemesh.admin_site.BrokerAdminSite"
