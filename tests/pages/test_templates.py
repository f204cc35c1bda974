"""No template breaks the content policy, and none needs script to work."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = Path(settings.BASE_DIR) / "templates"
STYLES = Path(settings.BASE_DIR) / "static" / "css"
SCRIPTS = Path(settings.BASE_DIR) / "static" / "js"
INLINE = {
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "an inline script": re.compile(r"<script\b(?![^>]*\ssrc=)", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "something of another site": re.compile(r"<(?:script|link|img|iframe)\b[^>]*https?://"),
}
FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
CSS_BUDGET_BYTES = 40_000
MAX_LINES = 400

pages = sorted(
    path for path in TEMPLATES.rglob("*.html") if "emails" not in path.relative_to(TEMPLATES).parts
)


def named(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))


def inline_parts(text: str) -> set[str]:
    """What in a template the content policy would block."""
    return {what for what, pattern in INLINE.items() if pattern.search(text)}


@pytest.mark.parametrize(
    "text",
    [
        "<style>p {}</style>",
        '<p class="x" style="color: red">',
        "<script>go()</script>",
        '<a href="#" onclick="go()">',
        '<a href="javascript:go()">',
        '<img src="https://elsewhere.example/x.png">',
    ],
)
def test_each_inline_part_is_recognized(text: str) -> None:
    assert inline_parts(text)


@pytest.mark.parametrize("path", pages, ids=named)
def test_template_has_nothing_inline(path: Path) -> None:
    assert inline_parts(path.read_text()) == set()


@pytest.mark.parametrize("path", pages, ids=named)
def test_every_form_works_without_script(path: Path) -> None:
    for form in FORM.findall(path.read_text()):
        assert " method=" in form.partition("\n")[0]
        assert ('method="post"' in form) == ("{% csrf_token %}" in form)


@pytest.mark.parametrize("path", pages, ids=named)
def test_nothing_that_others_wrote_is_marked_safe(path: Path) -> None:
    """`safe` is for Django's help texts and for QR codes, both made here."""
    marked = set(re.findall(r"\{\{\s*([\w.]+)\|safe\s*\}\}", path.read_text()))
    assert {each for each in marked if "svg" not in each and "qr" not in each} <= {
        "field.help_text"
    }


def test_styles_stay_small() -> None:
    sheets = list(STYLES.glob("*.css"))
    assert sum(sheet.stat().st_size for sheet in sheets) < CSS_BUDGET_BYTES
    assert all(len(sheet.read_text().splitlines()) < MAX_LINES for sheet in sheets)


def test_colors_come_from_the_tokens() -> None:
    """Only tokens.css names colors; white behind a QR code is the exception."""
    for sheet in STYLES.glob("*.css"):
        if sheet.name != "tokens.css":
            named_colors = re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", sheet.read_text())
            assert set(named_colors) <= {"#fff"}, sheet.name


def test_scripts_and_styles_ask_no_other_site() -> None:
    for path in [*SCRIPTS.rglob("*.js"), *STYLES.glob("*.css")]:
        assert "http://" not in path.read_text(), path
        assert "https://" not in path.read_text(), path
