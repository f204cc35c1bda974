"""Sets the environment of the whole server suite before Django reads it, and picks the database."""

import base64
import os

import pytest
from pytest_django.fixtures import Settings

from tests import servers

# A fixed key keeps failures reproducible; none of these values is used anywhere else.
TEST_ENVIRONMENT = {
    "ENV_FILE": os.devnull,
    "SECRET_KEY": "a-secret-key-for-tests-only-" + "x" * 40,
    "BROKER_ENCRYPTION_KEY": base64.urlsafe_b64encode(b"test-key" * 4).decode(),
    "CLI_SYNC_SECRET": "a-cli-sync-secret-for-tests-only-" + "y" * 32,
    "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
    "EMAIL_URL": "memorymail://",
    "APP_URL": "http://localhost:7900",
    "LOG_LEVEL": "WARNING",
    "DATABASE_POOL_SIZE": "0",
}
LEAKING = ("REDIS_URL", "BROKER_URL", "EMAIL_BACKEND", "DEBUG", "METRICS_TOKEN", "GIT_SHA")


def choose_database() -> None:
    """Point DATABASE_URL at what TEST_DATABASE names: `sqlite` (default) or `postgres`.

    pytest-xdist workers inherit the server that their controller started.
    """
    if os.environ.get("TEST_DATABASE", "sqlite") != "postgres":
        os.environ["DATABASE_URL"] = "sqlite://:memory:"
    elif "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ["DATABASE_URL"] = servers.session_postgres_url()


for name in LEAKING:
    os.environ.pop(name, None)
os.environ.update(TEST_ENVIRONMENT)
choose_database()
os.environ["DJANGO_SETTINGS_MODULE"] = "claudemesh.settings"

from django.conf import settings  # noqa: E402

assert settings.DATABASES  # forces the settings to load, so that pytest-django sees them


@pytest.fixture(autouse=True)
def fast_passwords(settings: Settings) -> None:
    """Hash passwords cheaply: argon2 is slow on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
