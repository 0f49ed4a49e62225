"""The OpenAPI description flattened into what one plain page prints."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter or a property."""

    name: str
    kind: str
    note: str
    description: str
    example: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address."""

    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Field, ...]
    responses: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """One schema."""

    name: str
    description: str
    fields: tuple[Field, ...]


def operations(document: Schema) -> tuple[Operation, ...]:
    """Every operation of an OpenAPI document, in its order."""
    return tuple(
        _operation(path, method, found)
        for path, methods in document["paths"].items()
        for method, found in methods.items()
    )


def shapes(document: Schema) -> tuple[Shape, ...]:
    """Every schema, by name."""
    schemas = document["components"]["schemas"]
    return tuple(_shape(name, schemas[name]) for name in sorted(schemas))


def _operation(path: str, method: str, found: Schema) -> Operation:
    return Operation(
        method=method.upper(),
        path=path,
        summary=found["summary"],
        description=found.get("description", ""),
        parameters=tuple(_parameter(each) for each in found.get("parameters", ())),
        responses=tuple(
            (status, each["description"], _content(each))
            for status, each in sorted(found["responses"].items())
        ),
    )


def _content(response: Schema) -> str:
    return " ".join(kind(media["schema"]) for media in response.get("content", {}).values())


def _parameter(found: Schema) -> Field:
    note = f"in {found['in']}{', required' if found.get('required') else ''}"
    return _field(found["name"], found["schema"], note, found.get("description", ""))


def _shape(name: str, schema: Schema) -> Shape:
    required = set(schema.get("required", ()))
    fields = (
        _field(each, found, "" if each in required else "optional", found.get("description", ""))
        for each, found in schema.get("properties", {}).items()
    )
    words = [schema.get("description", "")]
    if "enum" in schema:
        words.append(f"One of {', '.join(schema['enum'])}.")
    return Shape(name, " ".join(words), tuple(fields))


def _field(name: str, schema: Schema, note: str, description: str) -> Field:
    notes = [note, *_limits(schema)]
    examples = schema.get("examples") or [""]
    shown = "" if isinstance(examples[0], dict) else str(examples[0])
    return Field(name, kind(schema), ", ".join(filter(None, notes)), description, shown)


def _limits(schema: Schema) -> list[str]:
    words = {"minimum": "at least", "maximum": "at most", "maxLength": "characters at most"}
    limits = [f"{words[key]} {schema[key]}" for key in words if key in schema]
    default = schema.get("default")
    return [*limits, f"default {default}"] if isinstance(default, int | str) else limits


def kind(schema: Schema) -> str:
    """A schema in a few words: `integer`, `list of AccountOut`, `number or null`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(kind(each) for each in schema["anyOf"])
    if "const" in schema:
        return f"“{schema['const']}”"
    if schema.get("type") == "array":
        return f"list of {kind(schema['items'])}"
    return str(schema.get("format") or schema.get("type", "any"))
