"""list, rename, leave, share, invites: what is shown, sent and stored."""

import json

import pytest
from claudemesh_cli import config


@pytest.fixture
def owner(run, signed_in):
    """The fake broker, whose mesh alice has made."""
    assert run("create", "Reef").code == 0
    return signed_in


def test_list_without_a_mesh_is_empty(run) -> None:
    assert run("list", "--json").json == {"meshes": []}


def test_list_adds_what_the_account_knows(run, owner) -> None:
    (row,) = run("list", "--json").json["meshes"]
    assert (row["role"], row["member_count"], row["joined"]) == ("owner", 3, True)


def test_list_shows_meshes_that_are_not_on_this_machine(run, signed_in) -> None:
    (row,) = run("list", "--json").json["meshes"]
    assert (row["joined"], row["member_id"]) == (False, None)


def test_list_has_the_same_keys_signed_in_or_out(run, owner) -> None:
    there = run("list", "--json").json["meshes"][0]
    run("logout")
    assert run("list", "--json").json["meshes"][0].keys() == there.keys()


def test_list_works_without_the_broker(run, owner) -> None:
    owner.answers["/cli/meshes"] = (503, {"error": "unavailable", "message": "Down."})
    result = run("list")
    assert result.code == 0
    assert "reef" in result.out
    assert "from this machine only: Down." in result.err


def test_rename_changes_broker_and_config(run, owner) -> None:
    assert run("rename", "Blue").code == 0
    assert owner.seen[-1][:3] == ("PATCH", "/cli/mesh/reef", {"name": "Blue"})
    assert config.load().meshes[0].name == "Blue"


def test_leave_asks_first(run, owner) -> None:
    result = run("leave", "--no-input", "--json")
    assert (result.code, result.json["error"]["code"]) == (3, "needs_confirmation")
    assert len(config.load().meshes) == 1


def test_leave_removes_the_mesh_and_its_key(run, owner) -> None:
    secret = config.load().meshes[0].secret_key
    assert run("leave", "reef", "-y").code == 0
    assert secret not in config.file_path().read_text()


def test_share_prints_the_link_alone_on_stdout(run, owner) -> None:
    assert run("share").out == owner.link + "\n"


def test_share_sends_what_was_asked_for_in_seconds(run, owner) -> None:
    run("share", "bob@example.com", "--role", "admin", "--expires", "2d", "--uses", "3")
    wanted = {"email": "bob@example.com", "role": "admin", "expires_in": 172_800, "max_uses": 3}
    assert owner.seen[-1][2] == wanted


def test_share_admits_that_no_mail_went_out(run, owner) -> None:
    assert "No mail went out to bob@example.com" in run("share", "bob@example.com").err


def test_share_never_prints_the_token_with_the_root_key(run, owner) -> None:
    assert sorted(run("share", "--json").json) == [
        "code",
        "emailed",
        "expires_at",
        "invite_id",
        "url",
    ]


@pytest.mark.parametrize("expires", ["0d", "7", "d", "-1d", "1y", "1.5h", "9999999d"])
def test_bad_durations_are_refused(run, owner, expires: str) -> None:
    assert run("share", "--expires", expires).code == 3


def test_share_finds_the_mesh_by_its_id_not_by_its_slug(run, owner) -> None:
    """Another mesh of the same slug, at the broker one is signed in to, must not be shared."""
    row = {**owner._row(), "id": "another"}
    owner.answers["/cli/meshes"] = (200, {"meshes": [row]})
    result = run("share", "--json")
    assert (result.code, result.json["error"]["code"]) == (7, "not_your_mesh")


def test_share_needs_a_sign_in(run, broker) -> None:
    run("join", broker.link)
    assert run("share").code == 2


def test_invites_are_listed_and_withdrawn_by_code(run, owner) -> None:
    (row,) = run("invites", "--json").json["invites"]
    assert run("invites", "revoke", row["code"]).code == 0
    assert owner.seen[-1][:2] == ("DELETE", f"/cli/mesh/reef/invites/{row['id']}")


def test_codes_are_whole_in_a_narrow_terminal(run, owner, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    code = owner.link.rpartition("/")[2]
    assert code in run("invites").out


def test_hostile_names_cannot_rule_the_terminal(run, owner) -> None:
    row = {**owner._row(), "name": "\x1b[2Jevil\u202e\nnext"}
    owner.answers["/cli/meshes"] = (200, {"meshes": [row]})
    run("leave", "-y")
    shown = run("list").out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert json.loads(run("list", "--json").out)["meshes"][0]["name"] == row["name"]
