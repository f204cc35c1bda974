"""The page of the HTTP API shows the schema, all of it, to everybody."""

from __future__ import annotations

from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from claudemesh.api_docs.operations import sections
from claudemesh.api_docs.shapes import Shapes

BUDGET_BYTES = 100_000


def test_every_call_is_there_for_everybody(stranger: Client) -> None:
    response = stranger.get("/api/docs")
    text = response.content.decode()
    document = SchemaGenerator().get_schema(request=None, public=True)
    calls = [f"{method.upper()} {path}" for path, of in document["paths"].items() for method in of]
    assert len(calls) > 30
    assert [call for call in calls if f"<code>{call}</code>" not in text] == []
    assert len(response.content) < BUDGET_BYTES


def test_a_shape_says_what_may_be_missing_and_what_may_be_null() -> None:
    group = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    member = {
        "type": "object",
        "required": ["role", "groups", "joined_at"],
        "properties": {
            "role": {"enum": ["owner", "admin"], "type": "string"},
            "groups": {"type": "array", "items": {"$ref": "#/components/schemas/Group"}},
            "joined_at": {"type": "string", "format": "date-time"},
            "tag": {"type": "string", "nullable": True},
        },
    }
    assert Shapes({"Group": group}).written(member).splitlines() == [
        "{",
        '  role: "owner" or "admin"',
        "  groups: [{",
        "    name: text",
        "  }, …]",
        "  joined_at: time",
        "  tag?: text or null",
        "}",
    ]


def test_a_schema_that_names_itself_ends() -> None:
    tree = {"type": "object", "properties": {"child": {"$ref": "#/components/schemas/Tree"}}}
    assert "…" in Shapes({"Tree": tree}).written({"$ref": "#/components/schemas/Tree"})


def test_refusals_are_listed_by_code() -> None:
    refusal = {"allOf": [{}, {"properties": {"error": {"enum": ["not_found"]}}}]}
    document = {
        "components": {"schemas": {}},
        "paths": {
            "/x": {
                "get": {
                    "operationId": "getX",
                    "responses": {"404": {"content": {"application/json": {"schema": refusal}}}},
                }
            }
        },
    }
    ((section,),) = (sections(document),)
    (answer,) = section.operations[0].refusals
    assert (answer.status, answer.phrase, answer.codes) == ("404", "Not Found", ["not_found"])
    assert section.operations[0].callers == "anybody"
