"""Who is a member of the mesh, connected or not, as far as this computer can know."""

import asyncio

import msgspec

from claudemesh_cli.errors import CliError
from claudemesh_cli.session.desk import Desk
from claudemesh_cli.session.names import Member


class _Row(msgspec.Struct):
    display_name: str
    pubkey: str


class _Members(msgspec.Struct):
    members: list[_Row]


def pinned_members(desk: Desk) -> list[Member]:
    """Members met before; keys that nobody accepted are left out."""
    pins = desk.store.pins.all(desk.entry.mesh_id)
    return [Member(pin.display_name, pin.member_pubkey) for pin in pins if pin.accepted]


async def known_members(desk: Desk) -> list[Member]:
    """Members met before, and those the broker lists if this computer is signed in."""
    listed = await asyncio.to_thread(_listed_members, desk)
    pinned = pinned_members(desk)
    seen = {(member.name.casefold(), member.pubkey) for member in pinned}
    return pinned + [each for each in listed if (each.name.casefold(), each.pubkey) not in seen]


def _listed_members(desk: Desk) -> list[Member]:
    """The broker's list; empty if it does not give it: it only adds to what is pinned."""
    from claudemesh_cli import auth
    from claudemesh_cli.addresses import http_url
    from claudemesh_cli.api import Api

    try:
        signed_in = auth.load()
        if signed_in is None:
            return []
        api = Api(http_url(desk.entry.broker_url), signed_in.session_token)
        members = api.get(f"/cli/mesh/{desk.entry.slug}/members", _Members).members
    except CliError:
        return []
    return [Member(row.display_name, row.pubkey) for row in members if row.pubkey]
