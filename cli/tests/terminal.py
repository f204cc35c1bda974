"""A claudemesh process on a terminal of its own: read what it shows, type, press Ctrl-C."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from types import TracebackType

PATIENCE_S = 30.0


class Terminal:
    """`with Terminal("login", …) as terminal:`; the process is killed at the end if it lives."""

    def __init__(self, *arguments: str, columns: int = 100, lines: int = 60, **env: str) -> None:
        self._main, self._side = pty.openpty()
        fcntl.ioctl(self._side, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("NO_COLOR", "COLUMNS", "LINES", "CI") and not name.startswith("SSH_")
        }
        environment |= {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **env}
        self.seen = ""
        self.process = subprocess.Popen(
            (sys.executable, "-m", "claudemesh_cli", *arguments),
            stdin=self._side,
            stdout=self._side,
            stderr=self._side,
            env={name: value for name, value in environment.items() if value},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._side)
        os.close(self._main)

    def until(self, text: str) -> str:
        """Everything shown, once `text` is part of it."""
        end_s = time.monotonic() + PATIENCE_S
        while text not in self.seen:
            left_s = end_s - time.monotonic()
            assert self._read(max(0.0, left_s)), f"{text!r} is not in:\n{self.seen}"
        return self.seen

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._main, text.encode())

    def end(self) -> int:
        """The exit code, once the process has ended by itself; `seen` is then complete."""
        code = self.process.wait(PATIENCE_S)
        while self._read(0):
            pass
        return code

    @property
    def echoes(self) -> bool:
        """True if the terminal shows what is typed."""
        return bool(termios.tcgetattr(self._side)[3] & termios.ECHO)

    def left_over(self) -> str:
        """What a shell would read now: typed, but not read by the process."""
        os.set_blocking(self._side, False)
        try:
            return os.read(self._side, 8192).decode()
        except BlockingIOError:
            return ""

    def _read(self, timeout_s: float) -> bool:
        if not select.select([self._main], [], [], timeout_s)[0]:
            return False
        self.seen += os.read(self._main, 65_536).decode("utf-8", "replace")
        return True
