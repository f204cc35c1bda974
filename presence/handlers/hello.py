"""hello: who is on the socket, with proof; the first thing said on it."""

from dataclasses import dataclass

from claudemesh_wire import canonical
from claudemesh_wire.broker import HelloAck
from claudemesh_wire.capabilities import CLIENT_CAPABILITIES
from claudemesh_wire.client import Hello
from claudemesh_wire.errors import MeshError
from claudemesh_wire.fields import GroupRef, MemberProfile
from claudemesh_wire.ids import new_id
from claudemesh_wire.signing import is_public_key, verify

from meshes.services import bind_member_key
from presence.arrival import Admission
from presence.clock import iso, millis, now
from presence.comings import HELLO_SKEW_S, Candidate, check_member
from presence.outbound import Outbound
from presence.peer import Details, Peer
from presence.roster import MemberView, Roster
from presence.runtime import Runtime
from presence.session import Session
from presence.storage.rosters import read_versions
from presence.window import Window


@dataclass(frozen=True, slots=True)
class Opening:
    """A socket before its hello: its nonce, the client's address and where it writes."""

    nonce: str
    address: str
    outbound: Outbound


async def hello(runtime: Runtime, opening: Opening, message: Hello) -> Session:
    """Checks a hello in the order the protocol names, lists the session, answers it.

    Raises MeshError: `malformed`, `bad_session_pubkey`, `timestamp_skew`, `bad_signature`,
    `replayed`, `unauthorized`, `revoked`, `device_revoked`, `rate_limit`, `capacity`,
    `overloaded`, `unavailable`.
    """
    version = check_shape(message)
    if abs(millis() - message.timestamp) > HELLO_SKEW_S * 1000:
        raise MeshError("timestamp_skew")
    check_signature(message, version, opening.nonce)
    try:
        session, admission, roster = await _admit(runtime, opening, message, version)
    except MeshError:
        runtime.goings.drop_unused(message.mesh_id)
        raise
    session.reply(_hello_ack(message, session, roster, admission))
    runtime.comings.settle_in(session, admission)
    return session


async def _admit(
    runtime: Runtime, opening: Opening, message: Hello, version: int
) -> tuple[Session, Admission, Roster]:
    roster, member = await _membership(runtime, message)
    # By address too, so that replaying a member's hello from elsewhere costs the member nothing.
    runtime.hello_limit.take(f"{member.id} {opening.address}")
    groups = None if message.groups is None else [_plain(group) for group in message.groups]
    session = _session(runtime, opening, message, version, member)
    candidate = Candidate(session, groups, signature=message.signature if version == 1 else "")
    admission = await runtime.comings.admit(candidate, roster)
    return session, admission, runtime.rosters.loaded(message.mesh_id) or roster


def _plain(group: GroupRef) -> GroupRef:
    """The @ marks a group, it is not part of its name."""
    return GroupRef(name=group.name.removeprefix("@"), role=group.role)


def check_shape(message: Hello) -> int:
    """The protocol version of a well-formed hello. Raises `malformed`, `bad_session_pubkey`."""
    if not is_public_key(message.pubkey):
        raise MeshError("malformed", "pubkey must be 64 lower-case hex characters.")
    if message.session_pubkey and not is_public_key(message.session_pubkey):
        raise MeshError("bad_session_pubkey")
    version = 1 if message.protocol_version is None else message.protocol_version
    if version == 1:
        if message.ephemeral:
            raise MeshError("malformed", "ephemeral needs protocolVersion 2.")
        return 1
    if version != 2:
        raise MeshError("malformed", "This broker speaks protocol versions 1 and 2.")
    if not message.session_pubkey:
        raise MeshError("bad_session_pubkey", "Version 2 needs a session key.")
    if not message.nonce or not message.session_signature:
        raise MeshError("malformed", "Version 2 needs nonce and sessionSignature.")
    return 2


def check_signature(message: Hello, version: int, nonce: str) -> None:
    """Raises `bad_signature`, or `replayed` for a hello made for another socket."""
    try:
        signed = _signed_text(message, version)
    except canonical.CanonicalError as error:
        raise MeshError("malformed", str(error)) from None
    if not verify(signed, message.signature, message.pubkey):
        raise MeshError("bad_signature")
    if version == 1:
        return
    if not verify(signed, message.session_signature or "", message.session_pubkey or ""):
        raise MeshError("bad_signature", "The session signature does not fit the session key.")
    if message.nonce != nonce:
        raise MeshError("replayed", "This hello was made for another socket.")


def _signed_text(message: Hello, version: int) -> str:
    if version == 1:
        return canonical.hello_v1(
            message.mesh_id, message.member_id, message.pubkey, message.timestamp
        )
    return canonical.hello_v2(
        message.mesh_id,
        message.member_id,
        message.pubkey,
        message.session_pubkey or "",
        message.session_id,
        message.nonce or "",
        message.timestamp,
    )


async def _membership(runtime: Runtime, message: Hello) -> tuple[Roster, MemberView]:
    """The member who speaks. A roster that does not know or want it is read again once."""
    roster = await runtime.rosters.get(message.mesh_id)
    if roster is None:
        raise MeshError("unauthorized")
    member = roster.members.get(message.member_id)
    if member is None or member.pubkey != message.pubkey or not member.welcome:
        roster = await _fresh_roster(runtime, message, roster)
    return roster, check_member(roster, message.member_id, message.pubkey)


async def _fresh_roster(runtime: Runtime, message: Hello, known: Roster) -> Roster:
    """The roster as it is now; reads it whole only if it has changed, for strangers may knock."""
    versions = await runtime.ledger.call(lambda: read_versions([message.mesh_id]))
    roster: Roster | None = known
    if versions.get(message.mesh_id) != known.mesh.version:
        roster = await runtime.rosters.refresh(message.mesh_id)
    if roster is None:
        raise MeshError("unauthorized")
    member = roster.members.get(message.member_id)
    if member is not None and not member.pubkey and _may_bind(member):
        await runtime.ledger.call(
            lambda: bind_member_key(member_id=message.member_id, pubkey=message.pubkey)
        )
        roster = await runtime.rosters.refresh(message.mesh_id) or roster
    return roster


def _may_bind(member: MemberView) -> bool:
    return not member.revoked and member.bind_until is not None and member.bind_until > now()


def _session(
    runtime: Runtime, opening: Opening, message: Hello, version: int, member: MemberView
) -> Session:
    known = frozenset(message.capabilities or []) & CLIENT_CAPABILITIES
    config = runtime.config
    return Session(
        peer=_peer(runtime, opening, message, member),
        outbound=opening.outbound,
        window=Window(max_messages=config.send_window_messages, max_bytes=config.send_window_bytes),
        protocol_version=version,
        capabilities=known if version == 2 else frozenset(),
        ephemeral=bool(message.ephemeral),
    )


def _peer(runtime: Runtime, opening: Opening, message: Hello, member: MemberView) -> Peer:
    moment = now()
    return Peer(
        presence_id=new_id(),
        mesh_id=message.mesh_id,
        member_id=member.id,
        member_key=member.pubkey,
        node_id=runtime.node_id,
        session_id=message.session_id,
        session_key=message.session_pubkey or "",
        name=message.display_name or member.name,
        groups=[],
        connected_at=moment,
        last_seen_at=moment,
        status_at=moment,
        remote_addr=opening.address,
        details=Details(
            pid=message.pid,
            cwd=message.cwd,
            hostname=message.hostname,
            peer_type=message.peer_type,
            channel=message.channel,
            model=message.model,
        ),
    )


def _hello_ack(message: Hello, session: Session, roster: Roster, admission: Admission) -> HelloAck:
    member = roster.members[session.member_id]
    restored = admission.restored
    seen = restored.last_seen_at if restored else None
    return HelloAck(
        req_id=message.req_id,
        presence_id=session.peer.presence_id,
        member_display_name=member.name,
        member_profile=MemberProfile(
            role_tag=member.role_tag, groups=member.groups, message_mode=member.message_mode
        ),
        services=[],
        protocol_version=session.protocol_version,
        capabilities=sorted(session.capabilities),
        role=member.role,
        mesh_slug=roster.mesh.slug,
        mesh_name=roster.mesh.name,
        key_epoch=roster.mesh.key_epoch,
        mesh_policy=roster.mesh.policy or None,
        restored=True if restored else None,
        last_summary=restored.summary if restored else None,
        last_seen_at=iso(seen) if seen else None,
        restored_groups=restored.groups if restored and message.groups is None else None,
        restored_stats=restored.stats if restored else None,
    )
