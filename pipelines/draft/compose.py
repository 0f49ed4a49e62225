"""The draft as TOML: what is taken, what wants a decision, and what is left over."""

import json
from collections.abc import Iterator, Sequence

from features.contract import KNOWN_AT, TABLES, Column
from features.contract.synonyms import LOADED
from pipelines.draft.choices import Choice
from pipelines.draft.draft import Draft
from pipelines.draft.naming import column_name
from pipelines.draft.plans import Plan
from pipelines.draft.selects import accounts_of, columns_of, left_over, needs_sql, select_of
from pipelines.draft.sheets import Sheet

ASK = "# ?"
_HEAD = (
    "# Drafted by `forewarn init` from names and values: read it, correct it, `forewarn check`.\n"
    f'# Lines that begin with "{ASK}" want a decision; docs/contract.md tells what columns are.\n'
)
_WIDTH = 34


def compose(draft: Draft, trial: bool = False) -> str:
    """The configuration's text.

    Args:
        draft: what was found.
        trial: let the first of several forms of dates stand, to see what the rows would be.
    """
    tables = [*([] if draft.of("accounts") or not draft.derived else ["accounts"]), *draft.tables]
    parts = [_HEAD, _company(draft), *(_input(sheet) for sheet in _inputs(draft))]
    parts += ["\n".join(_source(draft, table, trial)) + "\n" for table in tables]
    parts += list(_outcome(draft))
    return "\n".join(parts)


def _company(draft: Draft) -> str:
    lines = ["[company]", _line('name = ""', "shown in the console and in reports")]
    if draft.currencies:
        lines.append(f"currency = {_text(draft.currencies[0])}")
    else:
        lines.append(f'{ASK} currency = "EUR"')
    for other in draft.currencies[1:]:
        lines += ["", f"{ASK} [[rates]]", f"{ASK} currency = {_text(other)}"]
        lines += [f"{ASK} from = 2015-01-01", f'{ASK} rate = "1.00"']
    return "\n".join(lines) + "\n"


def _inputs(draft: Draft) -> list[Sheet]:
    """The sheets that SQL reads, each once."""
    plans = [p for table in draft.tables if needs_sql(draft, table) for p in draft.of(table)]
    through = [plan.link.through for plan in plans if plan.link]
    used = {id(p.sheet): p.sheet for p in (*draft.derived, *plans, *through)}
    return list(used.values())


def _input(sheet: Sheet) -> str:
    return "\n".join([f"[inputs.{sheet.name}]", *_files([sheet])]) + "\n"


def _files(sheets: Sequence[Sheet]) -> Iterator[str]:
    patterns = [sheet.files.pattern for sheet in sheets]
    yield f"files = {_text(patterns[0]) if len(patterns) == 1 else _list(patterns)}"
    for key, value in sheets[0].files.settings.items():
        yield f"{key} = {_text(value)}"


def _source(draft: Draft, table: str, trial: bool) -> Iterator[str]:
    plans = draft.of(table)
    yield f"# {TABLES[table].meaning}"
    yield f"[sources.{table}]"
    if not plans:
        yield f"sql = {_block(accounts_of(draft))}"
        return
    if needs_sql(draft, table):
        yield from _formats(plans, trial)
        yield f"sql = {_block(select_of(draft, table))}"
        for plan in plans:
            yield from _asked(draft, plan)
        return
    yield from _files([plans[0].sheet])
    yield from _formats(plans, trial)
    yield from _columns(draft, plans[0])


def _formats(plans: Sequence[Plan], trial: bool) -> Iterator[str]:
    """The forms of all dates; where they are unclear, a question."""
    taken = [choice for plan in plans for choice in plan.taken.values() if choice.forms]
    asked = [choice for choice in taken if choice.unclear]
    wanted = [choice.forms[0] for choice in taken if trial or not choice.unclear]
    told = dict.fromkeys(form for form in wanted)
    if told:
        yield f"timestamp_formats = {_list(list(told))}"
    if asked and not trial:
        others = " or ".join(_text(form) for form in asked[0].forms[1:])
        columns = ", ".join(dict.fromkeys(choice.source for choice in asked))
        first = dict.fromkeys([*told, *(choice.forms[0] for choice in asked)])
        yield _line(
            f"{ASK} timestamp_formats = {_list(list(first))}",
            f"or {others}: the values do not tell which ({columns})",
        )


def _columns(draft: Draft, plan: Plan) -> Iterator[str]:
    """Which columns are taken, under their own names, renamed or computed."""
    taken = columns_of(draft, plan)
    renamed = [
        _line(f"{name} = {_text(choice.source)}", _about(choice))
        for name, choice in taken.items()
        if choice.plain and choice.source.casefold() != name
    ]
    computed = [
        _line(f"{name} = {_text(choice.sql)}", _about(choice))
        for name, choice in taken.items()
        if not choice.plain
    ]
    renamed += _asked(draft, plan)
    computed += _shadowed(plan, taken)
    for section, lines in (("rename", renamed), ("compute", computed)):
        if lines:
            yield f"\n[sources.{plan.table.name}.{section}]"
            yield from lines
    left = left_over(draft, plan.sheet)
    if left:
        yield f"\n# not used: {', '.join(left)}"


def _asked(draft: Draft, plan: Plan) -> Iterator[str]:
    for name, choice in plan.asked.items():
        yield _line(f"{ASK} {name} = {_text(choice.source)}", _about(choice))
    for (table, name), reason in draft.spoilt.items():
        if table == plan.table.name and name in plan.choices:
            yield _line(f"{ASK} {name} = {_text(plan.choices[name].source)}", reason)
    for name, (look, reason) in plan.refused.items():
        if name not in plan.choices:
            yield _line(f"{ASK} {name} = {_text(look.name)}", reason)
    for look in plan.sheet.looks:
        if column_name(look.name) in LOADED and look.name not in plan.used and not look.nested:
            about = f"{KNOWN_AT.meaning}; only if an export never writes it anew"
            yield _line(f"{ASK} {KNOWN_AT.name} = {_text(look.name)}", about)


def _shadowed(plan: Plan, taken: dict[str, Choice]) -> Iterator[str]:
    """Columns that bear a name of the contract and are not what it means by it."""
    own = {look.name.casefold() for look in plan.sheet.looks if not look.nested}
    for name in plan.table.names:
        if name in own and name not in taken:
            yield _line(f'{name} = "NULL"', "the file's own column is not taken for it")


def _about(choice: Choice) -> str:
    others = f"or {', '.join(choice.others)}" if choice.others and not choice.sure else ""
    return "; ".join(part for part in (_meaning(choice.column), others, choice.note) if part)


def _meaning(column: Column) -> str:
    return f"{column.meaning} ({column.unit})" if column.unit else column.meaning


def _outcome(draft: Draft) -> Iterator[str]:
    found = draft.outcome
    if found is None:
        return
    lines = [f"# {found.why}", *(f"{ASK} {doubt}" for doubt in found.doubts), "[outcome]"]
    lines.append(f"name = {_text(found.name)}")
    if found.name == "lapse":
        lines += [f"silent_days = {found.silent_days}", f"activity = {_text(found.activity)}"]
    if found.events:
        lines.append(f"events = {_list(found.events)}")
    if found.derive and "subscriptions" in draft.tables:
        lines.append(f"derive = {_text(found.derive)}")
    yield "\n".join(lines) + "\n"


def _line(code: str, comment: str) -> str:
    return f"{code.ljust(_WIDTH)} # {' '.join(comment.split())}" if comment else code


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(values: Sequence[str]) -> str:
    return f"[{', '.join(map(_text, values))}]"


def _block(sql: str) -> str:
    return '"""\n' + sql.replace("\\", "\\\\").replace('"""', '""\\"') + '\n"""'
