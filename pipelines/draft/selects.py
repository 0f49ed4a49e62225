"""SQL for tables whose rows come from several sheets, or through another one."""

from collections.abc import Mapping

from features.contract import TABLES
from pipelines.draft.answers import answers, questions
from pipelines.draft.choices import Choice
from pipelines.draft.draft import Draft
from pipelines.draft.events import beside, named, numbers, used_by_events
from pipelines.draft.looks import Look
from pipelines.draft.matching import match
from pipelines.draft.plans import Plan
from pipelines.draft.sheets import Sheet
from pipelines.ingest.engine import query

_KEPT = ("name", "industry", "region", "csm")
"""What an account's rows in logs may say of it."""
_SAME = 1.1


def needs_sql(draft: Draft, table: str) -> bool:
    """Whether a table's rows cannot be taken from its files as they are."""
    plans = draft.of(table)
    if len(plans) != 1 or plans[0].link is not None:
        return True
    return bool(numbers(plans[0]) or questions(plans[0]))


def select_of(draft: Draft, table: str) -> str:
    """The query that gives a table's rows."""
    parts = []
    for plan in draft.of(table):
        columns = columns_of(draft, plan)
        asked = answers(plan)
        for one in asked:
            own = {n: c.sql for n, c in columns.items() if n != "event_id"}
            parts.append(f"{_select(plan, own | one)}\nwhere {one['score']} is not null")
        if not asked:
            parts.append(_select(plan, {name: choice.sql for name, choice in columns.items()}))
        for event, quantity in beside(plan):
            own = {n: c.sql for n, c in columns.items() if n not in ("quantity", "event_id")}
            parts.append(_select(plan, own | {"event": event, "quantity": quantity}))
    return "\nunion all by name\n".join(parts)


def columns_of(draft: Draft, plan: Plan) -> dict[str, Choice]:
    """The choices of a plan that are written, the event by its full name."""
    taken = {n: c for n, c in plan.taken.items() if (plan.table.name, n) not in draft.spoilt}
    return taken | ({"event": named(plan)} if plan.table.name == "usage" else {})


def _select(plan: Plan, columns: Mapping[str, str]) -> str:
    through = {"account_id": "linked_account"} if plan.link else {}
    listed = ",\n    ".join(f"{sql} as {name}" for name, sql in (through | dict(columns)).items())
    return f"select {listed}\nfrom {plan.sheet.name}{_join(plan)}"


def _join(plan: Plan) -> str:
    link = plan.link
    if link is None:
        return ""
    account = link.through.choices["account_id"].sql
    own, key = link.own.sql, link.key.sql
    if link.own.type != link.key.type:
        own, key = f"cast({own} as varchar)", f"cast({key} as varchar)"
    return (
        f"\njoin (select distinct {key} as link, {account} as linked_account\n"
        f"    from {link.through.sheet.name}) on {own} = link"
    )


def accounts_of(draft: Draft) -> str:
    """The query that takes the accounts from the rows of other tables."""
    plans = draft.derived
    dated = [plan for plan in plans if not plan.choices[plan.table.occurred].unclear]
    kept = _kept(plans[0]) if len(plans) == 1 else {}
    parts = [_of_account(plan, plan in dated, kept) for plan in plans]
    created = ["min(began) as created_at"] if dated else []
    columns = ["account_id", *(f"any_value({name}) as {name}" for name in kept), *created]
    rows = "\n    union all by name\n".join(f"    {part}" for part in parts)
    selected = f"select {', '.join(columns)}\nfrom (\n{rows}\n)"
    return f"{selected}\nwhere account_id is not null\ngroup by account_id"


def _of_account(plan: Plan, dated: bool, kept: Mapping[str, str]) -> str:
    at = [f"{plan.choices[plan.table.occurred].instant} as began"] if dated else []
    own = [f"{plan.choices['account_id'].sql} as account_id", *at]
    own += [f"{sql} as {name}" for name, sql in kept.items()]
    return f"select {', '.join(own)} from {plan.sheet.name}"


def used_by_accounts(draft: Draft, plan: Plan) -> list[str]:
    """The columns of a plan's sheet that say something of the accounts that are derived from it."""
    if draft.derived != [plan]:
        return []
    return [look.name for look in plan.sheet.looks if look.sql in _kept(plan).values()]


def _kept(plan: Plan) -> dict[str, str]:
    """What the rows say of the account itself, in columns that the table does not use."""
    matched = match(TABLES["accounts"], plan.sheet)
    sure = {n: matched.taken[n].look for n in _KEPT if n in matched.taken and matched.sure(n)}
    return {
        name: look.sql
        for name, look in sure.items()
        if look.name not in plan.used and _one_for_each(plan, look)
    }


def _one_for_each(plan: Plan, look: Look) -> bool:
    """Whether (all but) every account has one value in a column."""
    account = plan.choices["account_id"].sql
    counts = f"count(DISTINCT ({account}, {look.sql})) AS pairs, count(DISTINCT {account}) AS ids"
    found = query(f"SELECT {counts} FROM t WHERE {look.sql} IS NOT NULL", {"t": plan.sheet.table})
    row = found.to_pylist()[0]
    return bool(row["pairs"] <= _SAME * row["ids"])


def left_over(draft: Draft, sheet: Sheet) -> list[str]:
    """The columns of a sheet that nothing uses; of nested values the parts count, not the whole."""
    used = {look.name.split(".")[0] for look in sheet.looks if look.nested}
    for plan in draft.users_of(sheet):
        used |= {*plan.used, *used_by_events(plan), *used_by_accounts(draft, plan)}
        used |= {look.name for _, look in questions(plan)}
    for plan in draft.plans:
        if plan.link and plan.link.through.sheet is sheet:
            used.add(plan.link.key.name)
    return [look.name for look in sheet.looks if look.name not in used]
