"""The live view: who may look, what they see, and how it ends."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.utils import timezone

from accounts.models import User
from meshes.models import Member, Mesh
from meshes.selectors import standing_in
from meshes.services import archive_mesh, bans
from presence import watch_consumer, watching
from presence.storage import watched
from presence.storage.rosters import read_roster
from tests.dashboard.browser import LiveView, cookie_of
from tests.presence.world import World

PATH = "/live/meshes/acme"


@dataclass
class Dana:
    """A member with an account, and her browser's cookie."""

    user: User
    member_id: str
    cookie: str


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "MIN_INTERVAL_S", 0.01)
    monkeypatch.setattr(watching, "MAX_INTERVAL_S", 0.02)


@pytest.fixture
async def alice_cookie(world: World) -> str:
    return await world.stored(lambda: cookie_of(Mesh.objects.get(pk=world.mesh_id).owner))


@pytest.fixture
async def dana(world: World) -> Dana:
    user = await world.stored(lambda: User.objects.create_user("dana@example.com", name="Dana"))
    identity = await world.join("dana", user_id=user.pk)
    return Dana(user, identity.member_id, await world.stored(lambda: cookie_of(user)))


@pytest.fixture
async def view(world: World, dana: Dana) -> AsyncIterator[LiveView]:
    """Dana's open view, after its first snapshot."""
    view = LiveView(PATH, cookie=dana.cookie)
    assert await view.open()
    await view.until(lambda frame: frame["type"] == "presences")
    yield view
    await view.leave()


async def test_a_member_sees_who_comes_and_goes(world: World, view: LiveView) -> None:
    bob = await world.connect(world.bob)
    rows = await view.until_names("bob")
    assert rows[0]["status"] == "idle"
    assert not rows[0]["removable"]
    await bob.transport.close()
    await view.until_names()


async def test_a_dropped_line_shows_until_the_lease_is_over(world: World, view: LiveView) -> None:
    bob = await world.connect(world.bob)
    await view.until_names("bob")
    await bob.transport.drop()
    gone = await view.until(lambda f: any(not p["connected"] for p in f["presences"]))
    assert gone["people"] == 0


async def test_a_changed_status_shows(world: World, view: LiveView) -> None:
    bob = await world.connect(world.bob)
    await bob.ask("set_status", status="working")
    await view.until(lambda f: [p["status"] for p in f["presences"]] == ["working"])


async def test_what_is_not_granted_is_not_shown(world: World, dana: Dana, view: LiveView) -> None:
    bob = await world.connect(world.bob, hostname="bobs-laptop", cwd="/home/bob/secret")
    await bob.ask("set_summary", summary="the plan")
    shown = await view.until(lambda f: [p["summary"] for p in f["presences"]] == ["the plan"])
    assert shown["presences"][0]["place"] == "bobs-laptop:/home/bob/secret"
    key = await world.stored(
        lambda: Member.objects.values_list("pubkey", flat=True).get(pk=dana.member_id)
    )
    await bob.ask("set_grants", grants={key: ["dm"]})
    shown = await view.until(lambda f: [p["summary"] for p in f["presences"]] == [None])
    assert shown["presences"][0]["place"] is None


async def test_a_manager_may_remove_others_and_not_herself(world: World, alice_cookie: str) -> None:
    await world.connect(world.alice)
    await world.connect(world.bob)
    view = LiveView(PATH, cookie=alice_cookie)
    await view.open()
    rows = await view.until_names("alice", "bob")
    assert [(row["removable"], row["own"]) for row in rows] == [(False, True), (True, False)]
    await view.leave()


@pytest.mark.parametrize(
    "origins",
    [
        (),
        ("null",),
        ("https://evil.example",),
        ("http://localhost:7901",),
        ("https://localhost:7900",),
        ("http://localhost",),
        ("http://localhost:7900.evil.example",),
        ("http://localhost:7900@evil.example",),
        ("http://[",),
        ("http://localhost:7900", "http://localhost:7900"),
        ("http://localhost:7900", "https://evil.example"),
    ],
)
async def test_a_page_of_another_site_gets_no_socket(
    world: World, dana: Dana, origins: tuple[str, ...]
) -> None:
    assert not await LiveView(PATH, cookie=dana.cookie, origins=origins).open()


@pytest.mark.parametrize("cookie", ["", "sessionid=", "sessionid=forged", "sessionid=;;=\x01é"])
async def test_who_is_not_signed_in_is_told_so(world: World, cookie: str) -> None:
    view = LiveView(PATH, cookie=cookie)
    assert await view.open()
    assert await view.closed() == (4401, "signed_out")


async def test_a_stranger_cannot_tell_a_mesh_from_none(world: World) -> None:
    mallory = await world.stored(
        lambda: cookie_of(Mesh.objects.get(pk=world.mallory.mesh_id).owner)
    )
    endings = []
    for path in (PATH, "/live/meshes/no-such-mesh"):
        view = LiveView(path, cookie=mallory)
        assert await view.open()
        endings.append(await view.closed())
    assert endings == [(4404, "not_found")] * 2


@pytest.mark.parametrize(
    "path", ["/live", "/live/meshes", "/live/meshes/", "/live/meshes/acme/x", "/live/meshes/A'"]
)
async def test_there_is_no_view_anywhere_else(world: World, dana: Dana, path: str) -> None:
    assert not await LiveView(path, cookie=dana.cookie).open()


async def test_a_banned_member_is_shown_nothing_more(
    world: World, dana: Dana, view: LiveView
) -> None:
    await world.stored(
        lambda: bans.ban(
            mesh_id=world.mesh_id, by_member_id=world.alice.member_id, member_id=dana.member_id
        )
    )
    assert await view.closed() == (4403, "no_longer_a_member")
    again = LiveView(PATH, cookie=dana.cookie)
    await again.open()
    assert await again.closed() == (4404, "not_found")


async def test_an_archived_mesh_ends_the_view(world: World, view: LiveView) -> None:
    owner = await world.stored(
        lambda: standing_in(Mesh.objects.get(pk=world.mesh_id).owner, "acme")
    )
    await world.stored(lambda: archive_mesh(by=owner))
    assert await view.closed() == (4403, "no_longer_a_member")


def sign_out(dana: Dana) -> None:
    Session.objects.all().delete()


def let_the_session_expire(dana: Dana) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))


def deactivate(dana: Dana) -> None:
    User.objects.filter(pk=dana.user.pk).update(is_active=False)


def change_the_password(dana: Dana) -> None:
    user = User.objects.get(pk=dana.user.pk)
    user.set_password("another one")
    user.save()


@pytest.mark.parametrize("end", [sign_out, let_the_session_expire, deactivate, change_the_password])
async def test_the_view_ends_with_the_browser_session(
    world: World, dana: Dana, view: LiveView, end: object
) -> None:
    await world.stored(lambda: end(dana))  # type: ignore[operator]
    assert await view.closed() == (4401, "signed_out")


async def test_whatever_a_browser_says_ends_the_view(view: LiveView) -> None:
    await view.say('{"type":"kick","all":true}')
    assert await view.closed() == (1008, "read_only")


async def test_an_account_has_so_many_views_and_no_more(
    world: World, dana: Dana, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MAX_PER_ACCOUNT", 2)
    views = [LiveView(PATH, cookie=dana.cookie) for _ in range(3)]
    for view in views:
        await view.open()
    for view in views[:2]:
        await view.until(lambda frame: frame["type"] == "presences")
    assert await views[2].closed() == (4429, "too_many_views")
    await views[0].leave()
    another = LiveView(PATH, cookie=dana.cookie)
    await another.open()
    await another.until(lambda frame: frame["type"] == "presences")
    for view in (views[1], another):
        await view.leave()


async def test_nobody_watches_nobody_looks(
    world: World, dana: Dana, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = LiveView(PATH, cookie=dana.cookie)
    await view.open()
    await view.until(lambda frame: frame["type"] == "presences")
    await view.leave()
    looked: list[str] = []
    monkeypatch.setattr(world.runtime.watching, "look", looked.append)
    world.runtime.watching.nudge(world.mesh_id)
    await world.quiet()
    assert not looked
    assert not world.runtime.watching._watchers
    assert not world.runtime.watching._by_account


async def test_nothing_new_sends_nothing_but_a_beat(
    world: World, view: LiveView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_consumer, "BEAT_S", 0.01)
    await world.connect(world.bob)
    await view.until_names("bob")
    for _ in range(3):
        frame = await view.until(lambda _: True)
        assert frame == {"type": "still"}


async def test_a_reader_that_reads_nothing_keeps_one_frame_waiting() -> None:
    watcher = watching.Watcher("m", watched.Visitor("s", "u"))
    for number in range(1000):
        watcher.show(str(number))
    assert await watcher.next() == "999"
    watcher.show("1000")
    watcher.show("999")  # back as it was shown: no news
    watcher.end(watching.Code.GOING_AWAY, "going_away")
    with pytest.raises(watching.Ended):
        await watcher.next()


async def test_a_write_that_does_not_end_ends_the_view(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_consumer, "WRITE_WITHIN_S", 0.01)
    sent: list[dict[str, object]] = []

    async def stuck(message: dict[str, object]) -> None:
        if message["type"] == "websocket.send":
            await asyncio.Event().wait()
        sent.append(message)

    async def say_nothing() -> dict[str, object]:
        await asyncio.Event().wait()
        return {}

    watcher = watching.Watcher(world.mesh_id, watched.Visitor("s", "u"))
    watcher.show("news")
    await watch_consumer.View(world.runtime, stuck)._run(watcher, say_nothing)
    assert sent == [{"type": "websocket.close", "code": 3008, "reason": "slow_reader"}]


@pytest.mark.parametrize("trouble", [OperationalError("gone"), ValueError("a bug")])
async def test_what_cannot_be_read_is_said_and_survived(
    world: World, view: LiveView, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def broken(mesh_id: str) -> None:
        raise trouble

    monkeypatch.setattr(watched, "read_roster", broken)
    await view.until(lambda frame: frame["type"] == "stale")
    monkeypatch.setattr(watched, "read_roster", read_roster)
    await view.until(lambda frame: frame["type"] == "presences")


async def test_a_node_that_stops_tells_its_views_to_come_again(
    world: World, view: LiveView
) -> None:
    await world.close()
    assert await view.closed() == (1001, "going_away")


async def test_a_huge_mesh_shows_some_and_counts_all(
    world: World, view: LiveView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("presence.listing.MAX_SHOWN", 2)
    for _ in range(3):
        await world.connect(world.bob)
    frame = await view.until(lambda f: f["total"] == 3)
    assert (len(frame["presences"]), frame["people"]) == (2, 1)


@pytest.fixture(autouse=True)
def _no_sessions_left(transactional_db: None) -> Iterator[None]:
    yield
    Session.objects.all().delete()
