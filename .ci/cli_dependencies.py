"""Prints what the CLI depends on, one requirement a line, for pip."""

import sys
from pathlib import Path

import tomllib

if __name__ == "__main__":
    project = tomllib.loads(Path("cli/pyproject.toml").read_text())["project"]
    print("\n".join(project["dependencies"]))
    sys.exit(0)
