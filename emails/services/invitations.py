"""The mail that invites somebody to a mesh. Makes no invitation."""

from __future__ import annotations

from datetime import datetime

from emails import links
from emails.delivery import deliver
from emails.lines import moment, name
from emails.mail import Mail


def send_invitation(
    *,
    to: str,
    mesh_name: str,
    inviter_name: str,
    url: str,
    expires_at: datetime,
    role: str = "",
) -> bool:
    """Invite somebody to a mesh by the link `url`; `role` is told if given. An optional mail."""
    inviter = name(inviter_name, otherwise="Somebody")
    mesh = name(mesh_name, otherwise="a mesh")
    return deliver(
        Mail(
            to=to,
            subject=f"{inviter} invites you to {mesh} on Claudemesh",
            template="invitation",
            optional=True,
            context={
                "inviter_name": inviter,
                "mesh_name": mesh,
                "role": name(role, otherwise=""),
                "url": url,
                "command": links.install_and_join(url),
                "until": moment(expires_at),
            },
        )
    ).taken
