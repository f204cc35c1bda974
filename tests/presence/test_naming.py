"""Whom an admin means by a name, a key or the beginning of one."""

from datetime import UTC, datetime

import pytest
from claudemesh_wire.errors import MeshError

from presence.naming import find
from presence.peer import Peer
from presence.roster import MemberView, MeshView, Roster

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
BOB, CAROL, MALLORY = "b0b" + "0" * 61, "ca401" + "0" * 59, "e411" + "f" * 60
BOB_LAPTOP, BOB_SERVER, CAROL_DESK = "1a" * 32, "5e" * 32, "de" * 32


def member(name: str, key: str, *, revoked: bool = False) -> MemberView:
    return MemberView(
        id=name,
        pubkey=key,
        name=name,
        role="member",
        role_tag="",
        message_mode="push",
        groups=[],
        last_groups=[],
        grants={},
        profile=None,
        revoked=revoked,
        bind_until=None,
    )


def peer(member_id: str, member_key: str, session_key: str, name: str) -> Peer:
    return Peer(
        presence_id=f"{member_id}/{name}/{session_key[:4]}",
        mesh_id="m",
        member_id=member_id,
        member_key=member_key,
        node_id="n",
        session_id=name,
        session_key=session_key,
        name=name,
        groups=[],
        connected_at=NOON,
        last_seen_at=NOON,
        status_at=NOON,
    )


@pytest.fixture
def roster() -> Roster:
    made = Roster(MeshView("m", "acme", "Acme", 1, {}, 0, archived=False))
    members = [member("bob", BOB), member("Carol", CAROL), member("dave", "")]
    made.replace_members(made.mesh, [*members, member("erin", MALLORY, revoked=True)])
    made.add(peer("bob", BOB, BOB_LAPTOP, "laptop"))
    made.add(peer("bob", BOB, BOB_SERVER, "server"))
    made.add(peer("Carol", CAROL, CAROL_DESK, "desk"))
    return made


def names(roster: Roster, target: str, *, banned: bool = False) -> tuple[str, list[str]]:
    found = find(roster, target, banned=banned)
    return found.member.id, sorted(p.name for p in found.peers)


@pytest.mark.parametrize("target", ["bob", " BOB ", BOB, BOB.upper(), BOB[:8], BOB[:63]])
def test_a_member_means_all_its_sessions(roster: Roster, target: str) -> None:
    assert names(roster, target) == ("bob", ["laptop", "server"])


@pytest.mark.parametrize("target", ["laptop", "Laptop", BOB_LAPTOP, BOB_LAPTOP[:8]])
def test_a_session_means_itself(roster: Roster, target: str) -> None:
    assert names(roster, target) == ("bob", ["laptop"])


def test_two_sessions_of_one_name_and_member_are_both_meant(roster: Roster) -> None:
    roster.add(peer("bob", BOB, "77" * 32, "laptop"))
    assert names(roster, "laptop") == ("bob", ["laptop", "laptop"])


@pytest.mark.parametrize("target", ["nobody", BOB[:7], "0" * 8, "bo", "ee" * 32, "g" * 64])
def test_nobody_is_meant(roster: Roster, target: str) -> None:
    with pytest.raises(MeshError) as refused:
        find(roster, target)
    assert refused.value.code == "not_found"


@pytest.mark.parametrize("target", ["", "  "])
def test_nothing_is_no_name_even_where_a_key_is_missing(roster: Roster, target: str) -> None:
    roster.add(peer("Carol", CAROL, "", "old client"))
    with pytest.raises(MeshError) as refused:
        find(roster, target)
    assert refused.value.code == "malformed"


def test_a_name_of_two_members_is_ambiguous_and_says_whose(roster: Roster) -> None:
    roster.add(peer("Carol", CAROL, "88" * 32, "Bob"))
    with pytest.raises(MeshError) as refused:
        find(roster, "bob")
    assert refused.value.code == "ambiguous"
    assert refused.value.candidates == [
        f"Carol (member, {CAROL[:16]})",
        f"bob (member, {BOB[:16]})",
    ]


def test_a_whole_key_means_its_holder_whatever_others_call_themselves(roster: Roster) -> None:
    roster.add(peer("Carol", CAROL, "88" * 32, BOB))
    assert names(roster, BOB)[0] == "bob"


def test_a_name_that_looks_like_the_beginning_of_a_key_is_ambiguous(roster: Roster) -> None:
    roster.add(peer("Carol", CAROL, "88" * 32, BOB[:8]))
    with pytest.raises(MeshError) as refused:
        find(roster, BOB[:8])
    assert refused.value.code == "ambiguous"


def test_the_banned_are_not_meant_among_those_who_are_in(roster: Roster) -> None:
    roster.add(peer("bob", BOB, "99" * 32, "erin"))
    assert names(roster, "erin") == ("bob", ["erin"])


@pytest.mark.parametrize("target", ["erin", MALLORY, MALLORY[:8]])
def test_the_banned_are_meant_among_themselves(roster: Roster, target: str) -> None:
    assert names(roster, target, banned=True) == ("erin", [])
