"""Two machines of one account, with the real CLI: let in by a browser, synced, signed out, back."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.broker_process import Broker, broker
from tests.cli_process import COMMAND_TIMEOUT_S, Person, command
from tests.live.people import refused, said, texts

pytestmark = pytest.mark.live

ALICE, BOB, PASSWORD = "alice@example.com", "bob@example.com", "correct horse battery"


class Browser:
    """A browser in which somebody is signed in."""

    def __init__(self, running: Broker, email: str) -> None:
        self._client = httpx.Client(base_url=running.url, headers={"Origin": running.url})
        self._client.get("/login")
        form = {"login": email, "password": PASSWORD}
        token = {"csrfmiddlewaretoken": self._client.cookies["csrftoken"]}
        assert self._client.post("/login", data=form | token).status_code == 302

    def page(self, url: str) -> str:
        """What a page shows."""
        return self._client.get(url).text

    def answer(self, codes: dict[str, str], word: str) -> None:
        """Press Approve or Deny on the page of a sign-in, having compared the code."""
        assert codes["user_code"] in self.page(codes["verification_url"])
        session_id = codes["verification_url"].partition("session=")[2]
        headers = {"X-CSRFToken": self._client.cookies["csrftoken"]}
        path = f"/cli/device-code/{session_id}/{word}"
        assert self._client.post(path, headers=headers).status_code == 200


@pytest.fixture(scope="module")
def running() -> Iterator[Broker]:
    """A broker on which alice and bob have accounts with a password."""
    with broker(DJANGO_SUPERUSER_PASSWORD=PASSWORD) as one:
        for email in (ALICE, BOB):
            one.manage("createsuperuser", "--noinput", "--email", email)
        yield one


@pytest.fixture(scope="module")
def browser(running: Broker) -> Browser:
    return Browser(running, ALICE)


@pytest.fixture(scope="module")
def machines(running: Broker, tmp_path_factory: pytest.TempPathFactory) -> tuple[Person, Person]:
    """alice's laptop and her tower."""
    home = tmp_path_factory.mktemp("machines")
    return Person("laptop", home, running.url), Person("tower", home, running.url)


def login(machine: Person, browser: Browser, word: str = "approve") -> tuple[int, dict[str, Any]]:
    """`claudemesh login` on a machine, answered in the browser: exit code and last line."""
    with subprocess.Popen(
        command("login", "--json"), env=machine.environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        browser.answer(json.loads(process.stdout.readline()), word)
        rest, _ = process.communicate(timeout=COMMAND_TIMEOUT_S)
    return process.returncode, json.loads(rest)


def test_two_machines_of_one_account(machines: tuple[Person, Person], browser: Browser) -> None:
    laptop, tower = machines
    assert login(laptop, browser)[1]["user"]["email"] == ALICE
    mesh = laptop.run("create", "acme")["mesh"]
    code, answer = login(tower, browser)
    assert (code, answer["known"]) == (0, [])
    (added,) = tower.run("sync")["added"]
    assert (added["slug"], added["mesh_id"]) == ("acme", mesh["mesh_id"])
    assert added["pubkey"] != mesh["pubkey"]
    assert [each["slug"] for each in tower.run("sync")["known"]] == ["acme"]

    listener = tower.listen()
    listener.wait_for("connected")
    laptop.run("send", "@all", "from the laptop")
    listener.wait_for("message")
    assert listener.lines("message")[0]["text"] == "from the laptop"

    (other,) = [each for each in laptop.run("devices")["devices"] if not each["current"]]
    laptop.run("devices", "revoke", other["id"])
    assert listener.process.wait(COMMAND_TIMEOUT_S) == 2

    refusal = refused(tower, "peers")
    assert (refusal.exit_code, refusal.code) == (2, "device_revoked")
    assert "claudemesh login" in refusal.hint
    assert said(tower, "whoami")[0] == 2
    assert len(laptop.run("devices")["devices"]) == 1

    assert login(tower, browser)[1]["known"] == ["acme"]
    assert tower.run("whoami")["checked"]
    tower.run("peers")
    assert texts(tower, "--all") == ["from the laptop"]


def test_denied_in_the_browser(running: Broker, browser: Browser, home: Path) -> None:
    mallory = Person("mallory", home, running.url)
    code, answer = login(mallory, browser, "deny")
    assert (code, answer["error"]["code"]) == (7, "denied")
    assert mallory.try_run("whoami").returncode == 2


def test_link_of_a_signed_in_page_joins_with_the_account(
    machines: tuple[Person, Person], running: Broker, home: Path
) -> None:
    """bob's machine never signs in, and yet the mesh is on his account."""
    url = machines[0].run("share")["url"]
    browser, bob = Browser(running, BOB), Person("bob", home, running.url)
    link = re.search(rf"{re.escape(url)}\?as=[\w:-]+", browser.page(url))
    assert link is not None
    assert "/dashboard/meshes/acme" not in browser.page("/dashboard")
    assert refused(bob, "join", f"{link[0]}x").exit_code == 3
    assert bob.run("join", link[0])["mesh"]["slug"] == "acme"
    assert "/dashboard/meshes/acme" in browser.page("/dashboard")
    bob.run("peers")


def test_logging_out_bars_no_key(machines: tuple[Person, Person]) -> None:
    laptop, _ = machines
    told = laptop.run("logout")
    assert (told["token_ended"], told["already_ended"]) == (True, False)
    laptop.run("peers")
    assert laptop.try_run("devices").returncode == 2
