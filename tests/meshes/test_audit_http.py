"""The audit log over HTTP: pages, the verdict, the export, and that only managers get them."""

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from claudemesh_wire.audit_export import verify_export
from django.db import connection
from django.test import AsyncClient

from accounts import services as accounts
from audit import keys
from audit.turns import turn
from meshes import services
from meshes.models import Mesh
from meshes.selectors import Standing
from tests.meshes.conftest import Person
from tests.unguarded import unguarded

pytestmark = pytest.mark.django_db
PATH = "/cli/mesh/acme/audit"


@pytest.fixture
def busy(owner: Standing) -> Standing:
    """Alice has renamed her mesh a few times: nine entries in all."""
    for number in range(5):
        services.update_mesh(by=owner, name=f"Acme {number}")
    return owner


def test_a_page_tells_the_newest_first(busy: Standing, bob: Person) -> None:
    reply = bob.call("get", f"{PATH}?limit=2&offset=1").json()
    assert [row["id"] for row in reply["entries"]] == ["8", "7"]
    assert reply["total"] == 9
    assert set(reply["entries"][0]) == {
        "id",
        "event_type",
        "actor",
        "payload",
        "hash",
        "created_at",
    }
    assert reply["entries"][0]["payload"] == {"what": "name", "from": "Acme 2", "to": "Acme 3"}


def test_a_page_of_one_type(busy: Standing, bob: Person) -> None:
    reply = bob.call("get", f"{PATH}?event_type=key_created").json()
    assert [row["id"] for row in reply["entries"]] == ["3", "2"]
    assert reply["total"] == 2


def test_a_type_that_there_is_not_has_no_entries(busy: Standing, bob: Person) -> None:
    assert bob.call("get", f"{PATH}?event_type=nonsense").json() == {"entries": [], "total": 0}


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "limit=x", "offset=-1", "event_type=%00", "offset=1e3"]
)
def test_junk_in_the_query_is_malformed(bob: Person, query: str) -> None:
    response = bob.call("get", f"{PATH}?{query}")
    assert (response.status_code, response.json()["error"]) == (400, "malformed")


def test_a_log_that_holds(busy: Standing, bob: Person) -> None:
    reply = bob.call("get", f"{PATH}/verify").json()
    assert (reply["valid"], reply["entries"], reply["broken_at"]) == (True, 9, None)
    assert reply["head"] == bob.call("get", f"{PATH}?limit=1").json()["entries"][0]["hash"]


def test_a_log_that_was_changed(busy: Standing, bob: Person) -> None:
    edit(busy.mesh, 7)
    reply = bob.call("get", f"{PATH}/verify").json()
    assert (reply["valid"], reply["entries"], reply["broken_at"]) == (False, 6, 7)
    assert reply["message"].startswith("Broken at entry 7")


def test_a_log_is_verified_for_one_at_a_time(mesh: Mesh, bob: Person) -> None:
    with turn(mesh.pk):
        response = bob.call("get", f"{PATH}/verify")
    assert (response.status_code, response.json()["error"]) == (503, "overloaded")
    assert bob.call("get", f"{PATH}/verify").status_code == 200


def test_an_export_proves_itself(busy: Standing) -> None:
    lines = exported(busy)
    report = verify_export(lines, mesh=busy.mesh.pk, keys=keys.trusted())
    assert (report.valid, report.entries) == (True, 9)
    assert b'"kind":"checkpoint"' in lines[-1]


def test_an_export_of_a_changed_log_shows_it(busy: Standing) -> None:
    edit(busy.mesh, 7)
    report = verify_export(exported(busy), mesh=busy.mesh.pk, keys=keys.trusted())
    assert (report.valid, report.broken_at) == (False, 7)


@pytest.mark.parametrize("path", [PATH, f"{PATH}/verify", f"{PATH}/export"])
def test_only_the_owner_and_admins_get_it(cast: dict[str, Person], anybody: Any, path: str) -> None:
    answers = {role: who.call("get", path).status_code for role, who in cast.items()}
    assert answers == {
        "owner": 200,
        "admin": 200,
        "member": 403,
        "removed": 404,
        "of another mesh": 404,
    }
    assert anybody.get(path).status_code == 401


def exported(who: Standing) -> list[bytes]:
    """The lines of the export, as they come under ASGI."""
    token, _ = accounts.issue_token(user=who.user)

    async def download() -> bytes:
        response = await AsyncClient().get(
            f"{PATH}/export", headers={"Authorization": f"Bearer {token}"}
        )
        assert response["Content-Type"] == "application/x-ndjson"
        return b"".join([part async for part in response.streaming_content])

    return async_to_sync(download)().splitlines(keepends=True)


def edit(mesh: Mesh, seq: int) -> None:
    """Changes an entry behind the triggers."""
    change = "UPDATE audit_auditentry SET actor = 'mallory' WHERE mesh_id = %s AND seq = %s"
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(change, [mesh.pk, seq])
