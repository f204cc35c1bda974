"""The pages of refusals that no address answers with on request, drawn as Django draws them."""

from __future__ import annotations

from django.template.loader import render_to_string

CODES = ("400", "403_csrf", "429", "500")


def draw() -> dict[str, str]:
    """Their HTML, by name."""
    return {f"refusal_{code}": render_to_string(f"{code}.html") for code in CODES}
