"""profile: what one tells others of oneself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from claudemesh_cli.commands.presence import act_and_say, show_own
from claudemesh_cli.output import Output, common_options, pass_output

if TYPE_CHECKING:
    from claudemesh_wire.fields import PeerInfo


@click.command()
@click.option("--avatar", help="An emoji or the address of a picture.")
@click.option("--title", help="What you are, in a few words.")
@click.option("--bio", help="A sentence or two.")
@click.option("--can", "capabilities", multiple=True, help="Something you can do; repeatable.")
@common_options
@pass_output
def profile(
    output: Output,
    avatar: str | None,
    title: str | None,
    bio: str | None,
    capabilities: tuple[str, ...],
) -> None:
    """Show your profile, or set parts of it; what you do not name stays."""
    parts: dict[str, Any] = {"avatar": avatar, "title": title, "bio": bio}
    parts["capabilities"] = list(capabilities) or None
    parts = {name: value for name, value in parts.items() if value is not None}
    if not parts:
        show_own(output, _described, _line)
        return
    from claudemesh_wire.client import SetProfile

    act_and_say(output, [SetProfile(**parts)], {"profile": parts}, "Your profile is updated.")


def _described(peer: PeerInfo) -> dict[str, Any]:
    shown = peer.profile
    return {
        "profile": {
            "avatar": shown and shown.avatar,
            "title": shown and shown.title,
            "bio": shown and shown.bio,
            "capabilities": (shown and shown.capabilities) or [],
        }
    }


def _line(peer: PeerInfo) -> str:
    parts = [value for value in _described(peer)["profile"].values() if value]
    texts = [", ".join(part) if isinstance(part, list) else part for part in parts]
    return " · ".join(texts) or "(empty)"
