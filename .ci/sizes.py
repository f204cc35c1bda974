"""Fails when a file or a function outgrows the house style, or a module says nothing of itself."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60


def tracked_files() -> list[Path]:
    """Python files that git knows or would add, without generated migrations."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        capture_output=True,
        text=True,
        check=True,
    )
    paths = {Path(line) for line in listing.stdout.splitlines()}
    return sorted(path for path in paths if path.exists() and "migrations" not in path.parts)


def complaints(path: Path) -> Iterator[str]:
    """What is wrong with one file."""
    source = path.read_text()
    if not source.strip():
        return
    lines = source.count("\n")
    if lines > MAX_FILE_LINES:
        yield f"{path}: {lines} lines, at most {MAX_FILE_LINES}"
    tree = ast.parse(source)
    if ast.get_docstring(tree) is None:
        yield f"{path}: no docstring that says what the module is for"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MAX_FUNCTION_LINES:
                yield f"{path}:{node.lineno}: {node.name} has {length} lines, at most 60"


def main() -> int:
    """Print every complaint; the exit code is 1 if there is one."""
    found = [complaint for path in tracked_files() for complaint in complaints(path)]
    print("\n".join(found) or "Sizes are fine.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
