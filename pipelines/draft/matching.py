"""Which column of a sheet is which column of the contract, by names and by values."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from features.contract import Column, Kind, Table
from features.contract.other_words import RIGHT_NOW
from features.contract.synonyms import (
    ACCOUNT_NAMES,
    COLUMN_NAMES,
    PERSON_NAMES,
    TABLE_NAMES,
    WHEN,
    Names,
)
from pipelines.draft.looks import GOOD, Look, Reading
from pipelines.draft.mixed_dates import EXCEL
from pipelines.draft.naming import column_name, grade, plain_name
from pipelines.draft.sheets import Sheet

SURE = 0.7
"""The grade from which a mapping is taken without asking."""
READABLE = 0.6
"""The share of readable values below which a column cannot be a required one."""
_PERSON, _BY_VALUES, _ALONE = 0.62, 0.85, 0.6
_SHARED, _STRANGE = 0.5, 0.02
_FEW_IDS = 3
_CODE = 3
_MANY = 20
_AHEAD = 0.004


@dataclass(frozen=True, slots=True)
class Match:
    """A column of a sheet that may be a column of the contract.

    Attributes:
        look: the sheet's column.
        grade: how well it is the contract's, from 0 to 1.
        reading: how its values are read.
    """

    look: Look
    grade: float
    reading: Reading


@dataclass(frozen=True, slots=True)
class Matched:
    """What was found of a table's columns in a sheet.

    Attributes:
        taken: the best match of each column that has one.
        others: what else each column might be, the likelier first.
        refused: columns of the contract's own or a like name whose values do not fit, with why.
    """

    taken: dict[str, Match] = field(default_factory=dict)
    others: dict[str, tuple[Match, ...]] = field(default_factory=dict)
    refused: dict[str, tuple[Look, str]] = field(default_factory=dict)

    def sure(self, name: str) -> bool:
        """Whether a column's best match needs no asking."""
        found = self.taken[name]
        rivals = [o.grade for o in self.others.get(name, ()) if o.look is not found.look]
        alone = not rivals or found.grade - max(rivals) > _AHEAD
        return found.grade >= SURE and alone


def known_names(table: Table, column: Column) -> Names:
    """Every name under which a column is looked for, the likelier first."""
    own = (column.name,)
    listed = COLUMN_NAMES.get(table.name, {}).get(column.name, ())
    more: Names = ()
    if column.name == "account_id":
        more = ACCOUNT_NAMES
    elif column.name == table.occurred and table.name not in ("accounts", "subscriptions"):
        more = WHEN
    return tuple(dict.fromkeys(map(column_name, (*own, *listed, *more))))


def match(table: Table, sheet: Sheet, accounts: Collection[str] = (), account: str = "") -> Matched:
    """Find a table's columns in a sheet.

    Args:
        table: the table of the contract.
        sheet: the sheet.
        accounts: the ids of the accounts, where they are known.
        account: the sheet's column that is the account's id, where that is known.
    """
    found = Matched()
    options = {c.name: _options(table, c, sheet, accounts, found) for c in table.columns}
    if account:
        options["account_id"] = [Match(sheet.look(account), 1.0, Reading())]
    used: set[str] = set()
    for name, option in _in_order(table, options):
        if name in found.taken or option.look.name in used:
            continue
        found.taken[name] = option
        used.add(option.look.name)
    _only_one_left(table, sheet, found, used)
    for name, taken in found.taken.items():
        rest = [o for o in options[name] if o.look is not taken.look and o.look.name not in used]
        found.others[name] = tuple(rest[:3])
    return found


def _in_order(table: Table, options: Mapping[str, Sequence[Match]]) -> list[tuple[str, Match]]:
    """All options; those of the account first, then the better ones."""
    flat = [(name, option) for name, several in options.items() for option in several]
    return sorted(flat, key=lambda o: (o[0] != "account_id", -o[1].grade, table.names.index(o[0])))


def _options(
    table: Table, column: Column, sheet: Sheet, accounts: Collection[str], found: Matched
) -> list[Match]:
    """The columns of a sheet that may be a column of the contract, the likeliest first."""
    options = []
    for look in sheet.looks:
        graded = _grade(table, column, look, accounts)
        if graded <= 0 or not look.filled:
            continue
        reading = look.read_as(table.name, column)
        least = READABLE if column.required else GOOD
        reason = "" if reading.fits >= least else _unread(column, reading, sheet, look)
        reason = reason or _unlikely(table, column, look)
        if reason:
            if graded >= SURE:
                found.refused.setdefault(column.name, (look, reason))
        else:
            options.append(Match(look, graded, reading))
    return sorted(options, key=lambda option: -option.grade)


def _unread(column: Column, reading: Reading, sheet: Sheet, look: Look) -> str:
    """Why values cannot be read; of dates how they are written, and where the odd ones stand."""
    unfit = f"its values are not {column.expects}"
    if column.kind is not Kind.TIMESTAMP or not reading.note:
        return unfit
    odd = ", ".join(f"{text!r} in row {sheet.row_of(look, text)}" for text in reading.odd)
    remedy = "write them in one form, or name the forms in timestamp_formats"
    return f"{unfit}: {reading.note}{f' ({odd})' if odd else ''}; {remedy}"


def _grade(table: Table, column: Column, look: Look, accounts: Collection[str]) -> float:
    by_name = grade(look.name, known_names(table, column), TABLE_NAMES[table.name])
    if look.nested and not by_name:
        by_name = grade(look.name.split(".")[-1], known_names(table, column))
    if column.name != "account_id":
        return by_name
    person = grade(look.name, PERSON_NAMES) * _PERSON
    if person > by_name and accounts and not any(one in accounts for one in look.ids):
        return by_name
    return _with_values(max(by_name, person), look, accounts)


def _with_values(by_name: float, look: Look, accounts: Collection[str]) -> float:
    """The grade of a column as the account's id, with what its values have in common with them."""
    if not accounts or not look.ids:
        return by_name
    shared = sum(one in accounts for one in look.ids) / len(look.ids)
    telling = len(look.ids) >= _FEW_IDS and not (look.numeric and not by_name)
    if shared >= _SHARED and telling:
        return max(by_name, _BY_VALUES) + shared / 10
    return by_name * 0.5 if shared < _STRANGE else by_name


def _unlikely(table: Table, column: Column, look: Look) -> str:
    """Why values that can be read are not likely to be those of a column."""
    alone = table.key == (column.name,) or table.optional_key == column.name
    if alone and table.name != "accounts" and not look.unique:
        return "its values come more than once, and rows of one id are versions of one fact"
    if column.name == "event" and look.distinct > max(_MANY, look.filled / 2):
        return "nearly every row has another one"
    if column.kind is Kind.ID and not look.ids:
        return "its values are no ids"
    if column.name == "currency" and not all(len(t) == _CODE and t.isalpha() for t in look.texts):
        return "its values are no ISO 4217 codes"
    if column.name == "renews_at" and RIGHT_NOW & set(plain_name(look.name).split()):
        return "it is written over at every renewal, so that a past date would see what came later"
    return ""


def _only_one_left(table: Table, sheet: Sheet, found: Matched, used: set[str]) -> None:
    """A required date that no name tells is the only one there is."""
    column = table.column(table.occurred)
    if not column.required or column.name in {*found.taken, *found.refused}:
        return
    dates = [
        Match(look, _ALONE, reading)
        for look in sheet.looks
        if look.name not in used and look.filled
        for reading in [look.read_as(table.name, column)]
        if reading.fits >= READABLE and not _may_be_numbers(reading)
    ]
    if len(dates) == 1:
        found.taken[column.name] = dates[0]
        used.add(dates[0].look.name)


def _may_be_numbers(reading: Reading) -> bool:
    """Whether the dates may as well be numbers of something else."""
    counted = "1970" in reading.note or EXCEL in reading.note
    return counted or reading.forms == ("%Y%m%d",)


def likely(matched: Matched, name: str) -> float:
    """The grade of a column's match; 0 where it has none."""
    found = matched.taken.get(name)
    return found.grade if found else 0.0
