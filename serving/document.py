"""The OpenAPI description: problems by their own type, what needs a key, and examples.

Examples are put together from those that the fields declare, so that there is one place to
keep them right.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI

from serving.problems import MEDIA_TYPE

JSON = "application/json"
SCHEME = "key"
KEY_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key that `forewarn keys create` made: `Authorization: Bearer fw_...`."
    " On loopback, where only this machine can ask, none is needed.",
}
UNSAID: Mapping[str, Any] = {
    "object": {}, "string": "", "boolean": False, "integer": 0, "number": 0.0,
}  # fmt: skip
"""Stands for a value of which nothing is known but its type."""

Document = dict[str, Any]


class DescribedApp(FastAPI):
    """FastAPI whose description is complete; made once, when first asked for."""

    def openapi(self) -> Document:
        """The OpenAPI document."""
        if self.openapi_schema is None:
            complete(super().openapi())
        return super().openapi()


def complete(document: Document) -> None:
    """Add to FastAPI's document, in place, what it does not know."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    document["components"]["securitySchemes"] = {SCHEME: KEY_SCHEME}
    for operation in operations(document):
        _name_problems(operation)
        if "401" in operation["responses"]:
            operation["security"] = [{SCHEME: []}]
        _give_examples(operation, schemas)


def operations(document: Document) -> Iterator[Document]:
    """Every operation of every path."""
    for methods in document["paths"].values():
        yield from methods.values()


def _name_problems(operation: Document) -> None:
    """FastAPI documents every answer as application/json; problems have a type of their own."""
    for status, response in operation["responses"].items():
        if status >= "400":
            content = response["content"]
            content.setdefault(MEDIA_TYPE, {}).update(content.pop(JSON))


def _give_examples(operation: Document, schemas: Document) -> None:
    for parameter in operation.get("parameters", ()):
        found = example(parameter["schema"], schemas)
        if found not in (None, "", []):
            parameter.setdefault("example", found)
    bodies = [operation["requestBody"]] if "requestBody" in operation else []
    for part in [*bodies, *operation["responses"].values()]:
        for media in part.get("content", {}).values():
            if "examples" not in media and media.get("schema"):
                media.setdefault("example", example(media["schema"], schemas))


def example(schema: Document, schemas: Document) -> Any:
    """A value that a schema describes, from the examples and defaults it declares.

    Args:
        schema: a JSON schema as FastAPI writes it.
        schemas: what references lead to, by name.
    """
    for given in (schema.get("examples"), schema.get("enum")):
        if given:
            return given[0]
    for key in ("const", "default"):
        if schema.get(key) is not None:
            return schema[key]
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "anyOf" in schema:
        return example(schema["anyOf"][0], schemas)
    if schema.get("type") == "array":
        return [example(schema["items"], schemas)]
    if "properties" in schema:
        return {name: example(each, schemas) for name, each in schema["properties"].items()}
    return UNSAID.get(schema.get("type", ""))
