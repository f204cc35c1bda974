"""A person's computer without claudemesh on it: an empty home, a few tools, a Python."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

TOOLS = (
    *("sh", "cat", "cp", "curl", "dirname", "env", "grep", "head", "ls", "mkdir", "mktemp", "mv"),
    *("readlink", "rm", "rmdir", "sed", "sort", "tail", "uname", "wget"),
)
TIMEOUT_S = 120.0
WHEELHOUSE = Path(sys.prefix) / "wheelhouse"

PYTHON = """\
#!/bin/sh
exec '{python}' "$@"
"""
#: As Debian's without python3-venv: an environment can be made, but no pip put into it.
PYTHON_WITHOUT_ENSUREPIP = """\
#!/bin/sh
case "$* " in
    *' venv '*--without-pip*) ;;
    *' venv '*) echo 'ensurepip is not available' >&2; exit 1 ;;
esac
exec '{python}' "$@"
"""
PYTHON_WITHOUT_VENV = """\
#!/bin/sh
case "$* " in *' venv '*) echo 'No module named venv' >&2; exit 1 ;; esac
exec '{python}' "$@"
"""
OLD_PYTHON = """\
#!/bin/sh
exit 1
"""


@dataclass
class Machine:
    """`home` is the person's, `tools` the only directory on their PATH.

    pip finds its packages in the wheelhouse, so nothing here needs a network.
    """

    home: Path
    tools: Path
    site: str
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def command(self) -> Path:
        """Where the installer puts the command."""
        return self.home / ".local" / "bin" / "claudemesh"

    @property
    def root(self) -> Path:
        """Where it puts everything else."""
        return self.home / ".local" / "share" / "claudemesh"

    @property
    def environment(self) -> dict[str, str]:
        """All that the shell knows."""
        return {
            "HOME": str(self.home),
            "PATH": str(self.tools),
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": WHEELHOUSE.as_uri(),
            "PIP_CONFIG_FILE": os.devnull,
            "NO_COLOR": "1",
            **self.extra,
        }

    def has_python(self, text: str = PYTHON) -> None:
        """Put a Python on PATH; `text` says how it behaves."""
        wrapper = self.tools / "python3"
        wrapper.write_text(text.format(python=sys._base_executable))  # type: ignore[attr-defined]
        wrapper.chmod(0o755)

    def lacks(self, *names: str) -> None:
        """Take commands off PATH."""
        for name in names:
            (self.tools / name).unlink(missing_ok=True)

    def sh(self, script: str, *arguments: str, shell: str = "sh") -> Done:
        """What `curl … | sh -s -- <arguments>` does with `script`."""
        done = subprocess.run(
            [shutil.which(shell) or shell, "-s", "--", *arguments],
            input=script.encode(),
            env=self.environment,
            cwd=self.tools.parent,
            capture_output=True,
            check=False,
            timeout=TIMEOUT_S,
            start_new_session=True,  # so that there is no terminal to ask on
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def claudemesh(self, *arguments: str) -> Done:
        """Run the installed command."""
        done = subprocess.run(
            [self.command, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_S,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def tree(self) -> dict[str, str]:
        """Everything in the home: paths, with where links lead and what small files hold."""
        found = {}
        for path in sorted(self.home.rglob("*")):
            name = str(path.relative_to(self.home))
            if path.is_symlink():
                found[name] = f"-> {path.readlink()}"
            elif path.is_file():
                found[name] = f"{path.stat().st_mtime_ns} {path.stat().st_size}"
            else:
                found[name] = "directory"
        return found


@dataclass(frozen=True)
class Done:
    """What a command did."""

    code: int
    out: str
    err: str


def new_machine(directory: Path, site: str, home: str = "my home") -> Machine:
    """A fresh computer under `directory`, with a working Python."""
    machine = Machine(directory / home, directory / "tools", site)
    machine.home.mkdir()
    machine.tools.mkdir()
    for name in TOOLS:
        if found := shutil.which(name):
            (machine.tools / name).symlink_to(found)
    machine.has_python()
    return machine
