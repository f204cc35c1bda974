"""`python -m claudemesh.first_run`: writes a `.env` with fresh secrets if there is none.

Runs before Django has settings, so it uses the standard library only.
"""

import base64
import os
import secrets
from pathlib import Path

ENV_PATH = Path(__file__).resolve().parent.parent / ".env"

TEMPLATE = """\
# Written on the first run. docs/configuration.md explains every variable.
# Keep this file secret and back it up: without BROKER_ENCRYPTION_KEY the stored mesh keys are lost.
SECRET_KEY={secret_key}
CLI_SYNC_SECRET={cli_sync_secret}
BROKER_ENCRYPTION_KEY={encryption_key}
ALLOWED_HOSTS=localhost,127.0.0.1
"""


def write_env(path: Path) -> bool:
    """Create `path` (mode 0600) with generated secrets; False if it was there already."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w") as file:
        file.write(
            TEMPLATE.format(
                secret_key=secrets.token_urlsafe(48),
                cli_sync_secret=secrets.token_urlsafe(48),
                encryption_key=base64.urlsafe_b64encode(os.urandom(32)).decode(),
            )
        )
    return True


def main() -> None:
    """Write the repository's `.env` and say so."""
    if write_env(ENV_PATH):
        print(f"Wrote {ENV_PATH} with fresh secrets.")


if __name__ == "__main__":
    main()
