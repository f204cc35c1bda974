"""Rosters, peers, messages and parcels made of thin air, for tests without a database."""

from typing import Any

from claudemesh_wire.fields import GroupRef

from presence.clock import now
from presence.parcel import Parcel, StoredMessage
from presence.peer import Peer
from presence.roster import MemberView, MeshView, Roster


def key_of(name: str) -> str:
    """64 hex that stand for somebody's key."""
    return name.encode().hex().ljust(64, "0")[:64]


def groups(*names: str) -> list[GroupRef]:
    return [GroupRef(name=name) for name in names]


def member(name: str, **fields: Any) -> MemberView:
    values: dict[str, Any] = {
        "id": name,
        "pubkey": key_of(name),
        "name": name,
        "role": "member",
        "role_tag": "",
        "message_mode": "push",
        "groups": [],
        "last_groups": [],
        "grants": {},
        "profile": None,
        "revoked": False,
        "bind_until": None,
    }
    return MemberView(**values | fields)


def peer(name: str, session: str = "s", **fields: Any) -> Peer:
    moment = now()
    values: dict[str, Any] = {
        "presence_id": f"{name}-{session}",
        "mesh_id": "m",
        "member_id": name,
        "member_key": key_of(name),
        "node_id": "node",
        "session_id": session,
        "session_key": key_of(f"{name}-{session}"),
        "name": name,
        "groups": [],
        "connected_at": moment,
        "last_seen_at": moment,
        "status_at": moment,
    }
    return Peer(**values | fields)


def roster(*parts: MemberView | Peer) -> Roster:
    made = Roster(MeshView("m", "acme", "Acme", 1, {}, 0, False))
    members = [part for part in parts if isinstance(part, MemberView)]
    made.replace_members(made.mesh, members)
    for part in parts:
        if isinstance(part, Peer):
            made.add(part)
    return made


def message(number: int = 1, **fields: Any) -> StoredMessage:
    values: dict[str, Any] = {
        "id": f"message-{number}",
        "mesh_id": "m",
        "sender_id": "alice",
        "sender_member_key": key_of("alice"),
        "sender_key": key_of("alice-s"),
        "sender_name": "alice",
        "client_id": f"c{number}",
        "target_spec": "*",
        "priority": "now",
        "nonce": "n",
        "ciphertext": "cc",
        "encryption": "group",
        "key_epoch": 0,
        "created_at": now(),
    }
    return StoredMessage(**values | fields)


def parcel(number: int = 1, **fields: Any) -> Parcel:
    return Parcel(number, message(number, **fields), "bob", key_of("bob-s"), key_of("bob-s"), "bob")
