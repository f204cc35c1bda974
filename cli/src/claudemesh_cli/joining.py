"""How a mesh comes into `config.json`: by making it, or by an invitation of either version."""

import hashlib
import os
from typing import Any, TypeVar

import msgspec
from claudemesh_wire import boxes, canonical, signing
from claudemesh_wire.signing import KeyPair

from claudemesh_cli import addresses, auth, config, invitations, membership, pending
from claudemesh_cli.addresses import http_url
from claudemesh_cli.api import Api
from claudemesh_cli.config import MeshEntry
from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.invitations import ClaimReply, Invitation, TokenPayload

MAX_NAME_CHARS = 64
Reply = TypeVar("Reply")
#: Refusals of an invitation that no second try can change.
_HOPELESS = frozenset(
    {"not_found", "revoked", "expired", "exhausted", "mesh_not_found"}
    | {f"invite_{why}" for why in ("not_found", "revoked", "expired", "exhausted")}
)


class _Created(msgspec.Struct):
    id: str
    slug: str
    name: str
    member_id: str
    sealed_root_key: str
    broker_url: str


class _Looked(msgspec.Struct):
    token: str | None = None


class _Joined(msgspec.Struct):
    member_id: str = msgspec.field(name="memberId")


def own_name(named: str | None) -> str:
    """How others see this person: the option, the environment, the config, the account, the OS."""
    stored = auth.load()
    account = stored.user.get("display_name") if stored else None
    choices = (
        named,
        os.environ.get("CLAUDEMESH_DISPLAY_NAME"),
        config.load().display_name,
        account if isinstance(account, str) else None,
        os.environ.get("USER"),
    )
    return next((name.strip()[:MAX_NAME_CHARS] for name in choices if name and name.strip()), "me")


def create(name: str, *, slug: str | None, display_name: str | None) -> MeshEntry:
    """Make a mesh on the broker one is signed in to. Raises CliError."""
    account = auth.require()
    keys = signing.generate_keypair()
    body = {"name": name, "pubkey": keys.public, "display_name": own_name(display_name)}
    if slug:
        body["slug"] = slug
    api = Api(addresses.api_url(), account.session_token)
    made = api.request("POST", "/cli/mesh/create", _Created, body)
    return membership.store(
        MeshEntry(
            mesh_id=made.id,
            member_id=made.member_id,
            slug=made.slug,
            name=made.name,
            pubkey=keys.public,
            secret_key=keys.secret,
            broker_url=made.broker_url,
            joined_at=membership.now(),
            root_key=membership.open_root_key(made.sealed_root_key, keys),
        )
    )


def join(text: str, *, display_name: str | None) -> MeshEntry:
    """Join by a link, a code or a token; with a mesh one is on already, refresh its entry.

    Raises CliError; after a lost answer the same call again succeeds and uses nothing up.
    """
    invitation = invitations.parse(text)
    if invitation.token is not None:
        return _join_by_token(invitation, invitation.token, own_name(display_name))
    assert invitation.code is not None
    return _join_by_code(invitation, invitation.code, own_name(display_name))


def _join_by_code(invitation: Invitation, code: str, display_name: str) -> MeshEntry:
    api = _api(invitation.api_url)
    keys = _keys(_mesh_of_code(api, code), code)
    recipient = boxes.encode_key(boxes.x25519_public(keys.public))
    body = {
        "recipient_x25519_pubkey": recipient,
        "peer_pubkey": keys.public,
        "proof": signing.sign(canonical.claim(code, keys.public, recipient), keys.secret),
        "display_name": display_name,
    }
    if invitation.ticket is not None:
        body["ticket"] = invitation.ticket
    reply = _use(api, f"/invites/{code}/claim", body, ClaimReply, code)
    invitations.check_claim(reply)
    entry = membership.store(_claimed_entry(reply, keys, code))
    pending.done(code)
    return entry


def _claimed_entry(reply: ClaimReply, keys: KeyPair, code: str) -> MeshEntry:
    return MeshEntry(
        mesh_id=reply.mesh_id,
        member_id=reply.member_id,
        slug=reply.mesh_slug,
        name=reply.mesh_name,
        pubkey=keys.public,
        secret_key=keys.secret,
        broker_url=reply.broker_url,
        joined_at=membership.now(),
        root_key=membership.open_root_key(reply.sealed_root_key, keys),
        invite_version=2,
        extra={"ownerPubkey": reply.owner_pubkey, "inviteCode": code},
    )


def _join_by_token(invitation: Invitation, token: str, display_name: str) -> MeshEntry:
    payload = invitations.read_token(token)
    name = hashlib.sha256(token.encode()).hexdigest()
    keys = _keys(_mesh_of_id(payload.mesh_id), name)
    body = {
        "invite_token": token,
        "invite_payload": msgspec.to_builtins(payload),
        "peer_pubkey": keys.public,
        "display_name": display_name,
    }
    joined = _use(_api(invitation.api_url), "/join", body, _Joined, name)
    entry = membership.store(_token_entry(payload, joined.member_id, keys))
    pending.done(name)
    return entry


def _token_entry(payload: TokenPayload, member_id: str, keys: KeyPair) -> MeshEntry:
    return MeshEntry(
        mesh_id=payload.mesh_id,
        member_id=member_id,
        slug=payload.mesh_slug,
        name=payload.mesh_slug,
        pubkey=keys.public,
        secret_key=keys.secret,
        broker_url=payload.broker_url,
        joined_at=membership.now(),
        root_key=payload.mesh_root_key,
        invite_version=1,
        extra={"ownerPubkey": payload.owner_pubkey},
    )


def _use(api: Api, path: str, body: dict[str, Any], reply: type[Reply], name: str) -> Reply:
    """Use the invitation; the key kept for another try goes when the broker will never take it."""
    try:
        return api.request("POST", path, reply, body)
    except CliError as error:
        if error.code in _HOPELESS:
            pending.done(name)
            raise CliError(
                error.code, error.message, "Ask for a new link.", error.exit_code
            ) from error
        raise


def _api(named: str | None) -> Api:
    """The invitation's broker; the account's token goes along only to where it came from."""
    base_url = addresses.api_url(named)
    stored = auth.load()
    same = stored is not None and stored.api_url == base_url
    return Api(base_url, stored.session_token if stored and same else None)


def _mesh_of_code(api: Api, code: str) -> MeshEntry | None:
    """The mesh of this code if one is on it already: its key then joins without using it up."""
    for mesh in config.load().meshes:
        if mesh.extra.get("inviteCode") == code and http_url(mesh.broker_url) == api.base_url:
            return mesh
    try:
        looked = api.get(f"/api/public/invite-code/{code}", _Looked)
        return _mesh_of_id(invitations.read_token(looked.token or "").mesh_id)
    except CliError as error:
        if error.exit_code is ExitCode.NETWORK:
            raise
        return None  # the claim itself says what is wrong with the code


def _mesh_of_id(mesh_id: str) -> MeshEntry | None:
    return next((mesh for mesh in config.load().meshes if mesh.mesh_id == mesh_id), None)


def _keys(known: MeshEntry | None, invitation: str) -> KeyPair:
    return KeyPair(known.pubkey, known.secret_key) if known else pending.key_for(invitation)
