"""Every piece of a mail can be read in both themes: 4.5:1 and more, as WCAG AA asks."""

from __future__ import annotations

import re

import pytest

from emails.templatetags.mail_look import LIGHT, PIECES, light_colors, look

ON_GROUND = {"brand", "foot", "footlink"}
BEHIND = {"ground": "#141413", "card": "#1f1e1d", "button": "#d97757"}
TEXT = [name for name, style in PIECES.items() if re.search(r"(^|;)color:", style)]


def color(piece: str, prop: str) -> str | None:
    found = re.search(rf"(?:^|;){prop}:(#\w{{6}})", PIECES[piece])
    return found[1] if found else None


def background(piece: str) -> str:
    own = color(piece, "background-color")
    if own:
        return own
    return BEHIND["ground" if piece in ON_GROUND else "button" if piece == "label" else "card"]


def luminance(text: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.2)."""
    parts = [int(text[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dim, bright = sorted([luminance(one), luminance(other)])
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("piece", TEXT)
def test_text_can_be_read_in_the_dark(piece: str) -> None:
    assert contrast(color(piece, "color") or "", background(piece)) >= 4.5


@pytest.mark.parametrize("piece", TEXT)
def test_text_can_be_read_in_the_light(piece: str) -> None:
    assert contrast(LIGHT[color(piece, "color") or ""], LIGHT[background(piece)]) >= 4.5


def test_every_color_has_a_light_one() -> None:
    used = set(re.findall(r"#\w{6}", " ".join(PIECES.values())))
    assert used == set(LIGHT)


def test_a_piece_has_a_class_and_the_same_style_inline() -> None:
    assert look("strong") == 'class="strong" style="color:#faf9f5;font-weight:600"'
    assert ".strong { color: #1f1e1d !important; }" in light_colors()
