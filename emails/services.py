"""The mails: one function each, with what it says as arguments. `delivery` sends them."""

from __future__ import annotations

from datetime import datetime

from emails.delivery import deliver


def send_invitation(
    *, to: str, mesh_name: str, inviter_name: str, url: str, expires_at: datetime
) -> bool:
    """Invite somebody to a mesh by the link `url`. True only if the provider took the mail."""
    return deliver(
        to=to,
        subject=f"{inviter_name} invites you to {mesh_name} on Claudemesh",
        template="invitation",
        context={
            "mesh_name": mesh_name,
            "inviter_name": inviter_name,
            "url": url,
            "expires_at": expires_at,
        },
    )
