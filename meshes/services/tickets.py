"""Tickets: by one, the machine that uses an invite belongs to the account that looked at it.

Signed, never stored. What one is worth to whoever finds it is told in docs/joining.md.
"""

from __future__ import annotations

from claudemesh_wire.errors import MeshError
from django.core import signing

from accounts.models import User
from meshes.services.invites import invite_url

SALT = "meshes.tickets"
MAX_AGE_S = 3600
ASK_AGAIN = "The command has expired or is not yours; open the link while signed in for a new one."


def issue(*, user: User, code: str) -> str:
    """A ticket of an account for one invite, good for an hour."""
    return signing.dumps({"account": user.pk, "code": code}, salt=SALT)


def ticket_url(user: User, code: str) -> str:
    """The invite's link with a ticket; a shell takes its question mark for a pattern."""
    return f"{invite_url(code)}?as={issue(user=user, code=code)}"


def open_ticket(*, ticket: str, code: str) -> User:
    """The account that a ticket for this invite was made for.

    Raises MeshError("malformed") for one that is forged, too old, for another invite, or of an
    account that was closed. Never ignored: else somebody would join unlinked without noticing.
    """
    try:
        said = signing.loads(ticket, salt=SALT, max_age=MAX_AGE_S)
    except signing.BadSignature as error:
        raise MeshError("malformed", ASK_AGAIN) from error
    user = User.objects.filter(pk=said["account"], is_active=True).first()
    if said["code"] != code or user is None:
        raise MeshError("malformed", ASK_AGAIN)
    return user
