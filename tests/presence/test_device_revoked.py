"""A device is signed out: the keys that came by it lose every socket, and come back by a proof."""

import asyncio
from functools import partial
from typing import Any

import pytest
from claudemesh_wire import canonical
from claudemesh_wire.errors import MeshError
from claudemesh_wire.signing import sign
from django.db.models import F

from accounts.models import User
from meshes import services
from meshes.models import Ban, Member, Mesh, Reminder
from meshes.selectors import standing_in
from meshes.services.reminders import take_due
from presence.clock import millis, now
from presence.models import Delivery, Message, Presence
from presence.services.hooks import Hook, check_signed
from tests.audit_reading import log_of
from tests.identities import Identity
from tests.presence.machine import Machine
from tests.presence.test_ban_races import from_another_node
from tests.presence.world import World
from tests.wire_peer import WirePeer

ROUNDS = 8
SENTENCE = "This device was signed out by its owner. Sign in again with: claudemesh login"


@pytest.fixture
async def alice(world: World) -> WirePeer:
    return await world.connect(world.alice)


@pytest.fixture
async def laptop(world: World) -> Machine:
    return await world.stored(lambda: Machine(world.mesh_id))


@pytest.fixture
async def admin_s(world: World) -> Machine:
    return await world.stored(lambda: Machine(world.mesh_id, role="admin"))


async def refused(world: World, who: Identity, **fields: Any) -> tuple[Any, Any]:
    """A new socket of somebody who is refused: the error, and how it was closed."""
    peer = world.open(who)
    nonce = (await peer.next("welcome"))["nonce"]
    await peer.send_frame(who.hello_v2(peer.session, nonce, **fields))
    return await peer.next("error"), await peer.closed()


async def unheard(world: World, laptop: Machine) -> None:
    """A suspension by a process that dies right after its commit: nobody hears of it."""

    def work() -> None:
        Mesh.objects.filter(pk=world.mesh_id).update(roster_version=F("roster_version") + 1)
        Member.objects.filter(pk=laptop.who.member_id).update(suspended_at=now())

    await world.stored(work)


async def gone(world: World, who: Identity) -> None:
    await world.quiet()
    assert list(world.runtime.hub.of_member(who.member_id)) == []
    assert world.roster.peers_of(who.member_id) == []
    assert not await world.stored(Presence.objects.filter(member_id=who.member_id).exists)


async def test_every_socket_of_the_key_is_closed_for_good(
    world: World, alice: WirePeer, laptop: Machine
) -> None:
    listed = [await world.connect(laptop.who) for _ in range(2)]
    one_shot = await world.connect(laptop.who, ephemeral=True)
    await world.stored(laptop.sign_out)
    for peer in [*listed, one_shot]:
        closed = await peer.closed()
        assert (closed.code, closed.reason) == (4001, "device_revoked")
    await gone(world, laptop.who)
    await alice.sync()
    assert alice.events().count("peer_left") == 2


async def test_other_members_are_left_alone(world: World, alice: WirePeer, laptop: Machine) -> None:
    bob = await world.connect(world.bob)
    await world.stored(laptop.sign_out)
    await world.quiet()
    await bob.sync()


async def test_another_key_of_the_account_stays(world: World, laptop: Machine) -> None:
    second = await world.join("dave's desktop", user=laptop.user)
    desktop = await world.connect(second)
    await world.stored(laptop.sign_out)
    await world.quiet()
    await desktop.sync()


async def test_the_next_hello_is_refused_in_words(
    world: World, alice: WirePeer, laptop: Machine
) -> None:
    await world.stored(laptop.sign_out)
    error, closed = await refused(world, laptop.who)
    assert (error["code"], error["message"]) == ("device_revoked", SENTENCE)
    assert (closed.code, closed.reason) == (1008, "device_revoked")


async def test_an_older_client_is_refused_as_well(world: World, laptop: Machine) -> None:
    await world.stored(laptop.sign_out)
    peer = world.open(laptop.who)
    await peer.send_frame(laptop.who.hello_v1(peer.session))
    assert (await peer.next("error"))["code"] == "device_revoked"


async def test_a_proof_under_a_new_sign_in_lets_it_back(world: World, laptop: Machine) -> None:
    await world.stored(laptop.sign_out)
    await refused(world, laptop.who)
    await world.stored(laptop.sign_in)
    peer = await world.connect(laptop.who)
    await peer.sync()


async def test_a_node_that_did_not_hear_of_the_return_asks_before_it_refuses(
    world: World, alice: WirePeer, laptop: Machine
) -> None:
    """Who proves its key on one node may say hello on another in the same instant."""
    await world.stored(laptop.sign_out)
    await world.quiet()
    async with world.second_node() as other:
        await other.connect(world.bob)
        await from_another_node(laptop.sign_in)
        assert other.roster.members[laptop.who.member_id].suspended
        await other.connect(laptop.who)


async def test_another_node_closes_the_socket_when_it_looks(
    world: World, alice: WirePeer, laptop: Machine
) -> None:
    async with world.second_node() as other:
        peer = await other.connect(laptop.who)
        await world.stored(laptop.sign_out)
        await world.quiet()
        await other.runtime.reconciler._refresh(world.mesh_id)
        closed = await peer.closed()
        assert (closed.code, closed.reason) == (4001, "device_revoked")


async def test_a_sweep_finishes_what_a_dead_node_began(world: World, laptop: Machine) -> None:
    peer = await world.connect(laptop.who)
    await peer.transport.drop()
    await world.quiet()
    await unheard(world, laptop)
    await world.runtime.sweeps.banned()
    assert not await world.stored(Presence.objects.exists)


class TestMail:
    """It waits for the key to come back; nothing is on its way to a socket."""

    async def test_without_hold_nobody_is_there(
        self, world: World, alice: WirePeer, laptop: Machine
    ) -> None:
        await world.connect(laptop.who)
        await unheard(world, laptop)
        ack = await alice.message(laptop.who.pubkey)
        assert ack["error"].startswith("no_recipient")

    async def test_held_mail_waits_and_arrives_after_the_return(
        self, world: World, alice: WirePeer, laptop: Machine
    ) -> None:
        await world.connect(laptop.who)
        await world.stored(laptop.sign_out)
        ack = await alice.message(laptop.who.pubkey, hold=True)
        assert (ack["queued"], ack["recipients"], ack["online"]) == (True, 1, 0)
        await world.quiet()
        assert await world.stored(Delivery.objects.filter(state="pending").exists)
        await world.stored(laptop.sign_in)
        back = await world.connect(laptop.who)
        assert (await back.next("push"))["messageId"] == ack["messageId"]

    async def test_what_waited_before_is_not_withdrawn(
        self, world: World, alice: WirePeer, laptop: Machine
    ) -> None:
        ack = await alice.message(laptop.who.pubkey, hold=True)
        await world.stored(laptop.sign_out)
        await world.runtime.sweeps.banned()
        await world.stored(laptop.sign_in)
        back = await world.connect(laptop.who)
        assert (await back.next("push"))["messageId"] == ack["messageId"]

    async def test_a_broadcast_does_not_count_it_online(
        self, world: World, alice: WirePeer, laptop: Machine
    ) -> None:
        await world.connect(world.bob)
        await world.connect(laptop.who)
        await unheard(world, laptop)
        ack = await alice.message("*", hold=True)
        assert (ack["recipients"], ack["online"]) == (3, 1)

    async def test_a_session_key_of_it_is_nobody_s(
        self, world: World, alice: WirePeer, laptop: Machine
    ) -> None:
        dave = await world.connect(laptop.who)
        await unheard(world, laptop)
        ack = await alice.message(dave.key, hold=True)
        assert ack["error"].startswith("no_recipient")

    async def test_a_node_that_did_not_hear_of_it_pushes_nothing_stored(
        self, world: World, alice: WirePeer, laptop: Machine
    ) -> None:
        dave = await world.connect(laptop.who)
        await dave.ask("set_status", status="working")
        await alice.message(dave.key, priority="low")
        await unheard(world, laptop)
        await dave.ask("set_status", status="idle")
        await world.quiet()
        await dave.sync()
        assert dave.texts() == []

    async def test_a_reminder_waits_for_its_author(
        self, world: World, alice: WirePeer, laptop: Machine
    ) -> None:
        dave = await world.connect(laptop.who)
        await dave.ask("schedule", to="me", message="up", deliverAt=_soon())
        await world.stored(laptop.sign_out)
        await world.stored(lambda: Reminder.objects.update(due_at=now()))
        assert await world.stored(_due) == []
        await world.stored(laptop.sign_in)
        assert [each.text for each in await world.stored(_due)] == ["up"]


class TestMallory:
    """Mallory has the stolen laptop: its key, and a socket that is still open."""

    async def test_what_the_open_socket_still_says_is_refused(
        self, world: World, alice: WirePeer, admin_s: Machine
    ) -> None:
        await world.connect(world.bob)
        stolen = await world.connect(admin_s.who)
        await unheard(world, admin_s)
        for kind in ("kick", "ban", "disconnect", "unban"):
            assert (await stolen.ask(kind, target="bob"))["code"] == "device_revoked"
        for kind in ("list_bans", "audit_query"):
            assert (await stolen.ask(kind))["code"] == "device_revoked"
        assert (await stolen.ask("set_grants", grants={}))["code"] == "device_revoked"
        assert (await stolen.ask("set_state", key="k", value=1))["code"] == "device_revoked"
        assert (await stolen.ask("remember", content="x"))["code"] == "device_revoked"
        ack = await stolen.message(world.bob.pubkey, hold=True)
        assert ack["error"].startswith("device_revoked")
        assert not await world.stored(Message.objects.exists)
        assert not await world.stored(Ban.objects.exists)

    async def test_a_kick_at_the_same_instant_is_whole_or_not_at_all(
        self, world: World, alice: WirePeer
    ) -> None:
        bob = await world.connect(world.bob)
        for number in range(ROUNDS):
            machine = await world.stored(partial(_admin_machine, world.mesh_id, number))
            stolen = await world.connect(machine.who)
            await asyncio.gather(
                from_another_node(machine.sign_out),
                stolen.send_frame({"type": "kick", "target": "bob"}),
            )
            await world.quiet()
            assert (await stolen.closed()).code == 4001
            await gone(world, machine.who)
            said = await world.stored(lambda: [each.type for each in log_of(world.mesh_id)])
            assert said[-1] == "member_revoked", "nothing was done with the key afterwards"
            if said[-2] == "peers_kicked":
                await bob.closed()
                bob = await world.connect(world.bob)
            await bob.sync()

    async def test_signing_out_and_a_hello_at_once(
        self, world: World, alice: WirePeer, laptop: Machine
    ) -> None:
        for _ in range(ROUNDS):
            peer = world.open(laptop.who)
            nonce = (await peer.next("welcome"))["nonce"]
            hello = laptop.who.hello_v2(peer.session, nonce)
            await asyncio.gather(peer.send_frame(hello), from_another_node(laptop.sign_out))
            assert (await peer.closed()).code in (1008, 4001)
            await gone(world, laptop.who)
            await world.stored(laptop.sign_in)

    @pytest.mark.parametrize("moment", ["before", "after"])
    @pytest.mark.parametrize("ephemeral", [False, True])
    async def test_signing_out_around_the_commit_of_an_arrival(
        self, world: World, alice: WirePeer, laptop: Machine, moment: str, ephemeral: bool
    ) -> None:
        comings = world.runtime.comings
        admit = comings._admit

        async def overtaken(candidate: Any, roster: Any) -> Any:
            if moment == "before":
                await sign_out()
            admission = await admit(candidate, roster)
            if moment == "after":
                await sign_out()
            return admission

        async def sign_out() -> None:
            await from_another_node(laptop.sign_out)
            await world.runtime.rosters.refresh(world.mesh_id)

        comings._admit = overtaken  # type: ignore[method-assign]
        error, closed = await refused(world, laptop.who, ephemeral=ephemeral)
        assert (error["code"], closed.code) == ("device_revoked", 1008)
        await gone(world, laptop.who)
        assert alice.events() == []

    async def test_a_status_hook_signed_with_the_key_is_refused(
        self, world: World, laptop: Machine
    ) -> None:
        await world.stored(laptop.sign_out)
        with pytest.raises(MeshError, match="device_revoked"):
            await world.stored(lambda: check_signed(_hook(laptop.who)))


class TestBans:
    """A ban and a suspension are two locks, each with its own key."""

    async def test_an_unban_does_not_lift_the_suspension(
        self, world: World, alice: WirePeer, laptop: Machine
    ) -> None:
        await world.stored(lambda: laptop.ban(world.alice))
        await world.stored(laptop.sign_out)
        assert (await refused(world, laptop.who))[0]["code"] == "revoked"
        await world.stored(lambda: laptop.unban(world.alice))
        assert (await refused(world, laptop.who))[0]["code"] == "device_revoked"

    async def test_signing_in_again_does_not_lift_a_ban(
        self, world: World, alice: WirePeer, laptop: Machine
    ) -> None:
        await world.stored(laptop.sign_out)
        await alice.ask("ban", target="dave")
        with pytest.raises(AssertionError):
            await world.stored(laptop.sign_in)
        error, closed = await refused(world, laptop.who)
        assert (error["code"], closed.code) == ("revoked", 4002)

    async def test_a_suspended_member_can_be_banned_over_the_socket(
        self, world: World, alice: WirePeer, laptop: Machine
    ) -> None:
        await world.stored(laptop.sign_out)
        assert (await alice.ask("ban", target="dave"))["banned"] == "dave"


async def test_who_left_is_told_so(world: World, alice: WirePeer, laptop: Machine) -> None:
    dave = await world.connect(laptop.who)
    slug = world.roster.mesh.slug
    await world.stored(lambda: services.leave_mesh(by=standing_in(laptop.user, slug)))
    closed = await dave.closed()
    assert (closed.code, "You have left" in closed.reason) == (4002, True)
    assert (await refused(world, laptop.who))[0]["code"] == "unauthorized"
    assert (await alice.ask("unban", target="dave"))["code"] == "not_found"


async def test_the_vacant_place_of_an_owner_is_nobody(world: World, alice: WirePeer) -> None:
    """It is no recipient, cannot be meant, and no hello gets into it."""
    vacant = await world.join("nobody", pubkey="", role="owner")
    await world.connect(world.bob)
    ack = await alice.message("*", hold=True)
    assert ack["recipients"] == 2
    assert (await alice.ask("ban", target="nobody"))["code"] == "not_found"
    error, _ = await refused(world, vacant)
    assert error["code"] == "unauthorized"
    assert await world.stored(lambda: Member.objects.get(pk=vacant.member_id).pubkey) == ""


def _admin_machine(mesh_id: str, number: int) -> Machine:
    User.objects.filter(email="dave-admin@example.com").update(email=f"d{number}@example.com")
    return Machine(mesh_id, role="admin")


def _due() -> list[Reminder]:
    return take_due(now=now(), limit=10)


def _soon() -> int:
    return millis() + 60_000


def _hook(who: Identity) -> Any:
    at = millis()
    signature = sign(canonical.hook(who.member_id, "s", "idle", at), who.keys.secret)
    return Hook("s", "/w", 1, "idle", "127.0.0.1", who.member_id, at, signature)
