"""sync: the account's meshes come to this machine, and no key that is here is ever replaced."""

import json
from dataclasses import replace
from typing import Any

import pytest
from claudemesh_cli import auth, config
from claudemesh_wire import boxes, signing

OWNER = signing.keypair_from_seed(b"\x05" * 32).public
MALLORY = signing.keypair_from_seed(b"\x04" * 32).public
REEF, CORAL = "0193aaaa-reef", "0193bbbb-coral"
ROOT_KEY = boxes.encode_key(b"r" * 32)


def mesh(id: str, slug: str, **fields: Any) -> dict[str, Any]:
    name, root_key = slug.title(), b"r" * 32
    return {"id": id, "slug": slug, "name": name, "owner": OWNER, "root_key": root_key, **fields}


@pytest.fixture
def two(signed_in):
    """Alice's account is on two meshes, neither of them on this machine."""
    signed_in.accounts.meshes = [mesh(REEF, "reef"), mesh(CORAL, "coral")]
    return signed_in


def entries() -> dict[str, config.MeshEntry]:
    return {entry.slug: entry for entry in config.load().meshes}


def test_meshes_of_the_account_come_here_with_keys_of_their_own(run, two) -> None:
    result = run("sync", "--json")
    assert (result.code, [each["slug"] for each in result.json["added"]]) == (0, ["reef", "coral"])
    reef, coral = entries()["reef"], entries()["coral"]
    assert (reef.root_key, reef.broker_url) == (ROOT_KEY, two.socket_url)
    assert (reef.member_id, reef.extra) == (f"member-{reef.pubkey[:8]}", {"ownerPubkey": OWNER})
    assert reef.pubkey != coral.pubkey
    assert two.accounts.proven == [("reef", reef.pubkey), ("coral", coral.pubkey)]


def test_syncing_again_proves_the_same_keys_and_adds_nothing(run, two) -> None:
    run("sync")
    before = config.load()
    result = run("sync", "--json").json
    assert [each["slug"] for each in result["known"]] == ["reef", "coral"]
    assert (result["added"], config.load()) == ([], before)
    assert len(set(two.accounts.proven)) == 2


def test_lost_answer_makes_no_second_key(run, two) -> None:
    two.accounts.meshes.pop()
    two.lose_next_answer = True
    result = run("sync", "--json")
    assert (result.code, result.json["failed"][0]["code"]) == (1, "network")
    run("sync")
    assert len(set(two.accounts.proven)) == 1
    assert len(two.accounts.proven) == 2


def test_what_is_missing_is_completed_and_what_is_there_is_kept(run, two) -> None:
    run("sync")
    with config.editing() as everything:
        first, second = everything.meshes
        first.root_key, first.extra, first.member_id = None, {"theirs": 1}, "old"
        second.root_key = boxes.encode_key(b"k" * 32)
        before = [replace(first), replace(second)]
    assert run("sync").code == 0
    reef, coral = config.load().meshes
    assert (reef.pubkey, reef.secret_key) == (before[0].pubkey, before[0].secret_key)
    assert (reef.root_key, reef.member_id) == (ROOT_KEY, f"member-{reef.pubkey[:8]}")
    assert reef.extra == {"theirs": 1, "ownerPubkey": OWNER}
    assert coral.root_key == before[1].root_key


def test_changed_owner_key_is_loud_and_changes_nothing(run, two) -> None:
    run("sync")
    before = config.load()
    two.accounts.meshes[0] |= {"owner": MALLORY, "root_key": b"m" * 32}
    result = run("sync", "--json")
    assert (result.code, result.json["failed"][0]["code"]) == (1, "owner_changed")
    assert "reef" in result.err
    assert config.load() == before


def test_root_key_sealed_for_somebody_else_adds_nothing(run, two) -> None:
    two.accounts.meshes.pop()
    recipient = boxes.x25519_public(MALLORY)
    synced = {
        "mesh_id": REEF,
        "slug": "reef",
        "broker_url": two.socket_url,
        "member_id": "m",
        "sealed_root_key": boxes.seal_anonymous(b"r" * 32, recipient),
    }
    two.answers["/cli-sync"] = (200, {"ok": True, "meshes": [synced]})
    result = run("sync", "--json")
    assert result.json["failed"][0]["code"] == "bad_root_key"
    assert entries() == {}


def test_mesh_that_lets_the_key_not_in_fails_alone(run, two) -> None:
    two.accounts.barred = {REEF}
    result = run("sync", "--json")
    assert result.code == 1
    assert [each["slug"] for each in result.json["added"]] == ["coral"]
    failed = result.json["failed"][0]
    assert (failed["slug"], failed["mesh_id"], failed["code"]) == ("reef", REEF, "not_admitted")


def test_answer_about_another_mesh_is_not_taken(run, two) -> None:
    """A broker that ignores `mesh_id` must not slip a key in elsewhere."""
    two.accounts.meshes.pop()
    other = {"mesh_id": CORAL, "slug": "x", "broker_url": two.socket_url, "member_id": "m"}
    two.answers["/cli-sync"] = (200, {"ok": True, "meshes": [other]})
    assert run("sync", "--json").json["failed"][0]["code"] == "not_admitted"
    assert entries() == {}


def test_damaged_key_fails_alone(run, two) -> None:
    run("sync")
    with config.editing() as everything:
        everything.meshes[0].secret_key = "damaged"
    result = run("sync", "--json")
    assert result.json["failed"][0]["code"] == "bad_key"
    assert [each["slug"] for each in result.json["known"]] == ["coral"]


def test_token_ended_meanwhile_signs_out(run, two) -> None:
    two.answers["/cli/meshes"] = (200, {"meshes": two.accounts.rows(two.socket_url)})
    two.accounts.live_tokens.clear()
    assert (run("sync").code, auth.load()) == (2, None)
    assert entries() == {}


def test_keys_of_other_brokers_are_not_shown_to_this_one(run, two) -> None:
    run("sync")
    two.accounts.meshes = [mesh(CORAL, "coral")]
    two.seen.clear()
    run("sync")
    assert entries()["reef"].pubkey not in json.dumps(two.seen)


def test_nothing_secret_is_shown(run, two) -> None:
    result = run("sync", "--json")
    for entry in entries().values():
        assert entry.secret_key not in result.out + result.err
        assert entry.root_key not in result.out + result.err


def test_account_without_a_mesh_is_told_how_to_make_one(run, two) -> None:
    two.answers["/cli/meshes"] = (200, {"meshes": []})
    assert "claudemesh create" in run("sync").out
