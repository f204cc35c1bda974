"""Where the CLI keeps its files, and how it writes them: private, atomic, locked."""

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from claudemesh_cli.errors import CliError

DIRECTORY_MODE = 0o700
FILE_MODE = 0o600


def config_path() -> Path:
    """The configuration directory, whether it exists or not; touches nothing."""
    named = os.environ.get("CLAUDEMESH_CONFIG_DIR", "")
    return Path(named).expanduser() if named else Path.home() / ".claudemesh"


def config_dir() -> Path:
    """The configuration directory, made (0700) if missing. Raises CliError if it cannot be."""
    path = config_path()
    try:
        path.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from error
    return path


def _unwritable(path: Path, error: OSError) -> CliError:
    return CliError(
        "config_unwritable",
        f"Cannot write {path}: {error.strerror or error}.",
        "Make it writable, or name another directory in CLAUDEMESH_CONFIG_DIR.",
    )


def write_atomically(path: Path, data: bytes) -> None:
    """Replace `path` by `data` (0600): readers see the old file or the new one, never half.

    Raises CliError if the file cannot be written; the old one is then untouched.
    """
    config_dir()
    try:
        _replace(path, data)
    except OSError as error:
        raise _unwritable(path, error) from error


def _replace(path: Path, data: bytes) -> None:
    # mkstemp makes the file 0600 whatever the umask
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the advisory lock `<name>.lock` of the configuration directory; waits for it."""
    import fcntl  # POSIX only, so not at import time

    path = config_dir() / f"{name}.lock"
    try:
        handle = os.open(path, os.O_CREAT | os.O_RDWR, FILE_MODE)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def set_aside(path: Path) -> Path:
    """Rename a damaged file to `<name>.damaged-<time>` and return the new name."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    for number in range(100):
        aside = path.with_name(f"{path.name}.damaged-{stamp}" + (f"-{number}" if number else ""))
        if not aside.exists():
            break
    try:
        path.rename(aside)
    except OSError as error:
        raise _unwritable(path, error) from error
    return aside


def damaged(path: Path, reason: str, hint: str) -> CliError:
    """Set a damaged file aside and return the error that says so, to be raised."""
    aside = set_aside(path)
    return CliError(
        "file_damaged", f"{path} is damaged ({reason}). It was set aside as {aside.name}.", hint
    )
