"""The tables of `mesh.db`, as steps from one version to the next; opens no file.

`PRAGMA user_version` holds how many steps a file has seen. A step is never edited once released.
"""

_FIRST = """
CREATE TABLE inbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    mesh_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    state TEXT NOT NULL,
    text TEXT,
    error TEXT,
    sender_name TEXT NOT NULL,
    sender_member TEXT NOT NULL,
    sender_session TEXT NOT NULL,
    verified INTEGER NOT NULL,
    encryption TEXT NOT NULL,
    priority TEXT NOT NULL,
    target TEXT NOT NULL,
    subtype TEXT NOT NULL,
    sent_at TEXT NOT NULL,
    received_at TEXT NOT NULL,
    shown_at TEXT,
    UNIQUE (mesh_id, message_id)
);
CREATE INDEX inbox_unshown ON inbox (mesh_id, seq) WHERE shown_at IS NULL;

CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    mesh_id TEXT NOT NULL,
    target TEXT NOT NULL,
    recipient TEXT NOT NULL,
    recipient_member TEXT,
    frame TEXT NOT NULL,
    text TEXT,
    session_public TEXT NOT NULL,
    session_secret TEXT,
    state TEXT NOT NULL,
    error TEXT,
    message_id TEXT,
    replaces TEXT,
    owner_pid INTEGER NOT NULL,
    busy_until INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL
);
CREATE INDEX outbox_open ON outbox (mesh_id, state, seq);

CREATE TABLE pins (
    mesh_id TEXT NOT NULL,
    name TEXT NOT NULL,
    member_pubkey TEXT NOT NULL,
    display_name TEXT NOT NULL,
    accepted INTEGER NOT NULL,
    verified_at TEXT,
    first_seen_at TEXT NOT NULL,
    PRIMARY KEY (mesh_id, name, member_pubkey)
);

CREATE TABLE sessions (
    public TEXT PRIMARY KEY,
    secret TEXT NOT NULL,
    mesh_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    owner_pid INTEGER NOT NULL,
    started_at TEXT NOT NULL
);
"""

_AUDIT = """
CREATE TABLE audit_heads (
    mesh_id TEXT PRIMARY KEY,
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL,
    seen_at TEXT NOT NULL
);

CREATE TABLE broker_keys (
    mesh_id TEXT NOT NULL,
    key TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    PRIMARY KEY (mesh_id, key)
);
"""

STEPS: tuple[str, ...] = (_FIRST, _AUDIT)
VERSION = len(STEPS)
