"""Finding memories by their words, best first, in each database's own full-text search."""

from __future__ import annotations

import re

from django.db import connection

from meshes.fts5 import has_words, match_expression
from meshes.membership import active_member
from meshes.models import Memory

MAX_RESULTS = 20
MAX_CHARS = 1_048_576

_POSTGRESQL = """
    SELECT memory.id
    FROM meshes_memory memory, websearch_to_tsquery('english', %(query)s) AS asked
    WHERE memory.mesh_id = %(mesh)s AND memory.search @@ asked
    ORDER BY ts_rank(memory.search, asked) DESC, memory.id DESC
    LIMIT %(limit)s
"""
_POSTGRESQL_TERMS = "SELECT numnode(websearch_to_tsquery('english', %s))"
# Weights of mesh_id, content and tags; bm25 is the better the smaller it is.
_SQLITE = """
    SELECT meshes_memory.id
    FROM meshes_memory_search JOIN meshes_memory ON meshes_memory.id = meshes_memory_search.rowid
    WHERE meshes_memory_search MATCH %s AND meshes_memory.mesh_id = %s
    ORDER BY bm25(meshes_memory_search, 0.0, 1.0, 2.0), meshes_memory.id DESC
    LIMIT %s
"""
#: What joins words; the index has a space there, for PostgreSQL would take `a.b` for a host name.
_JOINTS = re.compile(r"(?<=\w)[./:@_\\-]+(?=\w)")


def recall(*, mesh_id: str, member_id: str, query: str) -> list[Memory]:
    """Memories that match, best first; the newest for a query that asks for nothing.

    That is one without words, and on PostgreSQL one of nothing but words like "the", which its
    index leaves out. At most 20, and no more than make a megabyte of text, though always the
    first. Raises MeshError "unauthorized", "revoked".
    """
    active_member(mesh_id, member_id)
    query = _JOINTS.sub(" ", query)
    if _asks(query):
        ids = _search(mesh_id, query)
        found = Memory.objects.in_bulk(ids)
        memories = [found[memory_id] for memory_id in ids]
    else:
        newest = Memory.objects.filter(mesh_id=mesh_id).order_by("-id")
        memories = list(newest[:MAX_RESULTS])
    return _within_one_frame(memories)


def _asks(query: str) -> bool:
    if not has_words(query) or connection.vendor != "postgresql":
        return has_words(query)
    with connection.cursor() as cursor:
        cursor.execute(_POSTGRESQL_TERMS, [query])
        return bool(cursor.fetchone()[0])


def _search(mesh_id: str, query: str) -> list[int]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRESQL, {"query": query, "mesh": mesh_id, "limit": MAX_RESULTS})
        else:
            cursor.execute(_SQLITE, [match_expression(mesh_id, query), mesh_id, MAX_RESULTS])
        return [row[0] for row in cursor.fetchall()]


def _within_one_frame(memories: list[Memory]) -> list[Memory]:
    total = 0
    for position, memory in enumerate(memories):
        total += len(memory.content) + len(memory.tags)
        if position and total > MAX_CHARS:
            return memories[:position]
    return memories
