"""config.json: what is not ours survives, what is damaged is set aside, nothing is half written."""

import json
import os
import stat
from pathlib import Path

import pytest
from claudemesh_cli import config, paths
from claudemesh_cli.config import Config, MeshEntry
from claudemesh_cli.errors import CliError

RAW = {
    "meshId": "m1",
    "memberId": "a1",
    "slug": "reef",
    "name": "Reef",
    "pubkey": "ab" * 32,
    "secretKey": "cd" * 64,
    "brokerUrl": "ws://localhost:7900/ws",
    "joinedAt": "2026-01-01T00:00:00Z",
}


def write(home: Path, document: object) -> Path:
    home.mkdir(mode=0o700, exist_ok=True)
    path = home / "config.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def entry(slug: str, name: str = "Reef", mesh_id: str = "") -> MeshEntry:
    return MeshEntry(mesh_id or slug, "a", slug, name, "k", "s", "ws://x/ws", "2026")


def test_absent_file_is_an_empty_config_and_is_not_made(home: Path) -> None:
    assert config.load() == Config()
    assert not home.exists()


def test_what_other_clients_wrote_survives_an_edit(home: Path) -> None:
    foreign = {"role": "lead", "groups": [{"name": "crew"}], "messageMode": "push", "x": 1}
    path = write(home, {"version": 1, "meshes": [{**RAW, "later": [1]}], **foreign})
    with config.editing() as everything:
        everything.meshes[0].name = "Blue"
    stored = json.loads(path.read_text())
    assert stored == {"version": 1, "meshes": [{**RAW, "name": "Blue", "later": [1]}], **foreign}


def test_entry_that_cannot_be_read_is_kept(home: Path) -> None:
    path = write(home, {"version": 1, "meshes": [{"slug": "half"}, 7, RAW]})
    with config.editing() as everything:
        assert [mesh.slug for mesh in everything.meshes] == ["reef"]
    assert json.loads(path.read_text())["meshes"] == [RAW, {"slug": "half"}, 7]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '"x"', '{"meshes": 1}', "[" * 100_000, "\x00", '{"version": "1"}']
)
def test_damaged_file_is_set_aside_whole_and_said_so(home: Path, text: str) -> None:
    path = write(home, text)
    with pytest.raises(CliError, match="set aside as") as raised:
        config.load()
    aside = [file for file in home.iterdir() if ".damaged-" in file.name]
    assert raised.value.code == "file_damaged"
    assert [file.read_text() for file in aside] == [text]
    assert not path.exists()
    assert config.load() == Config()


def test_two_damaged_files_of_one_second_are_both_kept(home: Path) -> None:
    for text in ("{one", "{two"):
        write(home, text)
        with pytest.raises(CliError):
            config.load()
    assert {file.read_text() for file in home.iterdir()} == {"{one", "{two"}


def test_file_of_a_newer_version_is_left_alone(home: Path) -> None:
    path = write(home, {"version": 2, "meshes": "other"})
    before = path.read_text()
    with pytest.raises(CliError):
        config.load()
    assert path.read_text() == before


def test_failed_edit_changes_nothing(home: Path) -> None:
    path = write(home, {"version": 1, "meshes": [RAW]})
    before = path.read_bytes()

    def break_off() -> None:
        with config.editing() as everything:
            everything.meshes.clear()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert path.read_bytes() == before


def test_files_are_private_whatever_the_umask(home: Path) -> None:
    old = os.umask(0)
    try:
        config.save(Config())
    finally:
        os.umask(old)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "config.json").stat().st_mode) == 0o600


def test_failed_write_leaves_the_old_file_and_no_litter(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(home, {"version": 1, "meshes": [RAW]})
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(paths.os, "fsync", full)
    with pytest.raises(CliError, match="No space left"):
        config.save(Config())
    assert [(file, file.read_bytes()) for file in home.iterdir()] == [(path, before)]


def test_directory_that_cannot_be_made_is_a_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CLAUDEMESH_CONFIG_DIR", str(tmp_path / "file" / "config"))
    with pytest.raises(CliError) as raised:
        config.save(Config())
    assert raised.value.code == "config_unwritable"
    assert "CLAUDEMESH_CONFIG_DIR" in (raised.value.hint or "")


def test_secret_keys_are_not_printed() -> None:
    shown = repr(MeshEntry("m", "a", "s", "n", "k", "SECRET", "ws://x", "t", root_key="ROOT"))
    assert "SECRET" not in shown
    assert "ROOT" not in shown


@pytest.mark.parametrize("name", ["reef", "REEF", "Reef", "id-1", None])
def test_only_mesh_is_picked_by_slug_name_id_or_none(name: str | None) -> None:
    assert Config([entry("reef", mesh_id="id-1")]).pick(name).slug == "reef"


@pytest.mark.parametrize(
    ("name", "code", "exit_code"),
    [(None, "ambiguous", 3), ("nope", "not_found", 5), ("twin", "ambiguous", 3)],
)
def test_mesh_is_never_guessed(name: str | None, code: str, exit_code: int) -> None:
    twins = [entry("a", "twin"), entry("b", "Twin")]
    with pytest.raises(CliError) as raised:
        Config(twins).pick(name)
    assert (raised.value.code, raised.value.exit_code) == (code, exit_code)


def test_slug_wins_over_anothers_name() -> None:
    assert Config([entry("a", "b"), entry("b", "a")]).pick("a").slug == "a"


def test_without_any_mesh_the_way_in_is_named() -> None:
    with pytest.raises(CliError, match="not on any mesh") as raised:
        Config().pick(None)
    assert raised.value.code == "no_mesh"
