"""Health tells the truth about database, migrations, Redis and draining, and never fails."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django.fixtures import Settings

from claudemesh import process, readiness
from tests import servers

REFUSING_REDIS = "redis://127.0.0.1:1/0"


def fail(*args: Any) -> Any:
    """Stands in for a query to a database that is gone."""
    raise OperationalError("server closed the connection")


@pytest.fixture
def stopping_process() -> Iterator[None]:
    """This process, on its way out."""
    process.begin_draining()
    yield
    process._draining.clear()


@pytest.mark.django_db(transaction=True)
def test_health_names_the_process(client: Client, settings: Settings) -> None:
    settings.GIT_SHA = "abc123"
    answer = client.get("/health").json()
    assert answer["status"] == "ok"
    assert answer["db"] == "up"
    assert answer["git_sha"] == "abc123"
    assert answer["uptime_s"] > 0
    assert {"version", "node"} <= answer.keys()


def test_health_is_200_while_the_database_is_down(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness.database_probe, "ask", fail)
    response = client.get("/health")
    assert response.status_code == 200
    assert response.json()["db"] == "down"


@pytest.mark.django_db(transaction=True)
def test_ready_when_everything_answers(client: Client) -> None:
    response = client.get("/health/ready")
    assert response.status_code == 200, response.json()
    assert response.json()["status"] == "ready"


def test_not_ready_while_the_database_is_down(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness.migrations_probe, "ask", fail)
    assert_not_ready(client, "db_down")


@pytest.mark.django_db(transaction=True)
def test_not_ready_without_the_expected_migration(client: Client, settings: Settings) -> None:
    settings.EXPECTED_MIGRATION = "meshes.9999_from_the_future"
    answer = assert_not_ready(client, "migration_missing")
    assert answer["expected"] == "meshes.9999_from_the_future"


@pytest.mark.parametrize("expected", ["meshes", "", "....", "meshes.0001_initial"])
@pytest.mark.django_db(transaction=True)
def test_odd_expected_migration_never_fails(
    client: Client, settings: Settings, expected: str
) -> None:
    settings.EXPECTED_MIGRATION = expected
    assert client.get("/health/ready").status_code in (200, 503)


def test_not_ready_with_migrations_pending(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness.migrations_probe, "ask", set)
    answer = assert_not_ready(client, "migrations_pending")
    assert "meshes.0001_initial" in answer["pending"]


@pytest.mark.django_db(transaction=True)
def test_not_ready_while_redis_is_down(client: Client, settings: Settings) -> None:
    settings.REDIS_URLS = [REFUSING_REDIS]
    assert_not_ready(client, "redis_down")


@pytest.mark.django_db(transaction=True)
def test_ready_with_a_redis_that_answers(client: Client, settings: Settings) -> None:
    with servers.redis_server() as url:
        settings.REDIS_URLS = [url]
        assert client.get("/health/ready").status_code == 200


@pytest.mark.usefixtures("stopping_process")
def test_not_ready_while_draining(client: Client) -> None:
    assert_not_ready(client, "draining")


def assert_not_ready(client: Client, reason: str) -> dict[str, Any]:
    """Ask, and check that the answer is 503 for `reason`; returns the answer."""
    response = client.get("/health/ready")
    answer: dict[str, Any] = response.json()
    assert response.status_code == 503
    assert (answer["status"], answer["reason"]) == ("not_ready", reason)
    return answer


def test_metrics_are_open_without_a_token(client: Client) -> None:
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain")
    assert b"python_info" in response.content


@pytest.mark.parametrize("given", ["", "Bearer wrong", "Bearer secrét", "secret", "Bearer "])
def test_metrics_refuse_a_wrong_token(client: Client, settings: Settings, given: str) -> None:
    settings.METRICS_TOKEN = "secret"
    response = client.get("/metrics", headers={"Authorization": given})
    assert response.status_code == 401
    assert response.json()["error"] == "invalid_or_revoked_token"


def test_metrics_take_the_right_token(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "secret"
    assert client.get("/metrics", headers={"Authorization": "Bearer secret"}).status_code == 200
