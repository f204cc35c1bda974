"""Prints what the CLI depends on, one requirement a line, for pip."""

import sys
import tomllib
from pathlib import Path

if __name__ == "__main__":
    project = tomllib.loads(Path("cli/pyproject.toml").read_text())["project"]
    print("\n".join(project["dependencies"]))
    sys.exit(0)
