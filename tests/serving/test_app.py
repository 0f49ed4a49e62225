"""The application as a whole: its description, and that it asks for nothing from outside."""

import re

import pytest
from fastapi.openapi.models import OpenAPI

from serving.store import ModelVersionRepository, ScoreRepository

ROUTES = {
    "/v1/accounts",
    "/v1/accounts/{account_id}",
    "/v1/explanations/{account_id}",
    "/v1/accounts/{account_id}/levers",
    "/v1/accounts/{account_id}/what-if",
    "/v1/scores",
    "/v1/history/{account_id}",
    "/v1/portfolio",
    "/v1/segments",
    "/v1/views",
    "/v1/views/{view_id}",
    "/v1/jobs",
    "/v1/jobs/{job_id}",
    "/v1/jobs/{job_id}/events",
    "/v1/accounts/facets",
    "/v1/models",
    "/v1/models/champion",
    "/v1/insights",
    "/livez",
    "/readyz",
}


@pytest.fixture
def document(client):
    return client.get("/openapi.json").json()


def operations(document):
    return [found for methods in document["paths"].values() for found in methods.values()]


def test_the_description_is_valid_openapi(document):
    assert OpenAPI.model_validate(document).info.title == "Forewarn"
    assert document["openapi"].startswith("3.1")


def test_every_route_is_described(document):
    assert set(document["paths"]) == ROUTES
    for found in operations(document):
        assert found["summary"]
        assert found["description"]
        assert found["tags"][0] in {tag["name"] for tag in document["tags"]}
    ids = [found["operationId"] for found in operations(document)]
    assert len(set(ids)) == len(ids)


def test_every_answer_has_a_schema(document):
    for found in operations(document):
        assert {"500", "503"} <= set(found["responses"])
        assert {"200", "201", "202", "204"} & set(found["responses"])
        for status, response in found["responses"].items():
            if status in ("204", "304"):
                assert "content" not in response
                continue
            kind = "application/json" if status < "300" else "application/problem+json"
            kind = "text/event-stream" if "text/event-stream" in response["content"] else kind
            assert list(response["content"]) == [kind]
            assert response["content"][kind]["schema"]


def test_every_reference_leads_somewhere(document):
    text = re.findall(r'"\$ref": ?"#/components/schemas/(\w+)"', str(document).replace("'", '"'))
    assert set(text) <= set(document["components"]["schemas"])
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_field_and_parameter_is_explained(document):
    for found in operations(document):
        for parameter in found.get("parameters", []):
            assert parameter["description"], parameter
    for name, schema in document["components"]["schemas"].items():
        for field, found in schema.get("properties", {}).items():
            known = "description" in found or "$ref" in found or "const" in found
            assert known or "examples" in found, f"{name}.{field}"


def test_the_direction_of_health_is_said_wherever_it_is_shown(document):
    for name, schema in document["components"]["schemas"].items():
        found = schema.get("properties", {}).get("health_score")
        if found and name != "ScaleOut":
            assert "100 is healthy" in found["description"], name


ADDRESSES = [
    "/", "/docs", "/accounts", "/accounts/a", "/accounts?band=red", "/static/console.css",
    "/static/charts.css", "/static/tokens.css", "/static/mark.svg",
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_comes_from_outside_and_nothing_is_inline(
    client, sqlite_store, make_run, champion, address
):
    ScoreRepository(sqlite_store).publish(make_run({"a": 0.5}))
    ModelVersionRepository(sqlite_store).promote(champion)

    text = client.get(address).text.replace("http://www.w3.org/2000/svg", "")

    assert not re.findall(r"https?://|(?:src|href)=[\"']//|@import|url\((?!#)", text)
    if not address.startswith("/static"):
        inline = r"<script(?![^>]*\ssrc=\"/static/)|<script[^>]*>[^<]|<style|\sstyle=|\son\w+="
        assert not re.findall(inline, text)


def test_the_style_sheet_is_served_as_such(client):
    answer = client.get("/static/console.css")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/css")


@pytest.mark.parametrize("address", ["/static/../pages.py", "/static/%2e%2e/pages.py"])
def test_only_the_static_folder_is_served(client, address):
    assert client.get(address).status_code == 404
