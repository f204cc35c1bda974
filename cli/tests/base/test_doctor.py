"""doctor: finds what is wrong, says what to do, repairs only what it is asked to."""

import json
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from claudemesh_cli import config


def checks(run, *arguments: str) -> tuple[int, dict[str, dict[str, Any]]]:
    result = run("doctor", "--json", *arguments)
    assert result.json["ok"] is (result.code == 0)
    return result.code, {check["name"]: check for check in result.json["checks"]}


def test_healthy_machine_is_ok(run, broker) -> None:
    run("join", broker.link)
    code, found = checks(run)
    assert code == 0
    assert {"files", "config", "account", "broker", "clock", "mesh reef"} == found.keys()
    assert "9.9" in found["broker"]["message"]


def test_broker_out_of_reach_is_found(run, broker, monkeypatch) -> None:
    monkeypatch.setenv("CLAUDEMESH_API_URL", "http://127.0.0.1:1")
    code, found = checks(run)
    assert (code, found["broker"]["ok"]) == (1, False)


def test_open_files_are_found_and_closed_on_request(run, broker, home: Path) -> None:
    run("join", broker.link)
    home.chmod(0o755)
    (home / "config.json").chmod(0o644)
    assert not checks(run)[1]["files"]["ok"]
    assert (home / "config.json").stat().st_mode & 0o777 == 0o644
    assert checks(run, "--fix")[1]["files"]["ok"]
    assert (home.stat().st_mode & 0o777, (home / "config.json").stat().st_mode & 0o777) == (
        0o700,
        0o600,
    )


def test_damaged_config_is_reported_among_the_rest(run, broker, home: Path, monkeypatch) -> None:
    monkeypatch.setenv("CLAUDEMESH_API_URL", broker.url)
    home.mkdir()
    (home / "config.json").write_text("{")
    code, found = checks(run)
    assert (code, found["config"]["ok"], found["broker"]["ok"]) == (1, False, True)


def test_unreadable_entry_is_reported(run, broker, home: Path) -> None:
    run("join", broker.link)
    stored = json.loads((home / "config.json").read_text())
    stored["meshes"].append({"slug": "half"})
    (home / "config.json").write_text(json.dumps(stored))
    assert not checks(run)[1]["config"]["ok"]


def test_key_that_does_not_fit_is_found(run, broker) -> None:
    run("join", broker.link)
    with config.editing() as everything:
        everything.meshes[0].pubkey = "ab" * 32
    assert not checks(run)[1]["mesh reef"]["ok"]


def test_missing_root_key_is_found(run, broker) -> None:
    run("join", broker.link)
    with config.editing() as everything:
        everything.meshes[0].root_key = None
    assert "group" in checks(run)[1]["mesh reef"]["message"]


def test_wrong_clock_is_found(run, broker, monkeypatch) -> None:
    run("join", broker.link)
    ahead = SimpleNamespace(time=lambda: time.time() + 300)
    monkeypatch.setattr("claudemesh_cli.checkup.time", ahead)
    code, found = checks(run)
    assert (code, found["clock"]["ok"]) == (1, False)


def test_account_that_was_revoked_is_found(run, signed_in) -> None:
    refused = {"error": "invalid_or_revoked_token", "message": "Gone."}
    signed_in.answers["/api/my/profile"] = (401, refused)
    assert not checks(run)[1]["account"]["ok"]


def test_clock_that_cannot_be_compared_is_not_called_right(run, broker, monkeypatch) -> None:
    run("join", broker.link)
    monkeypatch.setattr("claudemesh_cli.api._date_s", lambda _: None)
    assert checks(run)[1]["clock"]["message"].startswith("Not compared")
