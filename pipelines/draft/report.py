"""What a draft came to, for people and for programs."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.draft.draft import Draft
from pipelines.draft.filling import looked_for
from pipelines.draft.plans import Plan
from pipelines.draft.selects import left_over
from pipelines.draft.sheets import Sheet
from pipelines.ingest.problems import Problem

_NONE = "-"
_WIDEST = 60
_MOST_WRONG = 12


@dataclass(frozen=True)
class Drafted:
    """A draft that was written.

    Attributes:
        draft: what was found.
        path: where the configuration is.
        problems: what the data has wrong when it is read so.
    """

    draft: Draft
    path: Path
    problems: tuple[Problem, ...] = ()

    def summary(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        outcome = self.draft.outcome
        return {
            "written": str(self.path),
            "files": [_row(self.draft, sheet) for sheet in self.draft.sheets],
            "not_read": [{"file": n.path, "reason": n.reason} for n in self.draft.skipped],
            "outcome": None if outcome is None else {"name": outcome.name, "why": outcome.why},
            "decide": decisions(self.draft),
            "problems": len(self.problems),
            "next": self.next,
        }

    def text(self) -> str:
        """As a person reads it."""
        outcome = self.draft.outcome
        parts = [table_of(self.draft)]
        if outcome:
            parts.append(f"what is foretold: {outcome.name}: {outcome.why}")
        asked = decisions(self.draft)
        if asked:
            parts.append("to decide:\n" + "\n".join(f"  {line}" for line in asked))
        if self.problems:
            told = _wrong(self.problems)
            parts.append(f"what the data has wrong (the check tells where):\n{told}")
        parts.append(f"written: {self.path}\nnext: read it, then {self.next}")
        return "\n\n".join(parts)

    @property
    def next(self) -> str:
        """The command to go on with."""
        usual = self.path == Path("forewarn.toml")
        return "forewarn check" if usual else f"forewarn check -c {self.path}"


def _wrong(problems: Sequence[Problem]) -> str:
    """What is wrong, one line for all that are alike; what nothing can be loaded with first."""
    alike = Counter((p.source, p.column, p.reason, p.fatal) for p in problems)
    ordered = sorted(alike.items(), key=lambda item: (not item[0][3], -item[1]))
    lines = []
    for (source, column, reason, fatal), count in ordered[:_MOST_WRONG]:
        place = f"{source}.{column}" if column else source
        lines.append(f"  {place}: {reason}" + ("" if fatal else f" ({count:,} rows)"))
    if len(ordered) > _MOST_WRONG:
        lines.append(f"  and {len(ordered) - _MOST_WRONG} more kinds of problems")
    return "\n".join(lines)


def table_of(draft: Draft) -> str:
    """Every file: the table it is, its rows, the columns used and those left over."""
    head = ("file", "table", "rows", "columns used", "left over")
    rows = [
        (row["file"], ", ".join(row["tables"]) or _NONE, f"{row['rows']:,}",
         _listed(list(row["used"].values())), _listed(row["left_over"]))
        for row in (_row(draft, sheet) for sheet in draft.sheets)
    ]  # fmt: skip
    widths = [max(len(line[i]) for line in (head, *rows)) for i in range(len(head))]
    lines = [_padded(line, widths) for line in (head, *rows)]
    lines += [f"read otherwise: {told}" for sheet in draft.sheets for told in _otherwise(sheet)]
    lines += [f"not read: {one.path}: {one.reason}" for one in draft.skipped]
    return "\n".join(lines)


def _otherwise(sheet: Sheet) -> list[str]:
    """What of a sheet is not read as it stands there."""
    told = dict.fromkeys(warning.reason for warning in sheet.warnings)
    return [f"{sheet.files.pattern}: {reason}" for reason in told]


def _padded(line: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        text.rjust(width) if i == 2 else text.ljust(width)
        for i, (text, width) in enumerate(zip(line, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def _listed(names: Sequence[str]) -> str:
    text = ", ".join(dict.fromkeys(names)) or _NONE
    if len(text) <= _WIDEST:
        return text
    kept = text[: _WIDEST - 12].rsplit(", ", 1)[0]
    return f"{kept}, and {len(set(names)) - kept.count(', ') - 1} more"


def _row(draft: Draft, sheet: Sheet) -> dict[str, Any]:
    plans = draft.users_of(sheet)
    used = {
        f"{plan.table.name}.{name}": choice.source or choice.sql
        for plan in plans
        for name, choice in plan.taken.items()
        if (plan.table.name, name) not in draft.spoilt
    }
    tables = [plan.table.name for plan in plans]
    if any(plan.sheet is sheet for plan in draft.derived):
        tables = ["accounts", *tables]
    return {
        "file": sheet.files.pattern,
        "tables": tables,
        "rows": sheet.rows,
        "used": used,
        "left_over": left_over(draft, sheet),
        "read_otherwise": list(dict.fromkeys(warning.reason for warning in sheet.warnings)),
    }


def decisions(draft: Draft) -> list[str]:
    """What a person has to decide, a line each."""
    lines = of_tables(draft)
    if not draft.currencies:
        lines.append("company.currency: nothing tells it")
    for other in draft.currencies[1:]:
        lines.append(f"rates: amounts in {other} need its rate of exchange")
    return lines + [f"outcome: {said}" for said in (draft.outcome.doubts if draft.outcome else ())]


def of_tables(draft: Draft) -> list[str]:
    """What has to be decided about files and their columns."""
    lines = [line for plan in draft.plans for line in _of_plan(draft, plan)]
    return lines + [line for plan in draft.failed for line in _of_failed(plan)]


def _of_plan(draft: Draft, plan: Plan) -> Iterator[str]:
    for name, choice in plan.choices.items():
        place = f"{plan.table.name}.{name}"
        if choice.unclear:
            forms = " or ".join(choice.forms)
            yield f"{place}: the dates of {choice.source!r} may be {forms}: write it down"
        elif not choice.sure:
            others = f", or {', '.join(map(repr, choice.others))}" if choice.others else ""
            kind = "taken from" if choice.column.required else "left out; may be"
            yield f"{place}: {kind} {choice.source!r}{others}: {choice.column.meaning}?"
        elif choice.ask:
            yield f"{place}: {choice.note}"
    for name, (look, reason) in plan.refused.items():
        if name not in plan.choices:
            yield f"{plan.table.name}.{name}: {look.name!r} was left out: {reason}"
    for (table, name), reason in draft.spoilt.items():
        if table == plan.table.name and name in plan.choices:
            yield f"{table}.{name}: {plan.choices[name].source!r} was left out: {reason}"


def _of_failed(plan: Plan) -> Iterator[str]:
    file = plan.sheet.files.pattern
    if not plan.sheet.rows:
        yield f"{file}: not used; it has no rows"
        return
    if len(plan.sheet.looks) == 1:
        yield f"{file}: not used; it has one column: do the columns' names stand in its first line?"
        return
    if not plan.missing:
        yield f"{file}: not used; nothing says which table it is"
        return
    missing = "; ".join(looked_for(plan.table, column) for column in plan.missing)
    yield f"{file}: not used; as {plan.table.name} it lacks {missing}"
