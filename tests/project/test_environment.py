"""The environment: secrets from files, the `.env` of the first run, trusted proxies."""

import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from claudemesh.databases import caches, channel_layers, with_options
from claudemesh.environment import SecretFileMapping, read_environment
from claudemesh.first_run import write_env
from claudemesh.proxy import forwarded


def test_secret_file_stands_for_the_variable(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from-file\n")
    assert SecretFileMapping({"SECRET_KEY_FILE": str(secret)})["SECRET_KEY"] == "from-file"


def test_unreadable_secret_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FILE cannot be read"):
        SecretFileMapping({"SECRET_KEY_FILE": str(tmp_path / "none")})["SECRET_KEY"]


def test_real_environment_wins_over_env_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "env").write_text("CLAUDEMESH_TEST_NAME=from-file\n")
    monkeypatch.setenv("ENV_FILE", str(tmp_path / "env"))
    monkeypatch.setenv("CLAUDEMESH_TEST_NAME", "from-environment")
    assert read_environment().str("CLAUDEMESH_TEST_NAME") == "from-environment"


def test_first_run_writes_private_secrets_once(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    assert write_env(path)
    written = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not write_env(path)
    assert path.read_text() == written


def test_first_run_secrets_differ(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_env(tmp_path / name)
    assert (tmp_path / "one").read_text() != (tmp_path / "two").read_text()


def scope_with(kind: str = "http", **headers: str) -> dict[str, Any]:
    """An ASGI scope as a proxy on this machine would cause."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": kind, "client": ["127.0.0.1", 5], "scheme": "http", "headers": raw}


def test_proxy_entry_counts_not_what_the_client_claims() -> None:
    scope = scope_with(x_forwarded_for="6.6.6.6, 203.0.113.9", x_forwarded_proto="https")
    assert forwarded(scope)["client"] == ["203.0.113.9", 0]
    assert forwarded(scope)["scheme"] == "https"


def test_proxy_without_headers_changes_nothing() -> None:
    assert forwarded(scope_with()) == scope_with()


def test_proxied_websocket_is_wss() -> None:
    assert forwarded(scope_with("websocket", x_forwarded_proto="https"))["scheme"] == "wss"


def test_sqlite_is_durable_and_locks_early(settings: Settings) -> None:
    options = with_options({"ENGINE": "django.db.backends.sqlite3"}, pool_size=5)["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]
    assert "pool" not in options


@pytest.mark.parametrize(("size", "pooled"), [(5, True), (0, False)])
def test_postgres_pool_can_be_switched_off(size: int, pooled: bool) -> None:
    database = with_options({"ENGINE": "django.db.backends.postgresql"}, pool_size=size)
    assert ("pool" in database["OPTIONS"]) is pooled


def test_redis_urls_choose_the_shared_backends() -> None:
    urls = ["redis://one", "redis://two"]
    assert channel_layers(urls)["default"]["CONFIG"]["hosts"] == urls
    assert "Redis" in caches(urls)["default"]["BACKEND"]
    assert "InMemory" in channel_layers([])["default"]["BACKEND"]
