"""The description of the API: what it shows is true, and nothing is left unsaid."""

import json

import jsonschema
import pytest

from serving.document import example, operations


@pytest.fixture
def document(client):
    return json.loads(client.get("/openapi.json").text)


def media(document):
    """Every medium that some operation takes or answers with, and where."""
    for operation in operations(document):
        parts = {"request": operation.get("requestBody", {}), **operation["responses"]}
        for where, part in parts.items():
            for found in part.get("content", {}).values():
                yield f"{operation['operationId']} {where}", found


def test_every_request_and_answer_has_an_example_that_fits(document):
    seen = 0
    for where, found in media(document):
        if not found.get("schema"):
            continue
        values = [each["value"] for each in found.get("examples", {}).values()]
        values += [found["example"]] if "example" in found else []
        assert values, where
        schema = {**found["schema"], "components": document["components"]}
        for value in values:
            jsonschema.validate(value, schema)
            seen += 1
    assert seen > 40


def test_parameters_have_examples_that_fit(document):
    for operation in operations(document):
        for parameter in operation.get("parameters", ()):
            if "example" in parameter:
                schema = {**parameter["schema"], "components": document["components"]}
                jsonschema.validate(parameter["example"], schema)


def test_problems_are_shown_by_their_kind(document):
    found = document["paths"]["/v1/accounts"]["get"]["responses"]["422"]["content"]
    shown = found["application/problem+json"]["examples"]
    assert set(shown) == {"invalid-query", "invalid-cursor"}
    assert shown["invalid-cursor"]["value"]["type"] == "/docs#problem-invalid-cursor"


def test_what_needs_a_key_says_so(document):
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    for operation in operations(document):
        guarded = "401" in operation["responses"]
        assert ("security" in operation) is guarded, operation["operationId"]
        assert guarded or operation["operationId"] in {"get_livez", "get_readyz"}


def test_an_example_is_put_together_from_its_parts():
    schemas = {"Band": {"enum": ["red", "green"]}}
    schema = {
        "type": "object",
        "properties": {
            "band": {"$ref": "#/components/schemas/Band"},
            "names": {"type": "array", "items": {"type": "string", "examples": ["a"]}},
            "most": {"type": "integer", "default": 7},
            "day": {"anyOf": [{"type": "string"}, {"type": "null"}], "examples": ["2026-06-30"]},
            "more": {"type": "object"},
        },
    }
    assert example(schema, schemas) == {
        "band": "red",
        "names": ["a"],
        "most": 7,
        "day": "2026-06-30",
        "more": {},
    }
