"""How mails look: one table of pieces, written as inline styles, which mail programs need.

Dark is what every program shows; those that know `prefers-color-scheme` get the light colors.
"""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

SERIF = "Georgia,'Times New Roman',serif"
SANS = "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
MONO = "Menlo,Consolas,'DejaVu Sans Mono',monospace"

#: The colors of static/css/tokens.css, dark to light. Borders are its clay lines, made opaque.
LIGHT = {
    "#141413": "#faf9f5",  # ground
    "#1f1e1d": "#ffffff",  # raised
    "#0f0e0d": "#f0eee6",  # code
    "#faf9f5": "#1f1e1d",  # text
    "#c2c0b6": "#4a4944",  # secondary
    "#918f87": "#66655e",  # tertiary
    "#e89274": "#82351b",  # link
    "#d97757": "#a34526",  # clay
    "#48322a": "#edd8d1",  # line
    "#141412": "#ffffff",  # text on clay
}
COLORED = ("background-color", "color", "border")

PIECES = {
    "ground": "background-color:#141413;color:#faf9f5",
    "card": "background-color:#1f1e1d;border:1px solid #48322a;border-radius:10px",
    "brand": f"color:#d97757;font:16px/24px {SERIF};letter-spacing:1px;text-decoration:none",
    "heading": f"margin:0 0 16px;color:#faf9f5;font:normal 25px/33px {SERIF};"
    "overflow-wrap:anywhere",
    "text": f"margin:0 0 20px;color:#c2c0b6;font:16px/25px {SANS};overflow-wrap:anywhere",
    "small": f"margin:0 0 10px;color:#c2c0b6;font:14px/21px {SANS};overflow-wrap:anywhere",
    "note": f"margin:8px 0 20px;color:#918f87;font:14px/21px {SANS};overflow-wrap:anywhere",
    "strong": "color:#faf9f5;font-weight:600",
    "link": "color:#e89274;text-decoration:underline",
    "button": "background-color:#d97757;border-radius:6px",
    "label": f"display:inline-block;padding:13px 26px;color:#141412;"
    f"font:600 16px/22px {SANS};text-decoration:none",
    "command": f"margin:0 0 22px;padding:14px 16px;background-color:#0f0e0d;color:#faf9f5;"
    f"border:1px solid #48322a;border-radius:6px;font:13px/21px {MONO};word-break:break-all",
    "code": f"margin:0 0 20px;padding:18px 8px;background-color:#0f0e0d;color:#faf9f5;"
    f"border:1px solid #48322a;border-radius:6px;font:30px/38px {MONO};letter-spacing:5px;"
    "text-align:center",
    "name": f"padding:7px 16px 7px 0;color:#918f87;font:14px/21px {SANS};white-space:nowrap;"
    "vertical-align:top",
    "value": f"padding:7px 0;color:#faf9f5;font:14px/21px {SANS};overflow-wrap:anywhere",
    "foot": f"margin:0 0 6px;color:#918f87;font:13px/20px {SANS};overflow-wrap:anywhere",
    "footlink": "color:#918f87;text-decoration:underline",
}


@register.simple_tag
def look(piece: str) -> SafeString:
    """`class` and `style` of a piece. Raises KeyError for an unknown one."""
    return mark_safe(f'class="{piece}" style="{PIECES[piece]}"')


@register.simple_tag
def light_colors() -> SafeString:
    """The rules that give every piece its light colors."""
    rules = "\n".join(f"      .{piece} {{ {_light(style)} }}" for piece, style in PIECES.items())
    return mark_safe(rules)


def _light(style: str) -> str:
    """The colored declarations of a style in light colors, stronger than inline ones."""
    found = []
    for declaration in style.split(";"):
        prop, _, value = declaration.partition(":")
        if prop in COLORED:
            words = [LIGHT.get(word, word) for word in value.split()]
            found.append(f"{prop}: {' '.join(words)} !important;")
    return " ".join(found)
