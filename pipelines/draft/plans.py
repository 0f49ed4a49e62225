"""Which table of the contract a sheet is, and how its rows find their accounts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from features.contract import CONTRACT, KNOWN_AT, TABLES, Column, Table
from features.contract.synonyms import PERSON_NAMES, TABLE_NAMES
from pipelines.draft.choices import Choice, chosen
from pipelines.draft.filling import filled
from pipelines.draft.looks import Look
from pipelines.draft.matching import SURE, Matched, likely, match
from pipelines.draft.naming import PARTLY, grade, named_like, plain_name
from pipelines.draft.sheets import Sheet
from pipelines.draft.versions import with_versions
from pipelines.ingest.doubts import PLUS_ONE_DAY

ACCEPTED = 0.75
"""The score from which a sheet is taken for a table."""
_FILLED, _JOINED = 0.5, 0.55
_OPTIONAL, _MOST_OPTIONAL, _BY_NAME = 0.06, 0.3, 0.6
_REPEATED, _ONE_EACH, _UNTOLD, _WHOLE, _MANY = 0.5, 0.15, 0.5, 0.8, 0.1
_LINKED = 0.9
_FEW = 20
_MONEY = ("mrr", "ended_at", "cancelled_at", "plan")
_UNION = frozenset(
    {"usage", "interactions", "surveys", "tickets", "invoices", "outcomes", "subscriptions"}
)
"""Tables whose rows may come from several sheets of different columns."""


@dataclass(frozen=True, slots=True)
class Link:
    """How rows that name no account find theirs: through the rows of another sheet.

    Attributes:
        own: the column of the rows.
        through: the plan of the other sheet.
        key: its column with the same values.
    """

    own: Look
    through: "Plan"
    key: Look


@dataclass(frozen=True, slots=True)
class Plan:
    """One sheet as one table of the contract.

    Attributes:
        table: the table.
        sheet: the sheet.
        choices: where its columns come from.
        score: how likely it is that table.
        missing: required columns that nothing was found for.
        refused: columns that have the right name and unfit values, with why.
        link: how rows find their accounts, where they do not name them.
    """

    table: Table
    sheet: Sheet
    choices: dict[str, Choice]
    score: float
    missing: tuple[Column, ...] = ()
    refused: dict[str, tuple[Look, str]] = field(default_factory=dict)
    link: Link | None = None

    @property
    def used(self) -> frozenset[str]:
        """The sheet's columns that the table uses."""
        own = {self.link.own.name} if self.link else set()
        named = {c.source for c in self.taken.values() if c.source}
        inside = {
            look.name
            for look in self.sheet.looks
            if any(look.sql in c.sql for c in self.taken.values())
        }
        return frozenset(own | named | inside)

    @property
    def taken(self) -> dict[str, Choice]:
        """The choices that go into the configuration: required ones, and those well named."""
        return {n: c for n, c in self.choices.items() if c.column.required or c.graded}

    @property
    def asked(self) -> dict[str, Choice]:
        """The choices that a person has to confirm."""
        return {n: c for n, c in self.choices.items() if n not in self.taken}


def ended_after(plan: Plan) -> Plan:
    """A plan whose subscriptions end the day after what is written, which is the last day."""
    end = plan.choices.get("ended_at")
    if plan.table.name != "subscriptions" or end is None or end.unclear:
        return plan
    moved = replace(
        end,
        sql=f"{end.instant}{PLUS_ONE_DAY}",
        plain=False,
        forms=(),
        typed=True,
        note="the day after the last one, as the next row begins a day later",
        ask=True,
    )
    return replace(plan, choices=plan.choices | {"ended_at": moved})


def plan(table: Table, sheet: Sheet, accounts: Collection[str] = (), account: str = "") -> Plan:
    """A sheet as a table of the contract, with how likely that is.

    Args:
        table: the table.
        sheet: the sheet.
        accounts: the ids of the accounts, where they are known.
        account: the sheet's column that is the account's id, where that is known.
    """
    matched = match(table, sheet, accounts, account)
    found = chosen(table, matched)
    more = {choice.column.name: choice for choice in filled(table, sheet, found)}
    order = {name: i for i, name in enumerate((*table.names, KNOWN_AT.name))}
    all_found = with_versions(table, sheet, found | more)
    choices = dict(sorted(all_found.items(), key=lambda item: order[item[0]]))
    missing = tuple(c for c in table.columns if c.required and c.name not in choices)
    score = _score(table, sheet, matched, more)
    return Plan(table, sheet, choices, score, missing, matched.refused)


def _score(table: Table, sheet: Sheet, matched: Matched, more: dict[str, Choice]) -> float:
    required = [c.name for c in table.columns if c.required and c.name != "account_id"]
    grades = [likely(matched, n) or (_FILLED if n in more else 0.0) for n in required]
    base = sum(grades) / len(grades) if grades else likely(matched, "account_id")
    optional = [m.grade for n, m in matched.taken.items() if not table.column(n).required]
    extra = min(_MOST_OPTIONAL, _OPTIONAL * sum(g for g in optional if g >= SURE))
    named = _BY_NAME * named_like(sheet.files.name, TABLE_NAMES[table.name])
    return base + extra + named + _by_shape(table, sheet, matched, bool(named))


def _by_shape(table: Table, sheet: Sheet, matched: Matched, named: bool) -> float:
    """What the rows of an account and the columns that matter say for a table, or against it."""
    account = matched.taken.get("account_id")
    once = account is not None and account.look.unique and sheet.rows > _FEW
    many = account is not None and account.look.distinct < 0.5 * account.look.filled
    if table.name == "accounts":
        return _ONE_EACH if once else -_REPEATED if many else 0.0
    if table.name == "subscriptions":
        started = likely(matched, "started_at") >= PARTLY
        telling = [name for name in _MONEY if likely(matched, name) >= SURE]
        whole = "mrr" in telling and {"ended_at", "cancelled_at"} & set(telling)
        return (_WHOLE if whole else 0.0) if started and telling else -2 * _UNTOLD
    if table.name == "usage" and many:
        return _MANY
    if table.name == "contacts":
        return 0.0 if named or "role" in matched.taken else -_UNTOLD
    return -_UNTOLD / 2 if once and not named else 0.0


def planned(sheets: Sequence[Sheet]) -> tuple[list[Plan], list[Plan]]:
    """The plan of every sheet that is some table, and the best of those that are none.

    Sheets are planned twice: the ids of the accounts, once found, tell the account of others.
    """
    accounts = _accounts(sheets) or _shared(sheets)
    known = accounts.sheet.look(accounts.choices["account_id"].source).ids if accounts else ()
    others = [s for s in sheets if accounts is None or s is not accounts.sheet]
    plans = [best for sheet in others if (best := _best(sheet, known, accounts is not None))]
    found = [accounts, *plans] if accounts else plans
    linked = [_linked(one, found) if _unlinked(one) else one for one in found]
    whole = [one for one in linked if not one.missing and one.score >= ACCEPTED]
    failed = [one for one in linked if one.missing or one.score < ACCEPTED]
    return _both(_one_each(whole), accounts), failed


def _accounts(sheets: Sequence[Sheet]) -> Plan | None:
    """The sheet that holds the accounts."""
    table = TABLES["accounts"]
    plans = [one for s in sheets if not (one := plan(table, s)).missing and _is_best(one)]
    likely_ones = [one for one in plans if one.score >= ACCEPTED]
    return max(likely_ones, key=lambda one: one.score, default=None)


def _shared(sheets: Sequence[Sheet]) -> Plan | None:
    """The sheet with one row for each value of a column that another sheet has too.

    Where no name tells the account, such a column is most likely to be it.
    """
    for sheet in sheets:
        for look in sheet.looks:
            if look.unique and len(look.ids) >= _FEW and _elsewhere(look, sheet, sheets):
                found = plan(TABLES["accounts"], sheet, account=look.name)
                account = replace(found.choices["account_id"], graded=False)
                return replace(found, choices=found.choices | {"account_id": account})
    return None


def _elsewhere(key: Look, sheet: Sheet, sheets: Sequence[Sheet]) -> bool:
    others = (look for other in sheets if other is not sheet for look in other.looks)
    return any(look.name == key.name and _same(look, key) for look in others)


def _is_best(accounts: Plan) -> bool:
    """Whether no other table is as likely; a table without losses has more to say elsewhere."""
    rivals = [plan(t, accounts.sheet) for t in CONTRACT if t.name != "accounts"]
    return all(one.missing or one.score <= accounts.score for one in rivals)


def _best(sheet: Sheet, known: Collection[str], have_accounts: bool) -> Plan | None:
    """The likeliest table of a sheet; one that lacks only its accounts may be linked to them."""
    tables = [t for t in CONTRACT if t.name != "accounts" or not have_accounts]
    plans = [_against(plan(table, sheet, known), known) for table in tables]
    whole = [p for p in plans if not p.missing or _unlinked(p)]
    return max(whole or plans, key=lambda p: (p.score, -len(p.missing)), default=None)


def _against(found: Plan, known: Collection[str]) -> Plan:
    """The plan, without an account that is none of those known."""
    choice = found.choices.get("account_id")
    if not known or choice is None or not choice.source:
        return found
    ids = found.sheet.look(choice.source).ids
    if not ids or any(one in known for one in ids):
        return found
    rest = {n: c for n, c in found.choices.items() if n != "account_id"}
    return replace(found, choices=rest, missing=(choice.column, *found.missing))


def _unlinked(found: Plan) -> bool:
    return [column.name for column in found.missing] == ["account_id"]


def _linked(found: Plan, plans: Sequence[Plan]) -> Plan:
    """The plan with its accounts found through another sheet, where there is one."""
    others = (p for p in plans if p.sheet is not found.sheet and "account_id" in p.choices)
    keys = ((p, k) for p in others for k in p.sheet.looks if k.unique and len(k.ids) >= _FEW)
    links = (Link(o, p, k) for p, k in keys for o in found.sheet.looks if _same(o, k))
    link = next(links, None)
    if link is None:
        return found
    return replace(found, missing=(), link=link, score=found.score + _JOINED / 10)


def _same(own: Look, key: Look) -> bool:
    if not own.ids or (own.numeric and not _named_alike(own, key)):
        return False
    return sum(one in key.ids for one in own.ids) >= _LINKED * len(own.ids)


def _named_alike(own: Look, key: Look) -> bool:
    return grade(own.name, (plain_name(key.name),)) > 0 or grade(own.name, PERSON_NAMES) > 0


def _one_each(plans: Sequence[Plan]) -> list[Plan]:
    """The plans without those of a table that has a better one and takes rows from one alone."""
    kept: list[Plan] = []
    for one in sorted(plans, key=lambda p: -p.score):
        if one.table.name in _UNION or all(k.table is not one.table for k in kept):
            kept.append(one)
    return sorted(kept, key=lambda p: list(TABLES).index(p.table.name))


def _both(plans: list[Plan], accounts: Plan | None) -> list[Plan]:
    """The plans, and the sheet of the accounts as subscriptions where it says when they ended."""
    if accounts is None or any(p.table.name == "subscriptions" for p in plans):
        return plans
    account = accounts.choices["account_id"].source
    found = plan(TABLES["subscriptions"], accounts.sheet, account=account)
    ends = found.taken.get("ended_at") or found.taken.get("cancelled_at")
    if found.missing or ends is None or not ends.graded:
        return plans
    return [plans[0], found, *plans[1:]]
