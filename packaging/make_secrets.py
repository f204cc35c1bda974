"""`python3 packaging/make_secrets.py [directory]`: writes the secrets that the compose files mount.

Uses the standard library only, and never replaces a secret that is there. The directory is for
its owner alone. The files in it can be read by all, because Docker mounts each into its container
as it is, and the broker there runs as a user of its own.
"""

from __future__ import annotations

import base64
import os
import secrets
import sys
from pathlib import Path

DEFAULT_DIRECTORY = Path(__file__).resolve().parent / "secrets"


def fresh_secrets() -> dict[str, str]:
    """A value for each file; DATABASE_URL goes with the password of PostgreSQL."""
    password = secrets.token_urlsafe(32)
    return {
        "secret_key": secrets.token_urlsafe(48),
        "cli_sync_secret": secrets.token_urlsafe(48),
        "broker_encryption_key": base64.urlsafe_b64encode(os.urandom(32)).decode(),
        "metrics_token": secrets.token_urlsafe(48),
        "postgres_password": password,
        "database_url": f"postgres://claudemesh:{password}@postgres:5432/claudemesh",
        "email_url": "consolemail://",
    }


def write_secrets(directory: Path) -> list[Path]:
    """Write the files that are missing; those it wrote.

    Raises SystemExit where only one of the two that hold the password is there.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    pair = [(directory / name).exists() for name in ("postgres_password", "database_url")]
    if any(pair) and not all(pair):
        raise SystemExit(f"{directory}: database_url must hold the password of postgres_password.")
    written = []
    for name, value in fresh_secrets().items():
        path = directory / name
        if not path.exists():
            path.write_text(value + "\n")
            path.chmod(0o644)
            written.append(path)
    return written


def main(arguments: list[str]) -> None:
    """Write into the directory named, or into `secrets` next to this file."""
    directory = Path(arguments[0]) if arguments else DEFAULT_DIRECTORY
    written = write_secrets(directory)
    names = ", ".join(path.name for path in written) or "nothing: all were there"
    sys.stdout.write(
        f"Wrote to {directory}: {names}.\n"
        "Back the directory up: without broker_encryption_key the stored mesh keys are lost.\n"
        "Put your mail server into email_url (docs/mail.md), or nobody can sign up.\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
