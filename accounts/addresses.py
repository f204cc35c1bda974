"""The client's network address. The ASGI entry has already honored a trusted proxy's headers."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import Any, Protocol


class HasMeta(Protocol):
    """A Django or DRF request, as far as an address needs one."""

    META: Any


def client_address(request: HasMeta) -> str | None:
    """The address as text, or None when the server could not tell (a unix socket, junk).

    Without the zone of a link-local IPv6 address (`%eth0`), which no database column takes.
    """
    try:
        return str(ip_address(request.META.get("REMOTE_ADDR", "").partition("%")[0]))
    except ValueError:
        return None


def address_bucket(address: str | None) -> str:
    """What throttles count by: the address, or the /64 network that one IPv6 customer holds."""
    if address is None:
        return "unknown"
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address):
        parsed = parsed.ipv4_mapped or parsed
    return str(parsed) if parsed.version == 4 else parsed.exploded[:19]
