"""Status hooks that are replayed, too many, or nonsense: refused in words, never a 500."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from presence.clock import millis
from presence.models import LastHook, PendingStatus
from tests.presence.hook_calls import post, signed, unsigned
from tests.presence.world import World
from tests.wire_peer import WirePeer


@pytest.fixture(autouse=True)
def _uncounted() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
async def bob(world: World) -> WirePeer:
    return await world.connect(world.bob)


async def test_an_old_idle_cannot_be_played_again_after_working(
    world: World, bob: WirePeer
) -> None:
    session_id, start = bob.session.session_id, millis()
    old = signed(world.bob, session_id, "idle", at=start)
    assert (await post(old))[0] == 200
    assert (await post(signed(world.bob, session_id, "working", at=start + 1)))[0] == 200
    code, reply = await post(old)
    assert (code, reply["error"]) == (401, "replayed")
    await world.quiet()
    assert world.roster.peer_by_key(bob.key).status == "working"


async def test_the_very_same_hook_again_is_refused(world: World, bob: WirePeer) -> None:
    body = signed(world.bob, bob.session.session_id, "idle")
    assert (await post(body))[0] == 200
    assert (await post(body))[1]["error"] == "replayed"


async def test_a_replay_does_not_outlive_the_session_either(world: World, bob: WirePeer) -> None:
    session_id, start = bob.session.session_id, millis()
    old = signed(world.bob, session_id, "idle", at=start)
    await post(old)
    await post(signed(world.bob, session_id, "working", at=start + 1))
    await bob.transport.close()
    await world.quiet()
    assert (await post(old))[1]["error"] == "replayed"
    assert not await world.stored(PendingStatus.objects.exists)


async def test_each_session_has_its_own_last_hook(world: World, bob: WirePeer) -> None:
    start = millis()
    await post(signed(world.bob, bob.session.session_id, "working", at=start))
    assert (await post(signed(world.bob, "another", "idle", at=start - 5)))[0] == 200


async def test_of_many_hooks_at_once_the_newest_is_the_last_word(
    world: World, bob: WirePeer
) -> None:
    session_id, start = bob.session.session_id, millis()
    bodies = [
        signed(world.bob, session_id, "working" if n == 7 else "idle", at=start + n)
        for n in range(8)
    ]
    codes = [code for code, _ in await asyncio.gather(*map(post, bodies))]
    assert set(codes) <= {200, 401}
    assert codes[7] == 200
    assert (await world.stored(LastHook.objects.get)).timestamp == start + 7
    await world.quiet()
    assert world.roster.peer_by_key(bob.key).status == "working"


async def test_the_thirty_first_in_a_minute_is_too_many(
    world: World, bob: WirePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.api.throttles.time.time", lambda: 1_800_000_000.0)
    start = millis() - 50
    for n in range(30):
        body = signed(world.bob, bob.session.session_id, "working", at=start + n)
        assert (await post(body))[0] == 200
    late = signed(world.bob, bob.session.session_id, "idle", at=start + 31)
    code, reply = await post(late)
    assert (code, reply["error"]) == (429, "rate_limit")
    assert (await post(signed(world.bob, "another", "idle")))[0] == 200


async def test_others_cannot_use_up_a_member_s_hooks(
    world: World, bob: WirePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.api.throttles.time.time", lambda: 1_800_000_000.0)
    session_id = bob.session.session_id
    for _ in range(31):
        await post(unsigned(session_id, "idle", cwd="/guess"))
        await post(signed(world.bob, session_id, "idle", signature="00" * 64))
    assert (await post(signed(world.bob, session_id, "working")))[0] == 200


GOOD = {"cwd": "/work", "pid": 1, "status": "idle", "session_id": "s"}
KEY = "ab" * 64


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "idle",
        7,
        {},
        GOOD | {"status": "busy"},
        GOOD | {"status": ["idle"]},
        GOOD | {"status": None},
        GOOD | {"pid": "1"},
        GOOD | {"pid": -1},
        GOOD | {"pid": 2**31},
        GOOD | {"pid": True},
        GOOD | {"pid": 1.5},
        GOOD | {"session_id": ""},
        GOOD | {"session_id": "x" * 257},
        GOOD | {"session_id": 5},
        GOOD | {"session_id": "a\x00b"},
        GOOD | {"session_id": "\ud800"},
        GOOD | {"cwd": "x" * 4097},
        GOOD | {"cwd": None},
        GOOD | {"cwd": "a\x00b"},
        GOOD | {"member_id": "m"},
        GOOD | {"member_id": "", "timestamp": 1, "signature": KEY},
        GOOD | {"member_id": None, "timestamp": 1, "signature": KEY},
        GOOD | {"signature": KEY},
        GOOD | {"timestamp": 1},
        GOOD | {"member_id": "m", "signature": KEY},
        GOOD | {"member_id": "m", "timestamp": "1", "signature": KEY},
        GOOD | {"member_id": "m", "timestamp": 2**60, "signature": KEY},
        GOOD | {"member_id": "m" * 65, "timestamp": 1, "signature": KEY},
    ],
)
async def test_what_is_no_hook_is_malformed_and_not_kept(world: World, body: Any) -> None:
    code, reply = await post(body)
    assert (code, reply["error"]) == (400, "malformed")
    assert not await world.stored(PendingStatus.objects.exists)


@pytest.mark.parametrize("signature", ["", "zz", "AB" * 64, "00" * 64, "é" * 128, "0" * 127])
async def test_a_signature_that_is_none_is_refused(
    world: World, bob: WirePeer, signature: str
) -> None:
    body = signed(world.bob, bob.session.session_id, "idle", signature=signature)
    code, reply = await post(body)
    assert code in (400, 401)
    assert reply["error"] in ("malformed", "bad_signature")


@pytest.mark.parametrize("name", ["session_id", "status", "timestamp"])
async def test_every_signed_field_is_under_the_signature(
    world: World, bob: WirePeer, name: str
) -> None:
    body = signed(world.bob, bob.session.session_id, "idle")
    other = {"session_id": "other", "status": "working", "timestamp": body["timestamp"] + 1}
    code, reply = await post(body | {name: other[name]})
    assert (code, reply["error"]) == (401, "bad_signature")


@pytest.mark.django_db
@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b"[" * 3_000, b'{"cwd": NaN}'])
def test_junk_is_malformed(raw: bytes) -> None:
    cache.clear()
    response = APIClient().post("/hook/set-status", raw, content_type="application/json")
    assert (response.status_code, response.json()["error"]) == (400, "malformed")
