"""The page of a mesh: who is there, what a viewer is granted to see, and the chart."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from dashboard.chart import FLOOR, TOP, chart_of
from dashboard.selectors.flow import Flow, flow_of
from meshes.models import Member, Mesh
from presence.models import Presence
from tests.dashboard.conftest import Browser
from tests.dashboard.rows import arrive, say
from tests.meshes.conftest import Person

pytestmark = pytest.mark.django_db
Browse = Callable[[Person | None], Browser]
PAGE = "/dashboard/meshes/acme"


def test_sessions_are_shown_with_what_was_granted(
    browse: Browse, cast: dict[str, Person], mesh: Mesh
) -> None:
    details = {"cwd": "/home/bob", "hostname": "bobs-laptop"}
    arrive(mesh, cast["admin"].member, "agent", summary="the plan", details=details)
    page = browse(cast["member"]).get(PAGE)
    assert all(text in page for text in ("Bob", "agent", "the plan", "bobs-laptop:/home/bob"))
    assert 'name="kick"' not in page
    Member.objects.filter(pk=cast["admin"].member.pk).update(
        grants={cast["member"].keys.public: []}
    )
    page = browse(cast["member"]).get(PAGE)
    assert "agent" in page
    assert "the plan" not in page
    assert "bobs-laptop" not in page
    assert "the plan" in browse(cast["owner"]).get(PAGE)


def test_a_session_cannot_pass_for_another_member(
    browse: Browse, cast: dict[str, Person], mesh: Mesh
) -> None:
    arrive(mesh, cast["member"].member, "Alice")
    row = browse(cast["owner"]).get(PAGE).split("<tbody")[1].split("</tbody")[0]
    assert re.search(r"<bdi[^>]*>Carol</bdi>", row)
    assert re.search(r"as <bdi[^>]*>Alice</bdi>", row)


def test_a_manager_may_remove_others_and_not_herself(
    browse: Browse, cast: dict[str, Person], mesh: Mesh
) -> None:
    own = arrive(mesh, cast["owner"].member, "Alice")
    other = arrive(mesh, cast["member"].member, "Carol")
    page = browse(cast["owner"]).get(PAGE)
    assert f'name="kick" value="{other.pk}"' in page
    row = page.split(f'data-presence="{own.pk}"')[1].split("</tr>")[0]
    assert re.search(r'data-field="removable" hidden', row)


@pytest.mark.parametrize(("button", "word"), [("kick", "Kicked"), ("disconnect", "Disconnected")])
def test_a_session_is_removed_and_it_is_said(
    browse: Browse, cast: dict[str, Person], mesh: Mesh, button: str, word: str
) -> None:
    other = arrive(mesh, cast["member"].member, "carols-agent")
    page = browse(cast["admin"]).send(f"{PAGE}/remove", **{button: other.pk})
    assert f"{word}: carols-agent." in page
    assert not Presence.objects.exists()
    page = browse(cast["admin"]).send(f"{PAGE}/remove", **{button: other.pk})
    assert "That session is gone already." in page


def test_a_session_of_another_mesh_stays(
    browse: Browse, cast: dict[str, Person], mesh: Mesh
) -> None:
    other = arrive(mesh, cast["member"].member, "carols-agent")
    mallory = browse(cast["of another mesh"])
    page = mallory.send("/dashboard/meshes/lair/remove", kick=other.pk)
    assert "That session is gone already." in page
    assert "Nobody else was there." in mallory.send("/dashboard/meshes/lair/kick-all")
    mallory.send(f"/dashboard/meshes/lair/members/{cast['member'].member.pk}/remove", kind="kick")
    assert Presence.objects.exists()


def test_everybody_but_the_manager_is_kicked_after_a_question(
    browse: Browse, cast: dict[str, Person], mesh: Mesh
) -> None:
    own = arrive(mesh, cast["owner"].member, "alice")
    for who in ("admin", "member"):
        arrive(mesh, cast[who].member, who)
    alice = browse(cast["owner"])
    assert "Kick everybody but you" in alice.get(f"{PAGE}/kick-all")
    assert "Kicked: admin and member." in alice.send(f"{PAGE}/kick-all")
    assert [row.pk for row in Presence.objects.all()] == [own.pk]


def test_all_sessions_of_a_member_are_removed_from_the_list_of_members(
    browse: Browse, cast: dict[str, Person], mesh: Mesh
) -> None:
    carol = cast["member"].member
    for number in range(2):
        arrive(mesh, carol, f"agent-{number}")
    arrive(mesh, cast["admin"].member, "bob")
    page = browse(cast["owner"]).send(f"{PAGE}/members/{carol.pk}/remove", kind="kick")
    assert "Kicked: agent-0 and agent-1." in page
    assert Presence.objects.count() == 1


def test_a_crowd_is_shown_in_part_and_counted_whole(
    browse: Browse, cast: dict[str, Person], mesh: Mesh
) -> None:
    for _ in range(70):
        arrive(mesh, cast["member"].member, "x" * 256, summary="s" * 5000)
    page = browse(cast["owner"]).get(PAGE)
    assert "70 sessions" in page
    assert "<span data-live-beyond-count>20</span>" in page
    assert len(page) < 100_000


def test_an_empty_mesh_teaches(browse: Browse, cast: dict[str, Person]) -> None:
    page = browse(cast["owner"]).get(PAGE)
    assert "Nobody is connected" in page
    assert "claudemesh listen" in page


def test_messages_are_counted_by_the_minute(
    browse: Browse, cast: dict[str, Person], mesh: Mesh
) -> None:
    now = timezone.now()
    for minutes in (1, 1, 30, 59, 61, 600):
        say(mesh, now.replace(second=30) - timedelta(minutes=minutes))
    say(Mesh(pk="another"), now)
    flow = flow_of(mesh.pk)
    assert (flow.total, flow.peak, len(flow.counts)) == (4, 2, 60)
    page = browse(cast["member"]).get(PAGE)
    assert "4 messages in the last hour, 2 in the busiest minute" in page
    assert page.count('class="bar"') == 3
    assert "the secret text" not in page


def test_counts_are_kept_for_some_seconds(
    mesh: Mesh, django_assert_num_queries: Callable[[int], Any]
) -> None:
    flow_of(mesh.pk)
    with django_assert_num_queries(0):
        flow_of(mesh.pk)
    cache.clear()
    with django_assert_num_queries(1):
        flow_of(mesh.pk)


def test_bars_stay_within_the_chart() -> None:
    start = timezone.now().replace(second=0, microsecond=0)
    counts = [0, 1, 100_000, *[7] * 57]
    chart = chart_of(Flow([(start + timedelta(minutes=i), n) for i, n in enumerate(counts)]))
    assert [bar.height for bar in chart.bars[:3]] == [0, 2, FLOOR - TOP]
    assert all(
        TOP <= bar.y <= FLOOR and bar.x + chart.bar_width <= chart.width for bar in chart.bars
    )
    assert chart_of(Flow([])).peak == 0
