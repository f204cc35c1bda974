"""What `/install` and `/dl/` answer, and to whom they never listen."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from claudemesh import __version__
from tests.broker_process import Broker

WHEEL = f"claudemesh_cli-{__version__}-py3-none-any.whl"


@pytest.fixture
def stocked(settings: Settings, shelf: Path) -> Client:
    """A visitor to a broker that has the CLI."""
    settings.DOWNLOADS_DIR = str(shelf)
    return Client()


def test_the_script_names_only_the_brokers_own_address(stocked: Client) -> None:
    response = stocked.get("/install", headers={"Host": "127.0.0.1:1", "X-Forwarded-Host": "evil"})
    text = response.content.decode()
    assert response.headers["Content-Type"] == "text/x-shellscript; charset=utf-8"
    assert "APP_URL=http://localhost:7900\n" in text
    assert "evil" not in text
    assert "127.0.0.1" not in text


def test_an_address_with_shell_in_it_stays_a_word(stocked: Client, settings: Settings) -> None:
    settings.APP_URL = "http://localhost/$(touch x)'`y`"
    text = stocked.get("/install").content.decode()
    assert "APP_URL='http://localhost/$(touch x)'\"'\"'`y`'\n" in text


def test_a_broker_without_a_wheel_says_so_in_shell(settings: Settings, tmp_path: Path) -> None:
    settings.DOWNLOADS_DIR = str(tmp_path)
    response = Client().get("/install")
    assert response.status_code == 503
    done = subprocess.run(["sh"], input=response.content, capture_output=True, check=False)
    assert done.returncode == 1
    assert b"build_cli_wheel" in done.stderr


def test_a_wheel_is_what_the_script_announces(stocked: Client) -> None:
    response = stocked.get(f"/dl/{WHEEL}")
    digest = hashlib.sha256(response.content).hexdigest()
    assert f"WHEEL_SHA256={digest}" in stocked.get("/install").content.decode()
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["ETag"] == f'"{digest}"'
    again = stocked.get(f"/dl/{WHEEL}", headers={"If-None-Match": f'"{digest}"'})
    assert (again.status_code, again.content) == (304, b"")


def test_an_address_with_the_checksum_is_for_good(stocked: Client) -> None:
    content = stocked.get(f"/dl/{WHEEL}").content
    exact = stocked.get(f"/dl/{hashlib.sha256(content).hexdigest()}/{WHEEL}")
    assert exact.content == content
    assert "immutable" in exact.headers["Cache-Control"]
    assert stocked.get(f"/dl/{'0' * 64}/{WHEEL}").status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "",
        "nosuch.whl",
        "claudemesh_cli-9.9.9-py3-none-any.whl",
        "../manage.py",
        "..%2fmanage.py",
        "%2e%2e/claudemesh/settings.py",
        "secret-1.0-py3-none-any.whl",
        "claudemesh_cli-1%0a-py3-none-any.whl",
        "claudemesh_cli-1/../../x-py3-none-any.whl",
        "claudemesh_cli-1%00-py3-none-any.whl",
    ],
)
def test_nothing_else_can_be_had(stocked: Client, shelf: Path, name: str) -> None:
    (shelf / "secret-1.0-py3-none-any.whl").write_text("not for you")
    response = stocked.get(f"/dl/{name}")
    assert response.status_code == 404
    assert b"not for you" not in response.content


@pytest.mark.parametrize("path", ["/install", f"/dl/{WHEEL}", "/dl/simple/claudemesh-cli/"])
def test_head_and_nothing_that_writes(stocked: Client, path: str) -> None:
    got, head = stocked.get(path), stocked.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == got.headers["Content-Length"]
    assert stocked.post(path).status_code == 405


@pytest.mark.live
def test_pip_finds_it_in_the_index(site: Broker, tmp_path: Path) -> None:
    index = f"{site.url}/dl/simple"
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--isolated", "download"]
    options = ["--no-deps", "--no-cache-dir", "--index-url", index, "--dest", str(tmp_path)]
    subprocess.run([*command, *options, f"claudemesh-cli=={__version__}"], check=True)
    assert (tmp_path / WHEEL).is_file()
