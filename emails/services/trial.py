"""The mail by which an operator tries out the settings. Says more than True or False."""

from __future__ import annotations

from emails.delivery import Outcome, deliver
from emails.mail import Mail


def send_test(*, to: str) -> Outcome:
    """Send a mail that says it is a test; the outcome has the provider's answer."""
    return deliver(Mail(to=to, subject="A test mail from Claudemesh", template="test_mail"))
