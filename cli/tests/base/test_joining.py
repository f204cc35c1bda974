"""Making and joining meshes: what is stored, what is refused, and that no invitation is wasted."""

import json
from pathlib import Path
from typing import Any

import pytest
from claudemesh_cli import config
from claudemesh_wire import boxes, canonical, signing

ROOT_KEY = boxes.encode_key(bytes(range(32)))
MALLORY = signing.keypair_from_seed(b"\x04" * 32)


def claim_path(broker) -> str:
    return f"/invites/{broker.link.rpartition('/')[2]}/claim"


def test_created_mesh_is_stored_with_its_keys(run, signed_in) -> None:
    result = run("create", "Reef", "--name", "Alice", "--json")
    (entry,) = config.load().meshes
    assert result.json["mesh"]["slug"] == entry.slug == "reef"
    assert (entry.root_key, entry.broker_url) == (ROOT_KEY, signed_in.socket_url)
    assert signing.verify("x", signing.sign("x", entry.secret_key), entry.pubkey)


def test_join_by_link_stores_member_and_root_key(run, broker) -> None:
    result = run("join", broker.link, "--name", "Bob", "--json")
    (entry,) = config.load().meshes
    assert result.code == 0
    assert (entry.member_id, entry.root_key, entry.invite_version) == ("member-1", ROOT_KEY, 2)
    assert broker.members == {entry.pubkey: "member-1"}


def test_link_alone_joins(run, broker) -> None:
    assert run(broker.link).code == 0
    assert [mesh.slug for mesh in config.load().meshes] == ["reef"]


def test_bare_code_joins_at_the_chosen_broker(run, broker, monkeypatch) -> None:
    monkeypatch.setenv("CLAUDEMESH_API_URL", broker.url)
    assert run("join", broker.link.rpartition("/")[2]).code == 0


@pytest.mark.parametrize("form", ["{url}/join/{token}", "{token}"])
def test_join_by_version_1_token(run, broker, form: str) -> None:
    assert run("join", form.format(url=broker.url, token=broker.token())).code == 0
    (entry,) = config.load().meshes
    assert (entry.member_id, entry.root_key, entry.invite_version) == ("member-1", ROOT_KEY, 1)


def test_joining_again_uses_nothing_up_and_keeps_the_key(run, broker) -> None:
    run("join", broker.link)
    before = config.load().meshes
    assert run("join", broker.link).code == 0
    assert (config.load().meshes, len(broker.members)) == (before, 1)


def test_other_invitation_to_a_known_mesh_keeps_the_key(run, broker) -> None:
    run("join", broker.token())
    (before,) = config.load().meshes
    broker.uses_left = 5
    assert run("join", broker.link).code == 0
    (after,) = config.load().meshes
    assert (after.pubkey, len(broker.members)) == (before.pubkey, 1)


@pytest.mark.parametrize("kind", ["link", "token"])
def test_lost_answer_costs_no_invitation(run, broker, kind: str) -> None:
    invitation = broker.link if kind == "link" else broker.token()
    broker.lose_next_answer = True
    assert run("join", invitation).code == 4
    assert config.load().meshes == []
    assert run("join", invitation).code == 0
    assert len(broker.members) == 1


def test_key_of_a_join_is_kept_apart_only_while_it_is_under_way(run, broker, home: Path) -> None:
    run("join", broker.link)
    assert json.loads((home / "joining.json").read_text()) == {}


def test_used_up_invitation_says_so(run, broker) -> None:
    broker.uses_left = 0
    result = run("join", broker.link, "--json")
    assert result.code == 1
    assert result.json["error"]["code"] == "exhausted"
    assert result.json["error"]["hint"] == "Ask for a new link."


def forged(broker, **changes: Any) -> None:
    """Make the broker lie: a good claim, then changed."""
    answer = broker._claim

    def lying(body: Any) -> tuple[int, Any]:
        status, good = answer(body)
        return status, {**good, **changes}

    broker._claim = lying


SIGNED_BY_MALLORY = canonical.invite_v2("m", "i", 1, "member", MALLORY.public)


@pytest.mark.parametrize(
    "changes",
    [
        {"signature": "00" * 64},
        {"signature": "junk"},
        {"owner_pubkey": MALLORY.public},
        {"mesh_id": "another"},
        {"canonical_v2": "v=2|m"},
        {
            "owner_pubkey": MALLORY.public,
            "canonical_v2": SIGNED_BY_MALLORY,
            "signature": signing.sign(SIGNED_BY_MALLORY, MALLORY.secret),
        },
    ],
)
def test_answer_that_the_owner_did_not_sign_joins_nothing(run, broker, changes) -> None:
    forged(broker, **changes)
    result = run("join", broker.link, "--json")
    assert (result.code, result.json["error"]["code"]) == (7, "bad_signature")
    assert config.load().meshes == []


def test_root_key_sealed_for_somebody_else_joins_nothing(run, broker) -> None:
    sealed = boxes.seal_anonymous(b"r" * 32, boxes.x25519_public(MALLORY.public))
    forged(broker, sealed_root_key=sealed)
    result = run("join", broker.link, "--json")
    assert (result.code, result.json["error"]["code"]) == (1, "bad_root_key")
    assert config.load().meshes == []


def test_changed_owner_key_is_loud(run, broker) -> None:
    run("join", broker.link)
    mesh_id = config.load().meshes[0].mesh_id
    signed = canonical.invite_v2(mesh_id, "i", 1, "member", MALLORY.public)
    forged(
        broker,
        owner_pubkey=MALLORY.public,
        canonical_v2=signed,
        signature=signing.sign(signed, MALLORY.secret),
    )
    before = config.load()
    result = run("join", broker.link, "--json")
    assert (result.code, result.json["error"]["code"]) == (7, "owner_changed")
    assert config.load() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"mesh_root_key": boxes.encode_key(b"m" * 32)},
        {"role": "admin"},
        {"broker_url": "wss://mallory.example/ws"},
        {"expires_at": 1},
        {"mesh_slug": "reef|x"},
        {"v": 2},
        {"signature": 5},
    ],
)
def test_altered_token_joins_nothing_and_asks_nobody(run, broker, changes) -> None:
    result = run("join", f"{broker.url}/join/{broker.token(**changes)}", "--json")
    assert (result.code, result.json["error"]["code"]) == (3, "bad_invitation")
    assert broker.seen == []


@pytest.mark.parametrize(
    "text",
    ["", "!", "http://", "http://x", "http://x/i/", "x/y/z", "http://[/i/abcd", "ftp://x/i/abcd"],
)
def test_what_is_no_invitation_is_refused_before_asking(run, text: str) -> None:
    assert run("join", text, "--json").code == 3


def test_account_token_goes_only_to_the_broker_it_came_from(run, broker, signed_in) -> None:
    run("join", broker.link)
    assert broker.seen[-1][3] is not None
    stored = json.loads(config.file_path().with_name("auth.json").read_text())
    stored["api_url"] = "http://elsewhere.example"
    config.file_path().with_name("auth.json").write_text(json.dumps(stored))
    run("join", broker.link)
    assert broker.seen[-1][3] is None


def test_name_is_the_option_then_the_environment(run, broker, monkeypatch) -> None:
    monkeypatch.setenv("CLAUDEMESH_DISPLAY_NAME", "Env")
    run("join", broker.link)
    run("join", broker.link, "--name", "Option")
    names = [body["display_name"] for _, path, body, _ in broker.seen if path.endswith("/claim")]
    assert names == ["Env", "Option"]
