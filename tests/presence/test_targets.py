"""Who a send is for, decided from the roster alone."""

from datetime import timedelta

import pytest
from claudemesh_wire.errors import MeshError
from claudemesh_wire.fields import GroupRef
from hypothesis import given
from hypothesis import strategies as st

from presence.clock import now
from presence.targets import Resolution, Sender, covers, is_direct, resolve
from tests.presence.builders import groups, key_of, member, peer, roster

ALICE = Sender("alice", key_of("alice"), key_of("alice-s"), "alice-s")
LEASED = {"lease_expires_at": now() + timedelta(seconds=90)}
BLOCKING = {"grants": {key_of("alice"): []}}


def to(target: str, *parts: object, hold: bool = False) -> Resolution:
    everybody = roster(member("alice"), peer("alice"), *parts)  # type: ignore[arg-type]
    return resolve(everybody, ALICE, target, hold=hold)


def addresses(resolution: Resolution) -> list[str]:
    return [recipient.address for recipient in resolution.recipients]


def code_of(target: str, *parts: object, hold: bool = False) -> str:
    with pytest.raises(MeshError) as refused:
        to(target, *parts, hold=hold)
    return refused.value.code


def test_a_session_key_is_one_session() -> None:
    found = to(key_of("bob-2"), member("bob"), peer("bob", "1"), peer("bob", "2"))
    assert addresses(found) == [key_of("bob-2")]


def test_a_member_key_is_every_session() -> None:
    found = to(key_of("bob"), member("bob"), peer("bob", "1"), peer("bob", "2"))
    assert (len(found.recipients), found.matched, found.online) == (2, 2, 2)


def test_a_session_in_its_lease_shares_what_a_connected_one_gets() -> None:
    found = to(key_of("bob"), member("bob"), peer("bob", "1"), peer("bob", "2", **LEASED))
    assert (found.matched, found.online) == (2, 1)


def test_with_all_sessions_in_their_lease_it_waits_for_the_member() -> None:
    bob = (member("bob"), peer("bob", "1", **LEASED))
    assert code_of(key_of("bob"), *bob) == "no_recipient"
    found = to(key_of("bob"), *bob, hold=True)
    assert (addresses(found), found.online) == ([""], 0)


def test_a_key_in_its_lease_waits_for_that_session() -> None:
    bob = (member("bob"), peer("bob", "1", **LEASED))
    assert code_of(key_of("bob-1"), *bob) == "no_recipient"
    assert addresses(to(key_of("bob-1"), *bob, hold=True)) == [key_of("bob-1")]


def test_a_session_key_equal_to_a_member_key_means_the_member() -> None:
    thief = peer("mallory", session_key=key_of("bob"))
    found = to(key_of("bob"), member("bob"), peer("bob"), member("mallory"), thief)
    assert [r.member_id for r in found.recipients] == ["bob"]


def test_the_asking_session_is_left_out_of_its_members_sessions() -> None:
    assert addresses(to(key_of("alice"), peer("alice", "2"))) == [key_of("alice-2")]
    assert code_of(key_of("alice")) == "no_recipient"
    assert code_of(key_of("alice"), hold=True) == "no_recipient"


@pytest.mark.parametrize("target", [key_of("bob"), key_of("bob-s")])
def test_blocked_is_said_of_a_direct_message(target: str) -> None:
    assert code_of(target, member("bob", **BLOCKING), peer("bob")) == "blocked"


def test_dm_and_broadcast_are_granted_apart() -> None:
    bob = member("bob", grants={key_of("alice"): ["broadcast"]}), peer("bob")
    assert code_of(key_of("bob"), *bob) == "blocked"
    assert len(to("*", *bob).recipients) == 1


def test_a_broadcast_matches_those_it_leaves_out() -> None:
    found = to("*", member("bob", **BLOCKING), peer("bob"), member("carol"), peer("carol"))
    assert (found.matched, found.online, len(found.recipients)) == (2, 2, 1)


def test_hidden_peers_hear_groups_and_no_broadcasts() -> None:
    bob = member("bob"), peer("bob", visible=False, groups=groups("dev"))
    assert code_of("*", *bob) == "no_recipient"
    assert code_of("*", *bob, hold=True) == "no_recipient"
    assert len(to("@dev", *bob).recipients) == 1


def test_the_revoked_are_nobody() -> None:
    bob = member("bob", revoked=True)
    for target in (key_of("bob"), "*"):
        assert code_of(target, bob, hold=True) == "no_recipient"


def test_held_group_mail_goes_by_the_last_groups_else_the_members_own() -> None:
    last = member("bob", last_groups=groups("dev"), groups=groups("ops"))
    own = member("carol", groups=groups("dev"))
    found = to("@dev", last, own, hold=True)
    assert [(r.member_id, r.address) for r in found.recipients] == [("bob", ""), ("carol", "")]
    assert code_of("@ops", last, own, hold=True) == "no_recipient"


def test_the_online_one_outside_the_group_is_not_held_for() -> None:
    bob = member("bob", last_groups=groups("dev")), peer("bob", groups=groups("ops"))
    assert code_of("@dev", *bob, hold=True) == "no_recipient"


@pytest.mark.parametrize("target", ["", "@", "x", "AB" * 32, " *", "a@b"])
def test_no_target(target: str) -> None:
    assert code_of(target) == "bad_target"


names = st.lists(st.sampled_from("ab"), min_size=1, max_size=4).map("/".join)


@given(names, names)
def test_a_group_covers_itself_and_what_is_below(above: str, below: str) -> None:
    inside = below == above or below.split("/")[: above.count("/") + 1] == above.split("/")
    assert covers(above, [GroupRef(name=below)]) is inside


@given(st.text(max_size=70))
def test_any_text_is_a_target_or_refused(target: str) -> None:
    try:
        direct = is_direct(target)
    except MeshError as error:
        assert error.code == "bad_target"  # noqa: PT017
    else:
        assert direct == (len(target) == 64) or target.startswith("@")
