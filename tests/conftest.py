"""Sets the environment of the whole server suite before Django reads it, and picks the database."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import django
import pytest
from pytest_django.fixtures import Settings

from tests.postgres import new_database, session_postgres_url
from tests.secrets import TEST_SECRETS

TEST_ENVIRONMENT = {
    "ENV_FILE": os.devnull,
    "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
    "EMAIL_URL": "memorymail://",
    "APP_URL": "http://localhost:7900",
    "LOG_LEVEL": "WARNING",
    "DATABASE_POOL_SIZE": "0",
    "DOWNLOADS_DIR": "/nonexistent",
    **TEST_SECRETS,
}
LEAKING = ("REDIS_URL", "BROKER_URL", "EMAIL_BACKEND", "DEBUG", "METRICS_TOKEN", "GIT_SHA")


def database_url() -> str:
    """The database that TEST_DATABASE names: `sqlite` (default, a real file) or `postgres`."""
    if os.environ.get("TEST_DATABASE", "sqlite") == "postgres":
        return new_database(session_postgres_url())
    home = Path(tempfile.mkdtemp(prefix="claudemesh-tests-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    return f"sqlite:///{home / 'broker.sqlite3'}"


for name in LEAKING:
    os.environ.pop(name, None)
os.environ.update(TEST_ENVIRONMENT, DATABASE_URL=database_url())
os.environ["DJANGO_SETTINGS_MODULE"] = "claudemesh.settings"

from django.conf import settings as django_settings  # noqa: E402

if "sqlite" in django_settings.DATABASES["default"]["ENGINE"]:
    # Django would test in memory; WAL and locking are only real in a file.
    test_file = str(django_settings.DATABASES["default"]["NAME"]) + "-test.sqlite3"
    django_settings.DATABASES["default"]["TEST"] = {"NAME": test_file}

django.setup()  # the conftests below import models

from tests.unguarded import let_flush_empty_the_audit_log  # noqa: E402

let_flush_empty_the_audit_log()


@pytest.fixture(autouse=True)
def fast_passwords(settings: Settings) -> None:
    """Hash passwords cheaply: argon2 is slow on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
