"""grant, revoke, block, unblock, grants: what reaches the broker for whom."""

import pytest
from claudemesh_cli.session.granting import WITHOUT_ENTRY
from claudemesh_wire.broker import Grants
from claudemesh_wire.capabilities import GRANTS
from claudemesh_wire.client import GetGrants, SetGrants


@pytest.fixture
def kept(broker, bob) -> dict[str, list[str]]:
    """Alice's grants as the broker keeps them; bob is connected."""
    grants: dict[str, list[str]] = {}

    def store(message: SetGrants) -> Grants:
        for key, caps in message.grants.items():
            if caps is None:
                grants.pop(key, None)
            else:
                grants[key] = caps
        return Grants(grants=grants)

    broker.replies = {GetGrants: lambda _: Grants(grants=grants), SetGrants: store}
    broker.peers = [bob.peer()]
    return grants


def changes(broker) -> list[SetGrants]:
    return [message for message in broker.requests if isinstance(message, SetGrants)]


def test_grant_adds_to_the_defaults_under_the_member_key(claudemesh, kept, bob) -> None:
    result = claudemesh("grant", "bob", "file-read", "--json").json
    assert kept == {bob.member.public: sorted(WITHOUT_ENTRY | {"file-read"})}
    assert result["grants"] == kept[bob.member.public]
    assert (result["name"], result["blocked"], result["default"]) == ("bob", False, False)


def test_grant_all_gives_everything(claudemesh, kept, bob) -> None:
    claudemesh("grant", "bob", "all")
    assert kept == {bob.member.public: sorted(GRANTS)}


def test_revoke_takes_from_the_defaults(claudemesh, kept, bob) -> None:
    assert "may: " in claudemesh("revoke", "bob", "dm", "broadcast").out
    assert kept == {bob.member.public: sorted(WITHOUT_ENTRY - {"dm", "broadcast"})}


def test_revoking_everything_blocks(claudemesh, kept, bob) -> None:
    assert claudemesh("revoke", "bob", "all").out == "bob is blocked.\n"
    assert kept == {bob.member.public: []}


def test_block_and_unblock(claudemesh, kept, bob) -> None:
    assert claudemesh("block", "bob").out == "bob is blocked.\n"
    assert kept == {bob.member.public: []}
    assert "(the defaults)" in claudemesh("unblock", "bob").out
    assert kept == {}


def test_unblock_leaves_other_grants_as_they_are(claudemesh, broker, kept, bob) -> None:
    kept[bob.member.public] = ["dm"]
    assert claudemesh("unblock", "bob", "--json").json["grants"] == ["dm"]
    assert changes(broker) == []


def test_a_grant_that_changes_nothing_is_not_sent(claudemesh, broker, kept, bob) -> None:
    kept[bob.member.public] = ["dm"]
    claudemesh("grant", "bob", "dm")
    assert changes(broker) == []


def test_what_everybody_has_needs_no_entry(claudemesh, broker, kept) -> None:
    assert "(the defaults)" in claudemesh("grant", "bob", "dm", "state-write").out
    assert changes(broker) == []


def test_a_first_entry_takes_nothing_away_unasked(claudemesh, kept, bob) -> None:
    claudemesh("revoke", "bob", "dm")
    assert "state-write" in kept[bob.member.public]


def test_somebody_away_can_be_blocked_by_name(claudemesh, broker, kept, bob) -> None:
    claudemesh("send", "bob", "hi")  # pins bob's key
    broker.peers = []
    assert claudemesh("block", "bob").code == 0
    assert kept == {bob.member.public: []}


def test_a_changed_key_gets_no_grant_but_can_be_blocked(
    claudemesh, broker, kept, bob, carol
) -> None:
    claudemesh("send", "bob", "hi")
    broker.peers = [carol.peer(display_name="bob")]
    result = claudemesh("grant", "bob", "state-write")
    assert (result.code, kept) == (7, {})
    assert f"claudemesh verify {carol.member.public[:16]}" in result.err
    claudemesh("block", "bob")
    assert kept == {carol.member.public: []}


def test_names_that_mean_several_members_change_nothing(
    claudemesh, broker, kept, bob, carol
) -> None:
    broker.peers = [bob.peer(), carol.peer(display_name="Bob")]
    result = claudemesh("block", "bob")
    assert (result.code, kept) == (3, {})
    assert bob.session.public[:16] in result.err
    assert carol.session.public[:16] in result.err


@pytest.mark.parametrize("who", ["@web", "*"])
def test_groups_get_no_grants(claudemesh, kept, who) -> None:
    assert claudemesh("block", who).code == 3


def test_nobody_blocks_themself(claudemesh, kept, alice) -> None:
    assert claudemesh("block", alice.member.public).code == 3
    assert kept == {}


def test_an_unknown_grant_is_refused_here(claudemesh, broker, kept) -> None:
    assert claudemesh("grant", "bob", "everything").code == 3
    assert broker.requests == []


def test_grants_lists_names_and_defaults(claudemesh, kept, bob) -> None:
    kept[bob.member.public] = []
    kept["cd" * 32] = ["dm"]
    document = claudemesh("grants", "--json").json
    assert document["defaults"] == sorted(WITHOUT_ENTRY)
    assert [(row["name"], row["blocked"]) for row in document["grants"]] == [
        ("bob", True),
        (None, False),
    ]
    shown = claudemesh("grants").out
    assert "nothing (blocked)" in shown
    assert "Everybody else: " in shown
