"""The full-text index of memories, in each database's own way.

PostgreSQL: a generated tsvector under a GIN index. SQLite: an FTS5 table over `meshes_memory`
(external content, so that texts are stored once) that three triggers keep in step. Joined words
such as `api.example.com` are searched by their parts on both.
"""

from django.db import migrations

POSTGRESQL = """
ALTER TABLE meshes_memory ADD COLUMN search tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('english', translate(tags, './:@_-\\', '       ')), 'A')
    || setweight(to_tsvector('english', translate(content, './:@_-\\', '       ')), 'B')
) STORED;
CREATE INDEX meshes_memory_search ON meshes_memory USING gin (search);
"""

SQLITE = [
    """
    CREATE VIRTUAL TABLE meshes_memory_search USING fts5(
        mesh_id, content, tags,
        content='meshes_memory', content_rowid='id', tokenize='porter unicode61'
    )
    """,
    """
    CREATE TRIGGER meshes_memory_search_insert AFTER INSERT ON meshes_memory BEGIN
        INSERT INTO meshes_memory_search (rowid, mesh_id, content, tags)
        VALUES (new.id, new.mesh_id, new.content, new.tags);
    END
    """,
    """
    CREATE TRIGGER meshes_memory_search_delete AFTER DELETE ON meshes_memory BEGIN
        INSERT INTO meshes_memory_search (meshes_memory_search, rowid, mesh_id, content, tags)
        VALUES ('delete', old.id, old.mesh_id, old.content, old.tags);
    END
    """,
    """
    CREATE TRIGGER meshes_memory_search_update AFTER UPDATE ON meshes_memory BEGIN
        INSERT INTO meshes_memory_search (meshes_memory_search, rowid, mesh_id, content, tags)
        VALUES ('delete', old.id, old.mesh_id, old.content, old.tags);
        INSERT INTO meshes_memory_search (rowid, mesh_id, content, tags)
        VALUES (new.id, new.mesh_id, new.content, new.tags);
    END
    """,
    "INSERT INTO meshes_memory_search (meshes_memory_search) VALUES ('rebuild')",
]


def make_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
    else:
        for statement in SQLITE:
            schema_editor.execute(statement, params=None)


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE meshes_memory DROP COLUMN search")
        return
    for event in ("insert", "delete", "update"):
        schema_editor.execute(f"DROP TRIGGER meshes_memory_search_{event}")
    schema_editor.execute("DROP TABLE meshes_memory_search")


class Migration(migrations.Migration):

    dependencies = [("meshes", "0003_shared")]

    operations = [migrations.RunPython(make_index, drop_index)]
