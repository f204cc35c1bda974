"""The audit log on the dashboard: pages, a filter, a verdict, a file."""

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from claudemesh_wire.audit_export import verify_export
from django.db import connection
from django.test import AsyncClient

from audit import keys
from audit.services import append
from meshes.models import Mesh
from tests.dashboard.conftest import HOSTILE, Browser
from tests.meshes.conftest import Person
from tests.unguarded import unguarded

pytestmark = pytest.mark.django_db
Browse = Callable[[Person | None], Browser]
AUDIT = "/dashboard/meshes/acme/audit"


def note(mesh: Mesh, actor: str, **payload: str) -> None:
    append(mesh_id=mesh.pk, type="member_banned", actor=actor, payload=payload)


def test_entries_say_who_did_what(browse: Browse, cast: dict[str, Person], mesh: Mesh) -> None:
    note(mesh, cast["admin"].member.pk, name="Dave", reason="spam")
    page = browse(cast["owner"]).get(AUDIT)
    assert all(text in page for text in ("member_banned", ">Bob<", "Dave", "spam", "the broker"))


def test_one_kind_of_event_is_shown(browse: Browse, cast: dict[str, Person], mesh: Mesh) -> None:
    note(mesh, cast["admin"].member.pk, name="Dave")
    alice = browse(cast["owner"])
    rows = alice.get(f"{AUDIT}?event=member_banned").split("<tbody")[1]
    assert "member_banned" in rows
    assert "mesh_created" not in rows
    assert "No such entries" in alice.get(f"{AUDIT}?event=member_left")
    assert "mesh_created" in alice.get(f"{AUDIT}?event=<script>").split("<tbody")[1]


def test_a_long_log_comes_in_pages(browse: Browse, cast: dict[str, Person], mesh: Mesh) -> None:
    for number in range(50):
        note(mesh, cast["owner"].member.pk, name=f"n{number}", reason="r" * 2000)
    alice = browse(cast["owner"])
    first, last = alice.get(AUDIT), alice.get(f"{AUDIT}?page=999")
    assert ">n49<" in first
    assert ">n49<" not in last
    assert "mesh_created" in last
    assert len(first) < 100_000


def test_a_log_that_holds_is_said_to_hold(browse: Browse, cast: dict[str, Person]) -> None:
    assert 'class="notice good"' in browse(cast["admin"]).send(f"{AUDIT}/verify")


def test_an_edited_log_is_found_out(browse: Browse, cast: dict[str, Person], mesh: Mesh) -> None:
    note(mesh, cast["owner"].member.pk, name="Dave")
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE audit_auditentry SET payload_json = '{}' WHERE type = 'member_banned'"
        )
    assert 'class="notice bad"' in browse(cast["admin"]).send(f"{AUDIT}/verify")


def test_nobody_verifies_without_end(
    browse: Browse, cast: dict[str, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.views.audit.VERIFICATIONS_PER_MESH", "1/h")
    alice = browse(cast["owner"])
    alice.send(f"{AUDIT}/verify")
    assert "Too many requests" in alice.send(f"{AUDIT}/verify")


def test_the_export_is_a_file_that_ends_with_a_checkpoint(
    cast: dict[str, Person], mesh: Mesh
) -> None:
    async def fetch() -> tuple[Any, bytes]:
        client = AsyncClient()
        await client.aforce_login(cast["admin"].user)
        response = await client.get(f"{AUDIT}/export")
        return response, b"".join([part async for part in response.streaming_content])

    response, whole = async_to_sync(fetch)()
    assert response.headers["Content-Disposition"] == 'attachment; filename="acme-audit.jsonl"'
    report = verify_export(whole.splitlines(), mesh=mesh.pk, keys=keys.trusted())
    assert report.valid


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_noted_is_text(
    browse: Browse, cast: dict[str, Person], mesh: Mesh, text: str
) -> None:
    note(mesh, f"account:{text[:40]}", name=text[:120], reason=text[:2000])
    page = browse(cast["owner"]).get(AUDIT)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert "somebody unknown" in page
