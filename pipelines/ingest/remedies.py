"""What to do about values that do not fit, said with the values themselves.

What all values that do not fit have in common is looked for, so that the remedy can be copied
into the configuration.
"""

from collections.abc import Sequence

from features.contract import Column, Kind
from pipelines.ingest.written import (
    PARTED_BY_POINT,
    few_forms,
    forms_of,
    plain_numbers,
    since_1970,
    without_points,
)

LOOKED_AT = 500
"""Values of a column that a remedy is sought for: the first ones."""
_USUAL = "Correct it, or compute it from what the source has with `compute`."
_CATEGORY = "Correct it, or map the source's words with a CASE in `compute`."
_NAMED = "Correct it, or name its form: timestamp_formats = ["


def remedy(column: Column, values: Sequence[object]) -> str:
    """What to do about `values` of a column that are not what it expects.

    Args:
        column: the declaration.
        values: those that do not fit, as they were given; only the first `LOOKED_AT` are read.
    """
    texts = [str(value).strip() for value in values[:LOOKED_AT]]
    if column.kind is Kind.CATEGORY:
        return _CATEGORY
    if column.kind is Kind.TIMESTAMP:
        return _since_1970(column.name, texts) or _forms(texts)
    if column.kind in (Kind.MONEY, Kind.NUMBER, Kind.INTEGER):
        return _plain_number(column, texts) or _USUAL
    return _USUAL


def _forms(texts: Sequence[str]) -> str:
    """The forms that the values have; both where a day may as well be a month."""
    fitting = forms_of(texts)
    if len(fitting) == 1:
        return f'{_NAMED}"{fitting[0]}"].'
    if fitting:
        choice = " or ".join(f'"{form}"' for form in fitting)
        return f"{_NAMED}...], with {choice}: which of them, these values do not tell."
    mixed = few_forms(texts)
    listed = ", ".join(f'"{form}"' for form in mixed or ("%d/%m/%Y",))
    return f"{_NAMED}{listed}]."


def _since_1970(name: str, texts: Sequence[str]) -> str:
    found = since_1970(texts)
    return computed(name, found) if found else ""


def _plain_number(column: Column, texts: Sequence[str]) -> str:
    """A decimal comma, thousands that are set apart, or signs of currency taken out."""
    if column.kind is Kind.INTEGER and any("." in text for text in texts):
        parted = all(PARTED_BY_POINT.fullmatch(text) for text in texts)
        return computed(column.name, without_points(texts, numeric=False)) if parted else ""
    found = plain_numbers(texts, coins=column.kind is not Kind.NUMBER)
    if not found:
        return ""
    meant = "are decimal" if ".')" in found[-1] else "part thousands"
    unclear = f" If commas {meant}: {found[1]}." if len(found) > 1 else ""
    return computed(column.name, found[0]) + unclear


def computed(name: str, expression: str) -> str:
    """The remedy that computes a column by an expression over COLUMN."""
    return (
        f'Correct it, or compute it: compute = {{ {name} = "{expression}" }}, where COLUMN is '
        f"what the source calls it (and take {name} out of `rename`)."
    )
