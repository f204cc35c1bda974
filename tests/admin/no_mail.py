"""A mail server that takes nothing."""

from typing import Any

from django.core.mail.backends.base import BaseEmailBackend


class Backend(BaseEmailBackend):
    """Refuses every mail."""

    def send_messages(self, email_messages: Any) -> int:
        raise ConnectionRefusedError("no mail server here")
