"""Registers the emails app with Django; holds no logic."""

from django.apps import AppConfig


class EmailsConfig(AppConfig):
    """The mails that the broker sends, and who wants none of the optional ones."""

    name = "emails"
