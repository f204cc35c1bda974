"""Ids are not capabilities: every message, said by everybody. The table is next door."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.db.models import F

from meshes.models import Ban, Member, Memory, Mesh, Reminder, StateEntry
from presence.clock import millis, now
from presence.models import Message, Presence
from presence.router import HANDLERS
from tests.access.messages_table import DAY_AHEAD_MS, ROWS, Row, kinds
from tests.identities import Identity
from tests.presence.world import World
from tests.wire_peer import WirePeer

#: What takes others away, so that every caller needs a mesh of its own to try it on.
ALONE = {"disconnect", "kick", "ban", "unban", "forget", "cancel_scheduled"}
ROLES = ["owner", "admin", "member", "banned", "outsider"]


@dataclass
class Scene:
    """Everybody on their sockets, and the ids of alice's things."""

    world: World
    peers: dict[str, WirePeer]
    ids: dict[str, str]

    def fill(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Fields with ids put in for `{name}`."""
        return {
            name: value.format(**self.ids) if isinstance(value, str) else value
            for name, value in fields.items()
        }


@pytest.fixture
async def scene(world: World) -> Scene:
    people = {
        "owner": world.alice,
        "admin": await world.join("amy", role="admin"),
        "member": world.bob,
        "banned": await world.join("erin", role="admin"),
        "outsider": world.mallory,
    }
    carol = await world.connect(world.carol)
    peers = {role: await world.connect(person) for role, person in people.items()}
    await world.join("dave")
    alice = peers["owner"]
    assert (await alice.ask("ban", target="dave"))["type"] == "ban_ack"
    await alice.ask("set_state", key="plan", value=1)
    ids = {
        "carol": carol.key,
        "message": (await alice.message(carol.key))["messageId"],
        "memory": (await alice.ask("remember", content="alice's note"))["id"],
        "reminder": (
            await alice.ask(
                "schedule", to=carol.key, message="up", deliverAt=millis() + DAY_AHEAD_MS
            )
        )["scheduledId"],
    }
    await world.stored(lambda: _ban_unheard(people["banned"]))
    return Scene(world, peers, ids)


async def answer(peer: WirePeer, kind: str, fields: dict[str, Any]) -> str:
    """What a message is answered: the reply's type, the error's code, `queued` or `silence`."""
    if kind == "client_ack":
        await peer.send_frame({"type": kind, **fields})
        await peer.sync()
        return "silence" if not any(f["type"] == "error" for f in peer.frames) else "error"
    if kind == "schedule":
        fields = {"deliverAt": millis() + DAY_AHEAD_MS} | fields
    reply = await peer.ask(kind, **fields)
    if reply["type"] == "ack":
        return "queued" if reply["queued"] else reply["error"].split(":")[0]
    return reply["code"] if reply["type"] == "error" else reply["type"]


def test_every_message_has_a_row() -> None:
    assert {row.kind for row in ROWS} == set(kinds())


@pytest.mark.parametrize("role", ROLES)
async def test_what_each_role_is_answered(scene: Scene, role: str) -> None:
    rows = [row for row in ROWS if row.kind not in ALONE]
    answers = [await answer(scene.peers[role], r.kind, scene.fill(r.fields)) for r in rows]
    told = [(row.kind, each) for row, each in zip(rows, answers, strict=True)]
    assert told == [(row.kind, _expected(row, role)) for row in rows]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.kind in ALONE], ids=lambda row: f"{row.kind} {[*row.fields]}"
)
async def test_what_each_role_is_answered_who_would_remove(
    scene: Scene, row: Row, role: str
) -> None:
    told = await answer(scene.peers[role], row.kind, scene.fill(row.fields))
    assert told == _expected(row, role)


async def test_nothing_an_outsider_says_reaches_the_mesh(scene: Scene) -> None:
    before = await scene.world.stored(lambda: _things_of(scene.world.mesh_id))
    for row in ROWS:
        await answer(scene.peers["outsider"], row.kind, scene.fill(row.fields))
    await scene.world.quiet()
    assert await scene.world.stored(lambda: _things_of(scene.world.mesh_id)) == before


async def test_nothing_a_banned_member_says_is_stored(scene: Scene) -> None:
    own = {row.kind for row in ROWS if row.banned in ("ok", "silence")}
    before = await scene.world.stored(lambda: _things_of(scene.world.mesh_id))
    for row in ROWS:
        if row.kind not in own:
            await answer(scene.peers["banned"], row.kind, scene.fill(row.fields))
    assert await scene.world.stored(lambda: _things_of(scene.world.mesh_id)) == before


async def test_a_stranger_is_told_to_say_hello_whatever_it_says(scene: Scene) -> None:
    stranger = scene.world.open(scene.world.bob)
    await stranger.next("welcome")
    for row in ROWS:
        if row.kind != "hello":
            reply = await stranger.ask(row.kind, **_complete(row, scene))
            assert reply["code"] == "no_hello", row.kind


@pytest.mark.parametrize(("role", "code"), [("outsider", "unauthorized"), ("banned", "revoked")])
async def test_who_is_not_a_member_gets_no_session(scene: Scene, role: str, code: str) -> None:
    who = scene.peers[role].identity
    socket = scene.world.open(who)
    nonce = (await socket.next("welcome"))["nonce"]
    claimed = type(who)(scene.world.mesh_id, who.member_id, who.name, who.keys)
    await socket.send_frame(claimed.hello_v2(socket.session, nonce))
    assert (await socket.next("error"))["code"] == code
    await socket.closed()


async def test_a_member_key_does_not_open_the_place_of_another(scene: Scene) -> None:
    mallory, alice = scene.world.mallory, scene.world.alice
    socket = scene.world.open(mallory)
    nonce = (await socket.next("welcome"))["nonce"]
    claimed = type(mallory)(scene.world.mesh_id, alice.member_id, "alice", mallory.keys)
    await socket.send_frame(claimed.hello_v2(socket.session, nonce))
    assert (await socket.next("error"))["code"] == "unauthorized"


def _expected(row: Row, role: str) -> str:
    """The table's answer; while the broker has no handler for a message, that it is unknown."""
    handled = row.kind == "hello" or kinds()[row.kind] in HANDLERS
    return str(getattr(row, role)) if handled else "unknown_type"


def _ban_unheard(who: Identity) -> None:
    """What a ban commits, without the news of it."""
    Mesh.objects.filter(pk=who.mesh_id).update(roster_version=F("roster_version") + 1)
    Member.objects.filter(pk=who.member_id).update(revoked_at=now())


def _complete(row: Row, scene: Scene) -> dict[str, Any]:
    more = {"deliverAt": millis() + DAY_AHEAD_MS} if row.kind == "schedule" else {}
    return more | scene.fill(row.fields)


def _things_of(mesh_id: str) -> dict[str, Any]:
    """What others could change in a mesh."""
    members = Member.objects.filter(mesh_id=mesh_id)
    return {
        "members": sorted(members.values_list("id", "role", "revoked_at", "grants", "pubkey")),
        "bans": sorted(Ban.objects.filter(mesh_id=mesh_id).values_list("id", "lifted_at")),
        "state": sorted(StateEntry.objects.filter(mesh_id=mesh_id).values_list("key", "value")),
        "memories": Memory.objects.filter(mesh_id=mesh_id).count(),
        "reminders": Reminder.objects.filter(mesh_id=mesh_id).count(),
        "messages": Message.objects.filter(mesh_id=mesh_id).count(),
        "presences": sorted(Presence.objects.filter(mesh_id=mesh_id).values_list("id", flat=True)),
    }
