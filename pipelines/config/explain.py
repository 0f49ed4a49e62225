"""What pydantic found wrong, in our words: the key, the value, what is allowed."""

import types
import typing
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from pipelines.config.models import Config
from pipelines.config.positions import Path
from pipelines.config.rules import Trouble
from pipelines.ingest.problems import suggestion


def explain(raw: dict[str, Any], details: ErrorDetails) -> Trouble:
    """Turn one error of pydantic into what is wrong, where, and what to do."""
    path = _written(raw, details["loc"])
    kind = details["type"]
    if kind == "extra_forbidden":
        known = sorted(_keys(_model(path[:-1])))
        return Trouble(path, "there is no such key", suggestion(str(path[-1]), known))
    if kind == "missing":
        return Trouble(path, "it is missing", _meaning(path))
    value = details["input"]
    given = None if isinstance(value, dict) else value
    return Trouble(path, _reason(details), _meaning(path), given)


def _reason(details: ErrorDetails) -> str:
    message = details["msg"].removeprefix("Value error, ")
    if details["type"] == "string_pattern_mismatch":
        return "it does not have the right form"
    return message[0].lower() + message[1:]


def _written(raw: object, loc: Path) -> Path:
    """`loc` without the steps pydantic adds that are not keys of the file."""
    path: list[str | int] = []
    for step in loc:
        if isinstance(raw, dict):
            raw = raw.get(step)
        elif isinstance(raw, list) and isinstance(step, int) and step < len(raw):
            raw = raw[step]
        elif path and path[-1] == step:
            continue
        path.append(step)
    return tuple(path)


def _meaning(path: Path) -> str:
    """What the key is for; of a key that users name themselves, what its section is for."""
    while path:
        field = _field(path)
        if field is not None and field.description:
            return f"Meaning: {field.description}."
        path = path[:-1]
    return "Compare it with the documentation."


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _field(path: Path) -> FieldInfo | None:
    names = [step for step in path if isinstance(step, str)]
    model = _model(tuple(path[:-1]))
    fields = {f.alias or n: f for n, f in model.model_fields.items()}
    return fields.get(names[-1]) if names else None


def _model(path: Path) -> type[BaseModel]:
    """The section that the keys of `path` lead to."""
    model: type[BaseModel] = Config
    for step in path:
        if isinstance(step, str) and step in model.model_fields:
            model = _section_of(model.model_fields[step].annotation) or model
    return model


def _section_of(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    inner = (_section_of(argument) for argument in typing.get_args(annotation))
    return next((found for found in inner if found), None)
