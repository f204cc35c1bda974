"""The database refuses to change or delete entries and checkpoints, whoever asks.

PostgreSQL: one trigger a statement, for UPDATE, DELETE and TRUNCATE; inserts pay nothing.
SQLite: a trigger each for UPDATE and DELETE, and one before INSERT, since `INSERT OR REPLACE`
deletes rows without telling the DELETE trigger. Whoever owns the database can drop all of them:
what tells then are the hashes and the signed heads.
"""

from django.db import migrations

TABLES = ["audit_auditentry", "audit_checkpoint"]
REFUSAL = "the audit log is append-only"

POSTGRESQL_FUNCTION = f"""
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation';
END $$
"""
POSTGRESQL_TRIGGER = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()
"""

SQLITE_TRIGGER = """
CREATE TRIGGER {table}_no_{event} BEFORE {event} ON {table} {condition}
BEGIN SELECT RAISE(ABORT, '{refusal}'); END
"""
TAKEN = {
    "audit_auditentry": "id = new.id OR (mesh_id = new.mesh_id AND seq = new.seq)",
    "audit_checkpoint": "id = new.id",
}


def sqlite_triggers(table):
    replaces = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {TAKEN[table]})"
    for event, condition in (("update", ""), ("delete", ""), ("insert", replaces)):
        yield SQLITE_TRIGGER.format(
            table=table, event=event, condition=condition, refusal=REFUSAL
        )


def add_guards(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    if postgresql:
        schema_editor.execute(POSTGRESQL_FUNCTION, params=None)
    for table in TABLES:
        made = [POSTGRESQL_TRIGGER.format(table=table)] if postgresql else sqlite_triggers(table)
        for statement in made:
            schema_editor.execute(statement, params=None)


def remove_guards(apps, schema_editor):
    for table in TABLES:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {table}_append_only ON {table}")
        else:
            for event in ("update", "delete", "insert"):
                schema_editor.execute(f"DROP TRIGGER {table}_no_{event}")
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION audit_refuse_change()")


class Migration(migrations.Migration):

    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(add_guards, remove_guards)]
