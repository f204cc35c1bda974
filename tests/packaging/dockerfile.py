"""Reads the Dockerfile and .dockerignore: instructions, stages, what is sent to the builder.

Knows the part of both languages that ours use, and complains about the rest.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath

from tests.broker_process import REPOSITORY

DOCKERFILE = REPOSITORY / "packaging" / "Dockerfile"
IGNORE_FILE = REPOSITORY / ".dockerignore"


@dataclass(frozen=True)
class Instruction:
    """One instruction, its continued lines joined."""

    name: str
    text: str


@dataclass
class Stage:
    """From one FROM to the next."""

    image: str
    name: str
    instructions: list[Instruction] = field(default_factory=list)

    def texts(self, name: str) -> list[str]:
        """What follows each instruction of this name."""
        return [each.text for each in self.instructions if each.name == name]

    def environment(self) -> dict[str, str]:
        """The variables of all ENV instructions, unexpanded."""
        words = (word for text in self.texts("ENV") for word in shlex.split(text))
        return dict(word.split("=", 1) for word in words)


def stages() -> list[Stage]:
    """The Dockerfile, stage by stage."""
    found: list[Stage] = []
    for instruction in instructions(DOCKERFILE.read_text()):
        if instruction.name == "FROM":
            image, _, name = instruction.text.partition(" AS ")
            found.append(Stage(image, name))
        else:
            found[-1].instructions.append(instruction)
    return found


def instructions(text: str) -> Iterator[Instruction]:
    """Each instruction, without comments."""
    kept = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for line in re.sub(r"\\\n", " ", kept).splitlines():
        if line.strip():
            name, _, rest = line.strip().partition(" ")
            yield Instruction(name, re.sub(r"\s+", " ", rest.strip()))


def is_sent(path: str) -> bool:
    """Whether .dockerignore lets this path, relative to the repository, through."""
    sent = True
    names = [path, *(str(parent) for parent in PurePosixPath(path).parents)][:-1]
    for pattern, lets_through in ignore_patterns():
        if any(pattern.fullmatch(name) for name in names):
            sent = lets_through
    return sent


@cache
def ignore_patterns() -> list[tuple[re.Pattern[str], bool]]:
    """Each line of .dockerignore: what it matches, and whether that is sent after all."""
    lines = [line.strip() for line in IGNORE_FILE.read_text().splitlines()]
    rules = [line for line in lines if line and not line.startswith("#")]
    return [(as_regex(rule.removeprefix("!")), rule.startswith("!")) for rule in rules]


def as_regex(glob: str) -> re.Pattern[str]:
    """`*` within a name, `**/` for any directories."""
    escaped = re.escape(glob).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
    return re.compile(escaped)


def sent_files() -> Iterator[Path]:
    """Every file of the working tree that goes to the builder, relative to the repository."""
    rules = IGNORE_FILE.read_text().splitlines()
    tops = {rule[1:].split("/")[0] for rule in rules if rule.startswith("!")}
    for top in sorted(tops):
        start = REPOSITORY / top
        for path in [start, *start.rglob("*")] if start.is_dir() else [start]:
            relative = path.relative_to(REPOSITORY)
            if path.is_file() and is_sent(str(relative)):
                yield relative
