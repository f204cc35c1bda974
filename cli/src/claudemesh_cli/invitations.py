"""What an invitation says and whether its mesh's owner signed it; talks to nobody."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, urlsplit, urlunsplit

import msgspec
from claudemesh_wire import boxes, canonical
from claudemesh_wire.signing import BadKey, verify

from claudemesh_cli.addresses import http_url
from claudemesh_cli.errors import CliError, ExitCode

_CODE = re.compile(r"[0-9A-Za-z]{4,32}")
_TICKET = re.compile(r"[!-~]{1,1024}")
_ROLES = ("admin", "member")


class TokenPayload(msgspec.Struct, frozen=True):
    """The inside of a version 1 token; `expires_at` in Unix seconds. It holds the root key."""

    v: Literal[1]
    mesh_id: str
    mesh_slug: str
    broker_url: str
    expires_at: int
    mesh_root_key: str
    role: str
    owner_pubkey: str
    signature: str


class ClaimReply(msgspec.Struct, frozen=True):
    """The answer to a version 2 claim; what the owner signed of it is in `canonical_v2`."""

    sealed_root_key: str
    mesh_id: str
    member_id: str
    owner_pubkey: str
    canonical_v2: str
    signature: str
    mesh_slug: str
    mesh_name: str
    broker_url: str


@dataclass(frozen=True)
class Invitation:
    """What a person was given: a short code or a version 1 token, and the broker if it said so.

    `ticket` says to the broker for which account the link was shown.
    """

    api_url: str | None
    code: str | None = None
    token: str | None = None
    ticket: str | None = None


def parse(text: str) -> Invitation:
    """Read a link (`…/i/<code>[?as=<ticket>]`, `…/join/<token>`), a bare code or a bare token.

    Raises CliError `bad_invitation`.
    """
    text = text.strip()
    if "/" in text:
        return _parse_link(text if "://" in text else f"{_scheme(text)}://{text}")
    if _CODE.fullmatch(text):
        return Invitation(None, code=text)
    return Invitation(http_url(read_token(text).broker_url), token=text)


def _scheme(text: str) -> str:
    return "http" if text.startswith(("localhost", "127.0.0.1")) else "https"


def _parse_link(link: str) -> Invitation:
    try:
        parts = urlsplit(link)
    except ValueError:
        raise _bad(f"{link!r} is not an invitation link") from None
    before, _, last = parts.path.rstrip("/").rpartition("/")
    base, _, kind = before.rpartition("/")
    api_url = http_url(urlunsplit((parts.scheme, parts.netloc, base, "", "")))
    if kind == "i" and _CODE.fullmatch(last):
        return Invitation(api_url, code=last, ticket=_ticket(parts.query))
    if kind == "join" and last:
        read_token(last)
        return Invitation(api_url, token=last)
    raise _bad(f"{link!r} is not an invitation link")


def _ticket(query: str) -> str | None:
    """The ticket of a link. Raises CliError for a mangled one: never to join without it unseen."""
    named = parse_qs(query, keep_blank_values=True).get("as")
    if named is None:
        return None
    if len(named) != 1 or _TICKET.fullmatch(named[0]) is None:
        raise _bad("The link is damaged after its question mark")
    return named[0]


def _bad(what: str) -> CliError:
    return CliError(
        "bad_invitation",
        f"{what}.",
        "Ask for a new link, and copy it whole.",
        ExitCode.BAD_ARGUMENTS,
    )


def read_token(token: str) -> TokenPayload:
    """The content of a version 1 token, its owner's signature checked. Raises CliError."""
    try:
        payload = msgspec.json.decode(boxes.decode_key(token), type=TokenPayload)
        statement = canonical.invite_v1(
            payload.mesh_id,
            payload.mesh_slug,
            payload.broker_url,
            payload.expires_at,
            payload.mesh_root_key,
            payload.role,
            payload.owner_pubkey,
        )
        root_key = boxes.decode_key(payload.mesh_root_key)
    except (BadKey, msgspec.MsgspecError, ValueError):
        raise _bad("That is neither an invitation link nor a code") from None
    signed = verify(statement, payload.signature, payload.owner_pubkey)
    if not signed or payload.role not in _ROLES or len(root_key) != boxes.KEY_BYTES:
        raise _bad("The invitation was altered: the owner's signature does not fit it")
    return payload


def check_claim(reply: ClaimReply) -> None:
    """Check that the owner signed what the broker says about the mesh. Raises CliError."""
    signed = verify(reply.canonical_v2, reply.signature, reply.owner_pubkey)
    fields = reply.canonical_v2.split(canonical.SEPARATOR)
    matches = (
        len(fields) == 6
        and (fields[0], fields[1], fields[5]) == ("v=2", reply.mesh_id, reply.owner_pubkey)
        and fields[4] in _ROLES
    )
    if not (signed and matches):
        raise CliError(
            "bad_signature",
            "The broker's answer is not what the mesh's owner signed; nothing was joined.",
            "Ask the owner for a new link, over a channel you trust.",
            ExitCode.NOT_PERMITTED,
        )
