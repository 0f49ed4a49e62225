"""Breaks of the API are told; what no program can stumble over is not."""

import copy

import pytest

from serving.compatibility import breaks

ITEM = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string"},
        "p": {"anyOf": [{"type": "number"}, {"type": "null"}]},
        "band": {"$ref": "#/components/schemas/Band"},
    },
}


@pytest.fixture
def api():
    answer = {"type": "object", "required": ["items"], "properties": {
        "items": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}}}  # fmt: skip
    operation = {
        "parameters": [
            {"in": "query", "name": "limit", "schema": {"type": "integer", "maximum": 200}}
        ],
        "requestBody": {"content": {"application/json": {"schema": {
            "type": "object", "required": ["kind"], "properties": {
                "kind": {"enum": ["score", "train"]}, "note": {"type": "string", "maxLength": 9},
            }}}}},
        "responses": {"200": {"content": {"application/json": {"schema": answer}}}},
    }  # fmt: skip
    schemas = {"Item": copy.deepcopy(ITEM), "Band": {"enum": ["red", "green"]}}
    return {"paths": {"/v1/items": {"post": operation}}, "components": {"schemas": schemas}}


def changed(api, change):
    after = copy.deepcopy(api)
    change(after["paths"]["/v1/items"]["post"], after["components"]["schemas"])
    return breaks(api, after)


def body(operation):
    return operation["requestBody"]["content"]["application/json"]["schema"]


def test_what_stays_or_grows_is_no_break(api):
    assert breaks(api, api) == []

    def grow(operation, schemas):
        schemas["Item"]["properties"]["more"] = {"type": "string"}
        schemas["Item"]["properties"]["p"] = {"type": "number"}
        operation["parameters"][0]["schema"]["maximum"] = 500
        words = {"type": "array", "items": {"type": "string"}}
        operation["parameters"].append({"in": "query", "name": "q", "schema": words})
        body(operation)["properties"]["kind"]["enum"].append("explain")
        operation["responses"]["202"] = {"content": {}}

    assert changed(api, grow) == []


def test_a_removed_path_is_a_break(api):
    assert breaks(api, {"paths": {}}) == ["POST /v1/items is gone"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda _, s: s["Item"]["properties"].pop("band"),
            "answer 200: body.items[].band is gone",
        ),
        (
            lambda _, s: s["Item"]["properties"].update(id={"type": "integer"}),
            "answer 200: body.items[].id may be integer now",
        ),
        (
            lambda _, s: s["Item"]["required"].clear(),
            "answer 200: body.items[].id may be missing now",
        ),
        (
            lambda _, s: s["Band"]["enum"].append("grey"),
            "answer 200: body.items[].band may be 'grey' now",
        ),
        (lambda o, _: o["responses"].clear(), "no answer 200 any more"),
        (lambda o, _: o["parameters"].clear(), "query parameter limit is no longer taken"),
        (
            lambda o, _: o["parameters"][0]["schema"].update(maximum=100),
            "query parameter limit: maximum is 100 now",
        ),
        (
            lambda o, _: body(o)["properties"].update(kind={"enum": ["score"]}),
            "body.kind may no longer be 'train'",
        ),
        (lambda o, _: body(o)["required"].append("note"), "body.note must be given now"),
        (
            lambda o, _: (
                body(o)["properties"].update(who={"type": "string"}),
                body(o)["required"].append("who"),
            ),
            "body.who is new and must be given",
        ),
    ],
)
def test_each_break_is_told(api, change, told):
    assert changed(api, change) == [f"POST /v1/items: {told}"]
