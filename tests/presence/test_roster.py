"""The roster: peers by presence, key and member, and who replaces whom."""

from datetime import timedelta

from presence.clock import now
from tests.presence.builders import groups, key_of, member, peer, roster

LEASED = {"lease_expires_at": now() + timedelta(seconds=90)}


def test_a_peer_is_found_by_key_member_and_address() -> None:
    bob = peer("bob")
    found = roster(member("bob"), bob)
    assert found.peer_by_key(bob.session_key) is bob
    assert found.peers_of("bob") == [bob]
    assert found.peer_at("bob", bob.address) is bob
    assert found.peer_at("carol", bob.address) is None


def test_a_peer_without_a_key_has_an_address_of_its_own() -> None:
    first, second = peer("bob", "1", session_key=""), peer("bob", "2", session_key="")
    found = roster(member("bob"), first, second)
    assert first.address != second.address
    assert len(first.address) <= 64
    assert found.peer_at("bob", second.address) is second
    assert found.peer_by_key("") is None


def test_removed_it_is_found_nowhere() -> None:
    bob = peer("bob")
    found = roster(member("bob"), bob)
    assert found.remove(bob.presence_id) is bob
    assert found.peer_by_key(bob.session_key) is None
    assert found.peers_of("bob") == []
    assert found.remove(bob.presence_id) is None


def test_removing_an_older_reading_leaves_the_newer_one() -> None:
    older, newer = peer("bob", presence_id="1"), peer("bob", presence_id="2")
    found = roster(member("bob"), older, newer)
    found.remove("1")
    assert found.peer_by_key(newer.session_key) is newer


def test_twins_are_the_same_session_or_what_a_restart_left() -> None:
    hello = peer("bob", "s", presence_id="new", session_key=key_of("fresh"))
    same = peer("bob", "s", presence_id="same", session_key=key_of("fresh"))
    gone = peer("bob", "s", presence_id="gone", **LEASED)
    live = peer("bob", "s", presence_id="live", session_key=key_of("live"))
    other = peer("bob", "t", presence_id="other", **LEASED)
    foreign = peer("carol", "s", presence_id="foreign", **LEASED)
    found = roster(member("bob"), member("carol"), same, gone, live, other, foreign)
    assert {twin.presence_id for twin in found.twins(hello)} == {"same", "gone"}


def test_others_are_those_of_other_members() -> None:
    found = roster(member("bob"), peer("bob", "1"), peer("bob", "2"), peer("carol"))
    assert [other.member_id for other in found.others("bob")] == ["carol"]


def test_groups_of_an_ended_session_are_remembered_by_both_ways_in() -> None:
    found = roster(member("bob"))
    found.remember_groups(peer("bob", groups=groups("dev")))
    assert found.members["bob"].last_groups == groups("dev")
    by_key = found.member_by_key(key_of("bob"))
    assert by_key is not None
    assert by_key.last_groups == groups("dev")


def test_the_defaults_are_granted_to_whoever_is_not_named() -> None:
    bob = member("bob")
    granted = [bob.allows("k", "", cap) for cap in ("read", "dm", "broadcast", "state-read")]
    assert granted == [True] * 4
    assert not bob.allows("k", "", "state-write")
