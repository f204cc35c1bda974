"""Saying hello: what the broker says first, and what a member hears of itself."""

from datetime import timedelta
from typing import Any

import pytest

from meshes.models import Member, Mesh
from presence.clock import now
from tests.identities import SessionKeys
from tests.presence.world import World


async def test_welcome_names_protocol_nonce_and_limits(world: World) -> None:
    welcome = await world.open(world.alice).next("welcome")
    assert welcome["protocol"] == {"min": 1, "max": 2}
    assert len(welcome["nonce"]) == 64
    assert welcome["limits"]["maxMessageBytes"] == 65_536
    assert set(welcome["limits"]) == {"maxMessageBytes", "sendsPerMinute", "sendBurst"}
    assert welcome["serverVersion"]


async def test_every_socket_gets_a_nonce_of_its_own(world: World) -> None:
    first = await world.open(world.alice).next("welcome")
    second = await world.open(world.alice).next("welcome")
    assert first["nonce"] != second["nonce"]


async def test_hello_ack_tells_who_one_is(world: World) -> None:
    alice = await world.connect(world.alice)
    ack = alice.hello_ack
    assert ack["memberDisplayName"] == "alice"
    assert ack["role"] == "owner"
    assert (ack["meshName"], ack["meshSlug"]) == ("Acme", "acme")
    assert ack["memberProfile"] == {"roleTag": "", "groups": [], "messageMode": "push"}
    assert (ack["keyEpoch"], ack["services"]) == (0, [])
    assert ack["presenceId"]


async def test_version_two_gets_the_capabilities_the_broker_knows(world: World) -> None:
    bob = await world.connect(world.bob, capabilities=["receipts", "telepathy", "client_ack"])
    assert bob.hello_ack["protocolVersion"] == 2
    assert bob.hello_ack["capabilities"] == ["client_ack", "receipts"]


async def test_version_one_gets_no_capabilities(world: World) -> None:
    bob = await world.connect(world.bob, version=1, capabilities=["client_ack"])
    assert bob.hello_ack["protocolVersion"] == 1
    assert bob.hello_ack["capabilities"] == []


async def test_first_hello_ever_restores_nothing(world: World) -> None:
    bob = await world.connect(world.bob)
    assert not {"restored", "lastSummary", "lastSeenAt", "restoredGroups"} & set(bob.hello_ack)


async def test_mesh_policy_is_told(world: World) -> None:
    policy = {"allowPlaintext": True}
    await world.stored(lambda: Mesh.objects.filter(id=world.mesh_id).update(policy=policy))
    assert (await world.connect(world.bob)).hello_ack["meshPolicy"] == policy


async def test_state_of_the_last_session_is_restored(world: World) -> None:
    before = await world.connect(world.bob, groups=[{"name": "dev", "role": "lead"}])
    await before.ask("set_summary", summary="fixing the build")
    counters = {"messagesIn": 3, "messagesOut": 2, "toolCalls": 1, "errors": 0, "uptime": 5.5}
    await before.ask("set_stats", stats=counters)
    await before.transport.close()
    await world.quiet()

    ack = (await world.connect(world.bob)).hello_ack
    assert ack["restored"] is True
    assert ack["lastSummary"] == "fixing the build"
    assert ack["lastSeenAt"].endswith("Z")
    assert ack["restoredGroups"] == [{"name": "dev", "role": "lead"}]
    assert ack["restoredStats"] == {
        "messagesIn": 3,
        "messagesOut": 2,
        "toolCalls": 1,
        "errors": 0,
    }


async def test_counters_add_up_over_sessions(world: World) -> None:
    for _ in range(2):
        bob = await world.connect(world.bob)
        await bob.ask("set_stats", stats={"messagesIn": 2})
        await bob.transport.close()
        await world.quiet()
    assert (await world.connect(world.bob)).hello_ack["restoredStats"]["messagesIn"] == 4


GROUPS = [
    ([{"name": "said"}], ["said"]),
    (None, ["last"]),
]


@pytest.mark.parametrize(("said", "expected"), GROUPS)
async def test_groups_of_hello_go_before_those_of_the_last_session(
    world: World, said: Any, expected: list[str]
) -> None:
    bob = await world.connect(world.bob, groups=[{"name": "last"}])
    await bob.transport.close()
    await world.quiet()
    fields = {} if said is None else {"groups": said}
    again = await world.connect(world.bob, **fields)
    assert (await again.ask("mesh_info"))["yourGroups"] == [{"name": n} for n in expected]


async def test_a_first_session_is_in_the_groups_of_its_member(world: World) -> None:
    dave = await world.join("dave", groups=[{"name": "ops", "role": "watch"}])
    peer = await world.connect(dave)
    assert (await peer.ask("mesh_info"))["yourGroups"] == [{"name": "ops", "role": "watch"}]
    assert peer.hello_ack["memberProfile"]["groups"] == [{"name": "ops", "role": "watch"}]


async def test_a_group_may_be_named_with_its_at_sign(world: World) -> None:
    alice = await world.connect(world.alice)
    bob = await world.connect(world.bob, groups=[{"name": "@dev"}])
    assert (await alice.message("@dev"))["queued"] is True
    assert (await bob.pushed())["targetSpec"] == "@dev"


async def test_hello_ack_comes_before_the_mail_that_waited(world: World) -> None:
    alice = await world.connect(world.alice)
    await alice.message(world.bob.pubkey, "d2FpdGVk", hold=True)
    bob = world.open(world.bob)
    hello = world.bob.hello_v2(bob.session, (await bob.next("welcome"))["nonce"])
    await bob.send_frame(hello)
    assert (await bob.pushed())["ciphertext"] == "d2FpdGVk"
    assert bob.frames[0]["type"] == "hello_ack"


async def test_second_hello_on_a_socket_is_refused_and_the_session_goes_on(world: World) -> None:
    bob = await world.connect(world.bob)
    await bob.send_frame(world.bob.hello_v2(bob.session, "0" * 64))
    assert (await bob.next("error"))["code"] == "hello_repeated"
    await bob.sync()


async def test_hello_holds_while_the_roster_this_node_knows_is_outdated(world: World) -> None:
    """A version 1 signature must not be spent by the attempt that found the roster stale."""
    await world.connect(world.alice)
    version = world.roster.mesh.version + 7
    await world.stored(lambda: Mesh.objects.filter(id=world.mesh_id).update(roster_version=version))
    bob = await world.connect(world.bob, version=1)
    assert bob.hello_ack["memberDisplayName"] == "bob"


async def _claim(world: World, **fields: Any) -> Any:
    """A member that claimed its place without a key, and the identity it will say hello with."""
    dave = await world.join("dave", **fields)
    unbound = Member.objects.filter(id=dave.member_id)
    await world.stored(lambda: unbound.update(pubkey=""))
    return dave


async def test_a_member_without_a_key_is_bound_by_its_first_hello(world: World) -> None:
    dave = await _claim(world, bind_until=now() + timedelta(minutes=10))
    await world.connect(dave, version=1)
    stored = await world.stored(lambda: Member.objects.get(id=dave.member_id))
    assert (stored.pubkey, stored.bind_until) == (dave.pubkey, None)


async def test_a_member_is_bound_only_once(world: World) -> None:
    dave = await _claim(world, bind_until=now() + timedelta(minutes=10))
    await world.connect(dave, version=1)
    thief = await world.join("thief")
    forged = type(dave)(world.mesh_id, dave.member_id, "dave", thief.keys)
    socket = world.open(forged)
    code, _ = await socket.refused(forged.hello_v1(SessionKeys()))
    assert code == "unauthorized"


async def test_a_member_is_not_bound_after_its_time(world: World) -> None:
    dave = await _claim(world, bind_until=now() - timedelta(seconds=1))
    socket = world.open(dave)
    code, _ = await socket.refused(dave.hello_v1(SessionKeys()))
    assert code == "unauthorized"
