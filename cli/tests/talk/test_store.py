"""mesh.db: private, versioned, never silently lost."""

import sqlite3
import stat
from pathlib import Path

import pytest
from claudemesh_cli.errors import CliError
from claudemesh_cli.store.inbox import Received
from claudemesh_cli.store.outbox import OutboxEntry
from claudemesh_cli.store.schema import STEPS
from claudemesh_cli.store.sessions import SessionKeys
from claudemesh_cli.store.store import Store, open_store
from claudemesh_wire.audit import Head


def received(message_id: str = "m1", **changes: object) -> Received:
    values: dict[str, object] = {
        "mesh_id": "mesh-1",
        "message_id": message_id,
        "state": "ok",
        "text": "hi",
        "error": None,
        "sender_name": "bob",
        "sender_member": "b" * 64,
        "sender_session": "c" * 64,
        "verified": False,
        "encryption": "box",
        "priority": "next",
        "target": "d" * 64,
        "subtype": "",
        "sent_at": "2030-01-01T00:00:00Z",
        **changes,
    }
    return Received(**values)  # type: ignore[arg-type]


def row(id: str = "i1", **changes: object) -> OutboxEntry:
    values: dict[str, object] = {
        "id": id,
        "mesh_id": "mesh-1",
        "target": "t" * 64,
        "recipient": "bob",
        "recipient_member": None,
        "frame": "{}",
        "text": "hi",
        "session_public": "p",
        "session_secret": "s",
        **changes,
    }
    return OutboxEntry(**values)  # type: ignore[arg-type]


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def store(tmp_path: Path, notes: list[str]):
    with open_store(tmp_path, notes.append) as opened:
        yield opened


def test_the_file_and_its_log_are_private(store: Store, tmp_path: Path) -> None:
    store.inbox.add(received())
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("mesh.db*")}
    assert modes == {0o600}


def test_a_damaged_file_is_set_aside_with_a_message(tmp_path: Path, notes: list[str]) -> None:
    (tmp_path / "mesh.db").write_bytes(b"this is no database, " * 100)
    with open_store(tmp_path, notes.append) as store:
        assert store.inbox.all("mesh-1") == []
    kept = list(tmp_path.glob("mesh.db.damaged-*"))
    assert len(kept) == 1
    assert kept[0].read_bytes().startswith(b"this is no database")
    assert "damaged" in notes[0]
    assert kept[0].name in notes[0]


def test_a_file_damaged_in_the_middle_is_set_aside(tmp_path: Path, notes: list[str]) -> None:
    with open_store(tmp_path, notes.append) as store:
        for number in range(50):
            store.inbox.add(received(f"m{number}", text="x" * 500))
    path = tmp_path / "mesh.db"
    data = bytearray(path.read_bytes())
    data[4096 : len(data) : 7] = b"\xff" * len(data[4096 : len(data) : 7])
    path.write_bytes(bytes(data))
    with open_store(tmp_path, notes.append) as store:
        assert store.inbox.all("mesh-1") == []
    assert notes


def test_a_newer_file_is_refused_untouched(tmp_path: Path, notes: list[str]) -> None:
    with open_store(tmp_path, notes.append):
        pass
    connection = sqlite3.connect(tmp_path / "mesh.db")
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(CliError) as refused, open_store(tmp_path, notes.append):
        pass
    assert refused.value.code == "store_from_newer_version"
    assert not list(tmp_path.glob("mesh.db.damaged-*"))


def test_what_was_kept_is_there_when_opened_again(tmp_path: Path, notes: list[str]) -> None:
    with open_store(tmp_path, notes.append) as store:
        store.inbox.add(received())
    with open_store(tmp_path, notes.append) as store:
        assert [entry.text for entry in store.inbox.all("mesh-1")] == ["hi"]


def test_a_message_id_is_kept_once_a_mesh(store: Store) -> None:
    assert store.inbox.add(received("m1"))
    assert not store.inbox.add(received("m1", text="other"))
    assert store.inbox.add(received("m1", mesh_id="mesh-2"))
    assert [entry.text for entry in store.inbox.all("mesh-1")] == ["hi"]


def test_shown_messages_are_not_shown_again(store: Store) -> None:
    store.inbox.add(received("m1"))
    store.inbox.add(received("m2"))
    store.inbox.mark_shown([store.inbox.unshown("mesh-1")[0].seq])
    assert [entry.message_id for entry in store.inbox.unshown("mesh-1")] == ["m2"]


def test_held_messages_show_when_their_key_is_released(store: Store) -> None:
    store.inbox.add(received(state="held"))
    assert store.inbox.unshown("mesh-1") == []
    assert store.inbox.release("mesh-1", "b" * 64) == 1
    assert len(store.inbox.unshown("mesh-1")) == 1


def test_a_row_another_living_process_sends_is_left_to_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.outbox.add(row())
    monkeypatch.setattr("os.getpid", lambda: 1)
    assert store.outbox.claim("mesh-1") == []


def test_a_row_of_a_dead_process_is_taken_over(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.outbox.add(row())
    monkeypatch.setattr("claudemesh_cli.store.outbox.is_alive", lambda pid: False)
    monkeypatch.setattr("os.getpid", lambda: 1)
    assert [each.id for each in store.outbox.claim("mesh-1")] == ["i1"]


def test_settled_rows_hold_no_secret(store: Store, tmp_path: Path) -> None:
    store.outbox.add(row(text="very secret text"))
    store.outbox.acked("i1", "m1")
    store.outbox.settle("i1", "delivered")
    kept = store.outbox.get("i1")
    assert kept is not None
    assert (kept.text, kept.session_secret, kept.state) == (None, None, "delivered")


def test_an_acked_row_is_found_by_either_id(store: Store) -> None:
    store.outbox.add(row())
    store.outbox.acked("i1", "m1")
    assert store.outbox.get("m1") == store.outbox.get("i1")


def test_the_first_key_of_a_name_is_pinned_and_another_is_loud(store: Store) -> None:
    assert store.pins.check("mesh-1", "Bob", "a" * 64) == "pinned"
    assert store.pins.check("mesh-1", "bob", "a" * 64) == "known"
    assert store.pins.check("mesh-1", "BOB", "b" * 64) == "changed"
    assert store.pins.check("mesh-1", "bob", "b" * 64) == "changed"
    assert store.pins.check("mesh-1", "bob", "a" * 64) == "known"


def test_a_verified_key_is_known(store: Store) -> None:
    store.pins.check("mesh-1", "bob", "a" * 64)
    store.pins.check("mesh-1", "bob", "b" * 64)
    store.pins.verify("mesh-1", "bob", "b" * 64)
    assert store.pins.check("mesh-1", "bob", "b" * 64) == "known"


def test_a_session_that_died_is_resumed_with_its_key(tmp_path: Path) -> None:
    keys = SessionKeys("s1", "public", "secret")
    with open_store(tmp_path, print) as store:
        store.sessions.begin("mesh-1", keys)
        assert store.sessions.resume("mesh-1", None) is None
    with open_store(tmp_path, print) as store:
        assert store.sessions.resume("mesh-1", "other") is None
        assert store.sessions.resume("mesh-1", None) == keys
        assert store.sessions.resume("mesh-1", None) is None


def test_a_session_that_said_goodbye_leaves_no_key(tmp_path: Path) -> None:
    with open_store(tmp_path, print) as store:
        store.sessions.begin("mesh-1", SessionKeys("s1", "public", "secret"))
        store.sessions.end("public")
    with open_store(tmp_path, print) as store:
        assert store.sessions.resume("mesh-1", None) is None


def test_a_full_or_forbidden_disk_is_told_plainly(tmp_path: Path) -> None:
    (tmp_path / "mesh.db").mkdir()
    with pytest.raises(CliError) as failed, open_store(tmp_path, print):
        pass
    assert failed.value.code == "store_unusable"


def test_a_file_of_the_first_version_is_brought_up(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "mesh.db")
    old.executescript(STEPS[0] + "PRAGMA user_version=1;")
    old.execute("INSERT INTO pins VALUES ('mesh-1', 'bob', ?, 'bob', 1, NULL, 'then')", ["b" * 64])
    old.commit()
    old.close()
    with open_store(tmp_path, print) as store:
        store.audit.remember("mesh-1", Head(7, "ab" * 32))
        assert store.audit.head("mesh-1") == (7, "ab" * 32)
        assert store.pins.check("mesh-1", "bob", "b" * 64) == "known"


def test_a_remembered_head_never_goes_back(store: Store) -> None:
    store.audit.remember("mesh-1", Head(7, "ab" * 32))
    store.audit.remember("mesh-1", Head(5, "cd" * 32))
    assert store.audit.head("mesh-1") == (7, "ab" * 32)
