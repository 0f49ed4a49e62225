"""What a changed API takes from the programs that use it, told from two OpenAPI documents.

An answer may gain fields, and a request may gain what need not be said; anything that a program
written against the older document can stumble over is a break.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]
ANYTHING = frozenset({"anything"})
LOWER, UPPER = ("minimum", "minLength", "minItems"), ("maximum", "maxLength", "maxItems")


@dataclass(frozen=True, slots=True)
class Leaf:
    """What one place of a request or an answer may hold.

    Attributes:
        types: JSON types, with formats and, for words, the words.
        required: whether it is always there.
        limits: such as maxLength, by name.
    """

    types: frozenset[str]
    required: bool
    limits: Mapping[str, float]


def breaks(before: Document, after: Document) -> list[str]:
    """Everything in which `after` refuses or leaves out what `before` promised, as sentences."""
    found: list[str] = []
    for path, methods in before["paths"].items():
        for method, old in methods.items():
            name = f"{method.upper()} {path}"
            new = after["paths"].get(path, {}).get(method)
            if new is None:
                found.append(f"{name} is gone")
                continue
            found += [f"{name}: {what}" for what in _asked(old, new, before, after)]
            found += [f"{name}: {what}" for what in _answered(old, new, before, after)]
    return found


def _asked(old: Document, new: Document, before: Document, after: Document) -> Iterator[str]:
    was, now = _request(old, before), _request(new, after)
    for place, leaf in was.items():
        if place not in now:
            yield f"{place} is no longer taken"
            continue
        yield from _narrower(place, leaf, now[place])
    for place in now.keys() - was.keys():
        if now[place].required and _parent_known(place, was):
            yield f"{place} is new and must be given"


def _parent_known(place: str, was: Mapping[str, Leaf]) -> bool:
    """Whether the place is the topmost new one, so that one change is told once."""
    parent = place.rpartition(".")[0]
    return not parent or parent in was


def _narrower(place: str, was: Leaf, now: Leaf) -> Iterator[str]:
    gone = was.types - now.types
    if gone and now.types != ANYTHING:
        yield f"{place} may no longer be {', '.join(sorted(gone))}"
    if now.required and not was.required:
        yield f"{place} must be given now"
    for name in LOWER:
        if now.limits.get(name, float("-inf")) > was.limits.get(name, float("-inf")):
            yield f"{place}: {name} is {now.limits[name]:g} now"
    for name in UPPER:
        if now.limits.get(name, float("inf")) < was.limits.get(name, float("inf")):
            yield f"{place}: {name} is {now.limits[name]:g} now"


def _answered(old: Document, new: Document, before: Document, after: Document) -> Iterator[str]:
    for status in (each for each in old["responses"] if each < "400"):
        if status not in new["responses"]:
            yield f"no answer {status} any more"
            continue
        was = _body(old["responses"][status], before)
        now = _body(new["responses"][status], after)
        for place, leaf in was.items():
            if place not in now:
                yield f"answer {status}: {place} is gone"
                continue
            added = now[place].types - leaf.types
            if added and leaf.types != ANYTHING:
                yield f"answer {status}: {place} may be {', '.join(sorted(added))} now"
            if leaf.required and not now[place].required:
                yield f"answer {status}: {place} may be missing now"


def _request(operation: Document, document: Document) -> dict[str, Leaf]:
    found: dict[str, Leaf] = {}
    for each in operation.get("parameters", ()):
        name = f"{each['in']} parameter {each['name']}"
        found |= _leaves(each["schema"], document, name, each.get("required", False))
    if "requestBody" in operation:
        found |= _body(operation["requestBody"], document)
    return found


def _body(part: Document, document: Document) -> dict[str, Leaf]:
    media = part.get("content", {})
    return {
        place: leaf
        for each in media.values()
        if each.get("schema")
        for place, leaf in _leaves(each["schema"], document, "body", True).items()
    }


def _leaves(schema: Document, document: Document, place: str, required: bool) -> dict[str, Leaf]:
    """Every place below a schema, each with what it may hold; `[]` stands for list items."""
    choices = list(_choices(schema, document))
    limits = {k: v for each in choices for k, v in each.items() if k in (*LOWER, *UPPER)}
    types = frozenset(word for each in choices for word in _types(each)) or ANYTHING
    found = {place: Leaf(types, required, limits)}
    for each in choices:
        if "items" in each:
            found |= _leaves(each["items"], document, f"{place}[]", False)
        always = each.get("required", ())
        for name, child in each.get("properties", {}).items():
            found |= _leaves(child, document, f"{place}.{name}", name in always)
    return found


def _choices(schema: Document, document: Document) -> Iterator[Document]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from _choices(document["components"]["schemas"][name], document)
    elif "anyOf" in schema:
        for each in schema["anyOf"]:
            yield from _choices(each, document)
    else:
        yield schema


def _types(schema: Document) -> Iterator[str]:
    if "const" in schema or "enum" in schema:
        yield from (repr(word) for word in schema.get("enum", [schema.get("const")]))
    elif "type" in schema:
        yield " ".join(filter(None, [schema["type"], schema.get("format", "")]))
