"""The contract as a page for people, written from the declarations."""

from collections.abc import Sequence

from features.contract.declare import HOW_TO_WRITE, Column, Kind, Table
from features.contract.tables import CONTRACT, CONTRACT_VERSION, KNOWN_AT

_INTRODUCTION = """\
# The contract: what a company brings

Version {version}. This page is written from the declarations in `features/contract/`.

Only {required} and one log from which the outcome can be derived are required. A table
that is not connected gives no signals, never zeros. Columns with a star (\\*) are required:
a row without a value there goes to quarantine. Times without a zone are UTC.

Every table may carry `{known}`: {known_at}. Where it does not, a fact counts as known
since it happened on the first load, and since the load for rows that turn up later.
"""


def contract_page() -> str:
    """The page in Markdown: every table and column, what it means and what may stand there."""
    required = " and ".join(f"`{table.name}`" for table in CONTRACT if table.required)
    introduction = _INTRODUCTION.format(
        version=CONTRACT_VERSION, required=required, known=KNOWN_AT.name, known_at=KNOWN_AT.meaning
    )
    return "\n".join([introduction, _kinds(), *(_table(table) for table in CONTRACT)])


def _kinds() -> str:
    rows = [(f"{kind}", HOW_TO_WRITE[kind]) for kind in Kind]
    return "## How values are written\n\n" + _grid(("kind", "written as"), rows)


def _table(table: Table) -> str:
    rows = [_row(column) for column in table.columns]
    grid = _grid(("column", "kind", "meaning", "may be"), rows)
    title = f"## {table.name}{' (required)' if table.required else ''}"
    return f"{title}\n\n{_capital(table.meaning)}.\n\n{grid}\n{_rules(table)}"


def _row(column: Column) -> tuple[str, str, str, str]:
    star = r"\*" if column.required else ""
    unit = f" ({column.unit})" if column.unit else ""
    return f"`{column.name}`{star}", str(column.kind), f"{column.meaning}{unit}", _may_be(column)


def _may_be(column: Column) -> str:
    """What narrows the kind: words, limits, a default, and when the value is seen."""
    parts = [column.expects] if column.allowed or column.minimum is not None else []
    if column.default:
        parts.append(f"empty means {column.default}")
    if column.hidden_until == column.name:
        parts.append("hidden until it has happened")
    elif column.hidden_until:
        parts.append(f"hidden until `{column.hidden_until}`")
    if column.changes:
        parts.append("changes over time: unsafe for training without `known_at`")
    return "; ".join(parts)


def _rules(table: Table) -> str:
    lines = [f"- A row's fact happens at `{table.occurred}`."]
    if table.announced:
        lines.append(f"- It is known from `{table.announced}` on, where that is earlier.")
    lines.append(_identity(table))
    lines += [f"- `{o.later}` must not lie before `{o.earlier}`." for o in table.orders]
    return "\n".join(lines) + "\n"


def _identity(table: Table) -> str:
    if table.key:
        key = ", ".join(f"`{name}`" for name in table.key)
        return f"- Rows with the same {key} are versions of one fact."
    return (
        f"- Rows with the same `{table.optional_key}` are versions of one fact; without it, "
        "rows identical in every column count once."
    )


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
