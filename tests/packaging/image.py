"""Replays the Dockerfile without Docker: each stage is a directory, RUN runs there.

Left out: the base image, and the RUN that makes a system user. The packages come from the
environment that runs the tests instead of an index, so that no network is needed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.broker_process import REPOSITORY
from tests.packaging.dockerfile import Instruction, Stage, sent_files, stages

RUN_TIMEOUT_S = 240
#: What the replay puts under a directory of its own.
ABSOLUTE = ("/opt/venv", "/app", "/data")
NO_NETWORK = {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0"}
#: Make users of the machine, which only an image may.
LEFT_OUT = ("groupadd",)


@dataclass
class Replay:
    """One stage: its root, its environment, its working directory."""

    stage: Stage
    root: Path
    others: dict[str, Path]
    arguments: dict[str, str]
    environment: dict[str, str] = field(default_factory=dict)
    workdir: Path = Path()

    def inside(self, text: str) -> str:
        """The same with the image's absolute paths below `root`."""
        for path in ABSOLUTE:
            text = text.replace(path, f"{self.root}{path}")
        return text

    def run_all(self, network: bool) -> None:
        """Follow each instruction in turn."""
        self.environment = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
        if not network:
            self.environment.update(NO_NETWORK)
        for instruction in self.stage.instructions:
            self.follow(instruction, network)

    def follow(self, instruction: Instruction, network: bool) -> None:
        """One instruction. Those that only describe the image change nothing here."""
        match instruction.name:
            case "WORKDIR":
                self.workdir = Path(self.inside(instruction.text))
                self.workdir.mkdir(parents=True, exist_ok=True)
            case "ENV":
                self.set_variables()
            case "COPY":
                self.copy(instruction.text)
            case "RUN" if not instruction.text.startswith(LEFT_OUT):
                self.run(instruction.text)
                if " -m venv " in instruction.text and not network:
                    self.lend_packages()

    def set_variables(self) -> None:
        """ENV, with `$PATH` and build arguments put in."""
        for name, value in self.stage.environment().items():
            for known, its_value in {**self.environment, **self.arguments}.items():
                value = value.replace(f"${known}", its_value)
            self.environment[name] = self.inside(value) if "$" not in value else value

    def copy(self, text: str) -> None:
        """COPY from the context or from another stage."""
        *options, source, target = text.split()
        into = Path(self.inside(target)) if target.startswith("/") else self.workdir / target
        if options:
            origin = self.others[options[0].removeprefix("--from=")]
            shutil.copytree(f"{origin}{source}", into, symlinks=True, dirs_exist_ok=True)
            return
        for path in sent_files():
            if source == "." or path.is_relative_to(source):
                destination = into / path.relative_to(source if target != "./" else ".")
                destination.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(REPOSITORY / path, destination)

    def run(self, command: str) -> None:
        """RUN; raises with what the command said if it fails."""
        done = subprocess.run(
            ["/bin/sh", "-c", self.inside(command)],
            cwd=self.workdir,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=RUN_TIMEOUT_S,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"RUN {command} failed:\n{done.stdout}{done.stderr}")

    def lend_packages(self) -> None:
        """Let the new virtual environment see the packages of the one that runs the tests."""
        site = next((self.root / "opt" / "venv").glob("lib/python*/site-packages"))
        lender = next(path for path in sys.path if path.endswith("site-packages"))
        (site / "lent.pth").write_text(lender + os.linesep)


def build(into: Path, *, network: bool = False, **arguments: str) -> Replay:
    """Replay every stage below `into`; the last one is the image.

    With `network` the packages are installed from the index, as in a real build.
    """
    roots: dict[str, Path] = {}
    for number, stage in enumerate(stages()):
        root = into / str(number)
        last = Replay(stage, root, roots, arguments)
        last.run_all(network)
        (root / "data").mkdir(exist_ok=True)
        roots[stage.name] = root
    return last
