"""Reads the mails that a broker in a process of its own wrote to files."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage
from pathlib import Path

from tests.broker_process import Broker
from tests.ports import wait_until

BETWEEN_MAILS = b"\n" + b"-" * 79 + b"\n"
CODE = re.compile(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,5})\s*$", re.MULTILINE)
MAIL_TIMEOUT_S = 15.0


def mails_to(broker: Broker, address: str) -> list[EmailMessage]:
    """Every mail to `address` so far, oldest first."""
    files = sorted(_directory(broker).glob("*.log"), key=lambda path: path.stat().st_mtime_ns)
    mails = [mail for path in files for mail in _mails_in(path)]
    return [mail for mail in mails if address in str(mail["To"])]


def wait_for_mail(broker: Broker, address: str, *, count: int = 1) -> EmailMessage:
    """The latest mail to `address`, once there are `count`. Raises TimeoutError."""
    wait_until(
        lambda: len(mails_to(broker, address)) >= count,
        what=f"mail {count} to {address}",
        timeout_s=MAIL_TIMEOUT_S,
    )
    return mails_to(broker, address)[-1]


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    part = mail.get_body(("plain",))
    assert part is not None, "a mail without plain text"
    return str(part.get_content())


def code_in(mail: EmailMessage) -> str:
    """The code that stands on a line of its own."""
    found = CODE.search(text_of(mail))
    assert found, text_of(mail)
    return found[1]


def link_in(mail: EmailMessage) -> str:
    """The first link."""
    found = re.search(r"https?://\S+", text_of(mail))
    assert found, text_of(mail)
    return found[0]


def _directory(broker: Broker) -> Path:
    return broker.log_path.with_name("mail")


def _mails_in(path: Path) -> list[EmailMessage]:
    texts = [text for text in path.read_bytes().split(BETWEEN_MAILS) if text.strip()]
    return [email.message_from_bytes(text, policy=email.policy.default) for text in texts]
