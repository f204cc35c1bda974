"""The image: what goes into it, who runs in it, and that it serves; replayed without Docker."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

from tests.packaging.dockerfile import is_sent, sent_files, stages
from tests.packaging.image import Replay, build
from tests.ports import free_port, wait_until
from tests.secrets import TEST_SECRETS

pytestmark = [pytest.mark.live, pytest.mark.timeout(400)]
GIT_SHA = "9f2c1e7"
USER_ID = "10001"


@dataclass(frozen=True)
class Container:
    """The image's command, running."""

    image: Replay
    process: subprocess.Popen[bytes]
    environment: dict[str, str]
    url: str

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of a GET."""
        with urllib.request.urlopen(self.url + path, timeout=10) as reply:
            return reply.status, reply.read().decode()

    def healthcheck(self, **changes: str) -> int:
        """The exit code of HEALTHCHECK."""
        (text,) = self.image.stage.texts("HEALTHCHECK")
        return subprocess.run(
            json.loads(text.partition("CMD ")[2]),
            cwd=self.image.workdir,
            env={**self.environment, **changes},
            capture_output=True,
            timeout=20,
            check=False,
        ).returncode


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    """The last stage, built."""
    return build(tmp_path_factory.mktemp("image"), GIT_SHA=GIT_SHA)


@pytest.fixture(scope="module")
def container(image: Replay, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    """One that all share who do it no harm."""
    with running(image, tmp_path_factory.mktemp("secrets")) as shared:
        yield shared


@contextlib.contextmanager
def running(image: Replay, mounted: Path) -> Iterator[Container]:
    """The image's CMD with its own ENV, and the secrets as files in `mounted`."""
    for name, value in TEST_SECRETS.items():
        (mounted / name).write_text(value + "\n")
    port = str(free_port())
    environment = {
        **image.environment,
        **{f"{name}_FILE": str(mounted / name) for name in TEST_SECRETS},
        "HOST": "127.0.0.1",
        "PORT": port,
        "APP_URL": "https://broker.example.com",
        "ALLOWED_HOSTS": "broker.example.com,127.0.0.1",
    }
    (command,) = image.stage.texts("CMD")
    log = (mounted / "log").open("wb")
    process = subprocess.Popen(
        json.loads(command), cwd=image.workdir, env=environment, stdout=log, stderr=log
    )
    started = Container(image, process, environment, f"http://127.0.0.1:{port}")
    try:
        wait_until(
            lambda: process.poll() is not None or started.healthcheck() == 0,
            what="The container is healthy",
            timeout_s=60,
        )
        assert process.poll() is None, (mounted / "log").read_text()
        yield started
    finally:
        process.kill()
        process.wait()


def test_container_serves_and_says_which_commit(container: Container) -> None:
    status, body = container.get("/health")
    assert (status, json.loads(body)["git_sha"]) == (200, GIT_SHA)
    assert container.get("/health/ready")[0] == 200


def test_container_serves_static_files_and_pages(container: Container) -> None:
    assert container.get("/static/css/base.css")[0] == 200
    assert "claudemesh" in container.get("/")[1]


def test_container_hands_out_the_cli(container: Container) -> None:
    status, script = container.get("/install")
    assert status == 200
    address = re.search(r"/dl/[0-9a-f]{64}/claudemesh_cli-[\w.]+-py3-none-any\.whl", script)
    assert address, script
    with urllib.request.urlopen(container.url + address[0], timeout=10) as reply:
        assert reply.read(2) == b"PK"


def test_container_writes_into_its_volume_only(container: Container) -> None:
    data = container.image.root / "data"
    assert (data / "claudemesh.sqlite3").exists()
    names = {path.name for path in (container.image.root / "app").iterdir()}
    assert not [name for name in names if "sqlite3" in name or name.startswith(".")]


def test_healthcheck_fails_where_nobody_answers(container: Container) -> None:
    assert container.healthcheck(PORT=str(free_port())) == 1


def test_healthcheck_fails_when_the_broker_refuses_the_host(container: Container) -> None:
    assert container.healthcheck(APP_URL="https://elsewhere.example.com") == 1


def test_image_has_every_app(image: Replay) -> None:
    ours = {app.partition(".")[0] for app in settings.INSTALLED_APPS}
    here = {path.name for path in Path(settings.BASE_DIR).iterdir()}
    assert (ours & here) <= {path.name for path in (image.root / "app").iterdir()}


def test_image_runs_as_a_fixed_user_without_rights() -> None:
    final = stages()[-1]
    assert final.texts("USER") == [f"{USER_ID}:{USER_ID}"]
    (making_the_user,) = [run for run in final.texts("RUN") if "useradd" in run]
    assert f"--uid {USER_ID}" in making_the_user
    assert f"-o {USER_ID} -g {USER_ID} /data" in making_the_user


def test_image_is_slim_and_of_the_tested_python() -> None:
    images = {stage.image for stage in stages()}
    assert images == {"python:3.11-slim-bookworm"}


def test_no_secret_is_in_the_image() -> None:
    named = {name for stage in stages() for name in stage.environment()}
    named |= {argument.partition("=")[0] for s in stages() for argument in s.texts("ARG")}
    assert not [name for name in named if re.search("SECRET|TOKEN|KEY|PASSWORD", name)]


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        "db.sqlite3",
        "cli/.env",
        "claudemesh/local.sqlite3-wal",
        ".git/config",
        "packaging/secrets/secret_key",
        "tests/secrets.py",
        "cli/tests/base/test_x.py",
        "accounts/__pycache__/models.cpython-311.pyc",
    ],
)
def test_private_and_needless_files_are_not_sent_to_the_builder(path: str) -> None:
    assert not is_sent(path)


def test_what_is_needed_is_sent_to_the_builder() -> None:
    sent = {str(path) for path in sent_files()}
    assert {"manage.py", "cli/pyproject.toml", "packaging/healthcheck.py"} <= sent
    assert len(sent) > 100


def test_sigterm_stops_the_container(image: Replay, tmp_path: Path) -> None:
    with running(image, tmp_path) as container:
        container.process.send_signal(signal.SIGTERM)
        assert container.process.wait(timeout=20) == 0
        assert container.healthcheck() == 1
