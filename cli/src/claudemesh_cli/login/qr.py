"""A QR code as text for a terminal; knows no terminal."""

from __future__ import annotations

import io

#: The quiet zone, in modules. Four are the standard's; two are enough for cameras on screens.
BORDER = 2
#: Bright white on black, so that it reads the same on light and dark terminals.
_COLOURS, _PLAIN = "\x1b[97;40m", "\x1b[0m"


def qr_lines(text: str) -> list[str]:
    """The lines of a QR code in half blocks: a character is one module wide and two high."""
    import segno

    drawn = io.StringIO()
    code = segno.make(text, error="l", boost_error=False, micro=False)
    code.terminal(out=drawn, border=BORDER, compact=True)
    return drawn.getvalue().splitlines()


def coloured(line: str) -> str:
    """A line with colours of its own."""
    return f"{_COLOURS}{line}{_PLAIN}"
