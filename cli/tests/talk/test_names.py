"""Whom a name means: exact, told apart, never guessed."""

import pytest
from claudemesh_cli.config import Config
from claudemesh_cli.errors import CliError, ExitCode
from claudemesh_cli.session.names import Member, Target, group_target, resolve, split_mesh

ME = "e" * 64


def peer(person, **changes):
    return person.peer(**changes)


def find(text, peers=(), known=(), **changes) -> Target:
    return resolve(text, peers, known, me=changes.pop("me", ME), **changes)


def test_a_display_name_matches_whatever_its_case(bob) -> None:
    target = find("BOB", [peer(bob)])
    assert (target.spec, target.member, target.online) == (
        bob.session.public,
        bob.member.public,
        True,
    )


def test_two_members_of_one_name_are_listed_with_their_keys(bob, carol) -> None:
    with pytest.raises(CliError) as ambiguous:
        find("bob", [peer(bob), peer(carol, display_name="Bob", hostname="desk")])
    assert ambiguous.value.code == "ambiguous"
    assert bob.session.public[:16] in (ambiguous.value.hint or "")
    assert "desk" in (ambiguous.value.hint or "")


def test_sessions_of_one_member_and_name_are_reached_by_the_member_key(bob) -> None:
    second = peer(bob, pubkey="f" * 64, session_id="s2")
    assert find("bob", [peer(bob), second]).spec == bob.member.public


def test_an_offline_member_is_known_by_name(bob) -> None:
    target = find("Bob", known=[Member("bob", bob.member.public)])
    assert (target.spec, target.online) == (bob.member.public, False)


def test_a_member_name_reaches_the_session_that_calls_itself_otherwise(bob) -> None:
    target = find("bob", [peer(bob, display_name="bob-laptop")], [Member("bob", bob.member.public)])
    assert (target.spec, target.online) == (bob.session.public, True)


def test_a_hex_prefix_of_eight_matches_a_session_or_member_key(bob) -> None:
    assert find(bob.session.public[:8], [peer(bob)]).spec == bob.session.public
    assert find(bob.member.public[:12].upper(), [peer(bob)]).member == bob.member.public


def test_a_hex_prefix_of_seven_matches_nothing(bob) -> None:
    with pytest.raises(CliError) as missing:
        find(bob.session.public[:7], [peer(bob)])
    assert missing.value.exit_code is ExitCode.NOT_FOUND


def test_a_name_that_looks_like_hex_is_a_name_first(bob, carol) -> None:
    name = bob.session.public[:8]
    target = find(name, [peer(bob), peer(carol, display_name=name)])
    assert target.spec == carol.session.public


def test_ones_own_session_is_never_a_match(alice) -> None:
    with pytest.raises(CliError) as missing:
        find("alice", [peer(alice)], me=alice.member.public)
    assert missing.value.code == "not_found"


def test_inside_a_session_ones_other_sessions_can_be_written_to(alice) -> None:
    mine = peer(alice)
    other = peer(alice, display_name="alice-2", session_id="other", pubkey="f" * 64)
    target = find("alice-2", [mine, other], me=alice.member.public, my_session=mine.session_id)
    assert target.spec == "f" * 64


def test_a_typo_suggests_the_nearest_name(bob) -> None:
    with pytest.raises(CliError) as missing:
        find("bobb", [peer(bob)])
    assert "'bob'" in (missing.value.hint or "")


def test_an_unknown_full_key_is_taken_at_its_word() -> None:
    target = find("a" * 64)
    assert (target.spec, target.member) == ("a" * 64, None)


@pytest.mark.parametrize("text", ["*", "@all", "@web", "@web/api"])
def test_groups_and_everybody_are_targets_as_they_are(text: str) -> None:
    target = group_target(text)
    assert target is not None
    assert target.spec == text


def test_a_mesh_before_the_colon_picks_the_mesh(claudemesh) -> None:
    from claudemesh_cli import config

    loaded = config.load()
    entry, name = split_mesh(loaded, "team:bob", None)
    assert (entry.slug, name) == ("team", "bob")


def test_a_colon_in_a_name_is_no_mesh(claudemesh) -> None:
    from claudemesh_cli import config

    assert split_mesh(config.load(), "bob:laptop", None)[1] == "bob:laptop"


def test_no_mesh_at_all_says_how_to_get_one() -> None:
    with pytest.raises(CliError) as none:
        split_mesh(Config(), "bob", None)
    assert none.value.code == "no_mesh"
