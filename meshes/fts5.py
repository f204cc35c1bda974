"""Turns what a person types into an FTS5 expression, with the meaning PostgreSQL's websearch has.

Words and "phrases" are all wanted, `or` between them makes either enough, `-` excludes. Nothing
of FTS5's own syntax gets through: every term is a quoted string (SQLite's FTS5 document, section
3.1), so `NEAR`, `*`, `:`, `^` and brackets are text to be searched for, or nothing.
"""

from __future__ import annotations

import re

MAX_TERMS = 32

_TERM = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))')
_WORD = re.compile(r"[^\W_]")


def has_words(query: str) -> bool:
    """False for a query of spaces and punctuation, which no text can match."""
    return _WORD.search(query) is not None


def match_expression(mesh_id: str, query: str) -> str:
    """The expression that finds a mesh's memories. The query must have words.

    Terms past the 32nd are left out: FTS5 has a limit of its own.
    """
    clauses: list[list[str]] = [[]]
    excluded: list[str] = []
    for minus, phrase, word in _TERM.findall(query)[:MAX_TERMS]:
        text = phrase or word
        if not minus and word.casefold() == "or":
            clauses.append([])
        elif has_words(text):
            (excluded if minus else clauses[-1]).append(_quoted(text))
    wanted = " OR ".join(f"({' AND '.join(clause)})" for clause in clauses if clause)
    found = f"mesh_id : {_quoted(mesh_id)}"
    if wanted:
        found += f" AND {{content tags}} : ({wanted})"
    if excluded:
        found = f"({found}) NOT {{content tags}} : ({' OR '.join(excluded)})"
    return found


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
