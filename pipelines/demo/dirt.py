"""The bad rows that every real export holds: copies of good rows, each broken in one way.

Good rows are never touched, so what a loader keeps after quarantine is exactly the story.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from pipelines.demo.dates import Array
from pipelines.demo.facts import Columns

RAGGED = "__ragged__"
"""A column of flags beside the export's own: the writer cuts such rows short."""
DUPLICATE, ORPHAN, RAGGED_LINE = "duplicate", "orphan_account", "ragged_line"
NOBODY = "ORR-99999"
SMALL = 60


@dataclass(frozen=True, slots=True)
class Flaw:
    """One way to break copies of good rows.

    Attributes:
        name: what is wrong, e.g. unparsable_date.
        share: copies as a share of the good rows; at least one is made, but none in a table of
            fewer than SMALL rows, of which it would be too large a share.
        broken: the bad values by column.
        ragged: the line is cut short in the file.
    """

    name: str
    share: float
    broken: Mapping[str, str] = field(default_factory=dict)
    ragged: bool = False

    @property
    def quarantined(self) -> bool:
        """Whether a loader must refuse the row; an exact duplicate merely counts once."""
        return self.name != DUPLICATE


@dataclass(frozen=True, slots=True)
class Mess:
    """The flaws of one table, and the column that numbers its rows, if any."""

    flaws: tuple[Flaw, ...]
    key: str = ""


def _duplicate(share: float = 0.002) -> Flaw:
    return Flaw(DUPLICATE, share)


def _orphan(column: str, share: float = 0.002) -> Flaw:
    return Flaw(ORPHAN, share, {column: NOBODY})


def _ragged(share: float = 0.001) -> Flaw:
    return Flaw(RAGGED_LINE, share, ragged=True)


def _date(column: str, value: str, share: float = 0.002) -> Flaw:
    return Flaw("unparsable_date", share, {column: value})


def _word(column: str, value: str, share: float = 0.002) -> Flaw:
    return Flaw("unknown_word", share, {column: value})


MESSES: dict[str, Mess] = {
    "accounts": Mess((_duplicate(), _date("signed_up", "soon", 0.001)), "client_no"),
    "subscriptions": Mess(
        (
            _duplicate(),
            _orphan("client_no"),
            Flaw("negative_money", 0.002, {"monthly_fee": "-120.00"}),
            Flaw("ends_before_start", 0.002, {"valid_to": "2001-01-01"}),
            _ragged(),
        ),
        "line_no",
    ),
    "contacts": Mess((_duplicate(), _orphan("account_id"), _date("since", "n/k")), "contact_id"),
    "tickets": Mess(
        (
            _duplicate(),
            _orphan("client_no"),
            _date("opened", "31/02/2025 09:00", 0.003),
            _word("priority", "P0!!", 0.004),
            Flaw("ends_before_start", 0.001, {"solved": "01/01/2001 08:00"}),
            _ragged(0.0005),
        ),
        "number",
    ),
    "interactions": Mess(
        (
            _duplicate(),
            _orphan("account_id"),
            _word("channel", "carrier pigeon", 0.001),
            _date("occurred_at", "2025-13-40 10:00:00", 0.001),
            _ragged(0.0005),
        )
    ),
    "feedback": Mess((_duplicate(), _orphan("client"), _word("kind", "rant")), "ref"),
    "surveys": Mess((_orphan("client_no"), _date("answered_at", "yesterday")), "response"),
    "invoices": Mess(
        (
            _duplicate(),
            _orphan("client_no"),
            _date("issued", "00.00.0000"),
            Flaw("not_a_number", 0.001, {"total": "see annex"}),
        ),
        "invoice_no",
    ),
    "risks": Mess((_orphan("account_id", 0.004), _word("level", "apocalyptic", 0.004)), "risk_id"),
    "outcomes": Mess((_orphan("account_id"), _word("outcome", "vanished"))),
    "interventions": Mess(
        (Flaw("out_of_range", 0.004, {"propensity": "1.7"}), _word("arm", "perhaps"))
    ),
}


def soil(rng: np.random.Generator, columns: Columns, mess: Mess) -> tuple[Columns, dict[str, int]]:
    """Add broken copies behind the rows they copy.

    Returns:
        The table with a RAGGED column, and the number of copies by flaw.
    """
    size = len(next(iter(columns.values())))
    rows, patches, counts = [np.arange(size)], [], {}
    for flaw in mess.flaws if size >= SMALL else ():
        source = rng.choice(size, max(1, round(flaw.share * size)), replace=False)
        patches.append((sum(len(r) for r in rows), len(source), flaw))
        rows.append(source)
        counts[flaw.name] = len(source)
    source_row = np.concatenate(rows)
    soiled = {name: values[source_row].astype(object) for name, values in columns.items()}
    soiled[RAGGED] = np.zeros(len(source_row), bool)
    for start, count, flaw in patches:
        _break(soiled, slice(start, start + count), flaw, mess.key)
    order = np.argsort(source_row, kind="stable")
    return {name: values[order] for name, values in soiled.items()}, counts


def _break(columns: Columns, rows: slice, flaw: Flaw, key: str) -> None:
    for name, value in flaw.broken.items():
        columns[name][rows] = value
    columns[RAGGED][rows] = flaw.ragged
    if key and key not in flaw.broken and flaw.quarantined:
        columns[key][rows] = _new_ids(columns[key][rows], flaw.name)


def _new_ids(ids: Array, flaw: str) -> Array:
    """Ids of their own, so that a broken copy is no version of the row it copies."""
    return np.array([f"{value}-{flaw}" for value in ids], dtype=object)
