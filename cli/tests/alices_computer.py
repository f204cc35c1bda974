"""Alice's computer in a test: an empty home, a fake broker, her command line."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from cast import Person, entry_for
from claudemesh_cli import config, main
from claudemesh_cli.config import Config
from fake_broker import FakeBroker, Running


@pytest.fixture
def broker() -> Iterator[FakeBroker]:
    """A fake broker at `broker.url`."""
    fake = FakeBroker()
    running = Running(fake)
    yield fake
    running.stop()


@pytest.fixture
def alice() -> Person:
    """Whose computer this is."""
    return Person("alice")


@pytest.fixture
def bob() -> Person:
    """Somebody to write to."""
    return Person("bob")


@pytest.fixture
def carol() -> Person:
    """Somebody else."""
    return Person("carol")


@pytest.fixture
def home(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An empty configuration directory."""
    monkeypatch.setenv("CLAUDEMESH_CONFIG_DIR", str(tmp_path))
    for name in ("CLAUDEMESH_SESSION_ID", "CLAUDEMESH_DISPLAY_NAME", "CLAUDEMESH_API_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@dataclass
class Result:
    """What a command left: exit code, stdout, stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON object on stdout."""
        return json.loads(self.out)


Claudemesh = Callable[..., Result]


@pytest.fixture
def claudemesh(
    home: Any, broker: FakeBroker, alice: Person, capsys: pytest.CaptureFixture[str]
) -> Claudemesh:
    """Alice's command line: `claudemesh("send", "bob", "hi")`."""
    config.save(Config(meshes=[entry_for(alice, broker.url)]))

    def run(*arguments: str) -> Result:
        capsys.readouterr()
        code = main.main(arguments)
        printed = capsys.readouterr()
        return Result(code, printed.out, printed.err)

    return run


@pytest.fixture
def unreachable(claudemesh: Claudemesh, alice: Person) -> Callable[[str | None], None]:
    """Point alice's configuration at a dead address, or back at a broker's."""

    def point(url: str | None) -> None:
        config.save(Config(meshes=[entry_for(alice, url or "ws://127.0.0.1:9/ws")]))

    return point
