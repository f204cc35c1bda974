"""Reads the environment: `.env`, `NAME` and `NAME_FILE`. Knows no Django setting by name."""

import os
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

BASE_DIR = Path(__file__).resolve().parent.parent


class SecretFileMapping(FileAwareMapping):  # type: ignore[misc]  # environ has no type hints
    """`NAME_FILE` names a file whose content stands for `NAME`, without the final line break.

    Editors and `echo` end files with a line break, and no secret means one.
    """

    def __getitem__(self, key: str) -> Any:
        try:
            value = super().__getitem__(key)
        except OSError as error:
            raise ImproperlyConfigured(f"{key}_FILE cannot be read: {error}") from error
        return value.rstrip("\r\n") if isinstance(value, str) else value


class Environment(environ.Env):  # type: ignore[misc]  # the same
    """The django-environ reader over `SecretFileMapping`."""

    ENVIRON: MutableMapping[str, str] = SecretFileMapping()


def read_environment() -> Environment:
    """Load the `.env` file (or the one `ENV_FILE` names) under the real environment.

    A variable that is set already wins over the file.
    """
    env = Environment()
    path = Path(os.environ.get("ENV_FILE") or BASE_DIR / ".env")
    if path.is_file():
        env.read_env(path)
    return env
