"""The real CLI as a person would use it: a configuration directory of its own, real processes."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.ports import wait_until

COMMAND_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 10.0


class Person:
    """Somebody with the `claudemesh` command and a home of their own."""

    def __init__(self, name: str, home: Path, api_url: str) -> None:
        self.name = name
        self.config_dir = home / name
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("CLAUDEMESH")},
            "CLAUDEMESH_CONFIG_DIR": str(self.config_dir),
            "CLAUDEMESH_API_URL": api_url,
            "CLAUDEMESH_DISPLAY_NAME": name,
            "HOME": str(home),
            "NO_COLOR": "1",
        }

    def try_run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `claudemesh <arguments>`, whatever comes of it."""
        return subprocess.run(
            command(*arguments),
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
            check=False,
        )

    def run(self, *arguments: str) -> dict[str, Any]:
        """Run `claudemesh <arguments> --json`; its answer. Raises RuntimeError if it failed."""
        done = self.try_run(*arguments, "--json")
        if done.returncode:
            raise RuntimeError(
                f"{self.name}: claudemesh {' '.join(arguments)} exited with {done.returncode}:\n"
                f"{done.stdout}{done.stderr}"
            )
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer

    def listen(self) -> "Listener":
        """Start `claudemesh listen --json`."""
        return Listener(self)


class Listener:
    """A running `claudemesh listen`; what it printed can be waited for."""

    def __init__(self, person: Person) -> None:
        self.log_path = person.config_dir.with_name(f"{person.name}-listen.log")
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                command("listen", "--json"),
                env=person.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def lines(self, kind: str) -> list[dict[str, Any]]:
        """The JSON lines of type `kind` printed so far, also by earlier listeners."""
        whole = self.log_path.read_text().splitlines(keepends=True)
        found = [json.loads(line) for line in whole if line.startswith("{") and line[-1] == "\n"]
        return [line for line in found if line.get("type") == kind]

    def wait_for(self, kind: str, *, count: int = 1, timeout_s: float = 30.0) -> None:
        """Return once there are `count` lines of type `kind`. Raises TimeoutError."""
        wait_until(
            lambda: len(self.lines(kind)) >= count,
            what=f"{count} line(s) of type {kind} in {self.log_path.read_text()!r}",
            timeout_s=timeout_s,
        )

    def stop(self) -> int:
        """End it as Ctrl-C would; its exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=STOP_TIMEOUT_S)

    def kill9(self) -> None:
        """End it as a crash would."""
        self.process.kill()
        self.process.wait(timeout=STOP_TIMEOUT_S)


def command(*arguments: str) -> list[str]:
    """The command line of the installed CLI that belongs to this Python."""
    return [str(Path(sys.executable).with_name("claudemesh")), *arguments]
