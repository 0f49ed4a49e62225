"""Between dataclasses and table rows."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from sqlalchemy import RowMapping

from features.silence import Hole
from models.score import HORIZONS, AccountCard, Band, Outlook, Score
from serving.store.packing import WordOf, unpack_outlook, unpack_reasons
from serving.store.records import AccountScore, RunInfo, Transition
from serving.store.tables import p_loss_column

Row = Mapping[str, Any] | RowMapping
"""Values by the names of their columns."""
NAME_KEY_LENGTH = 200
SCORED = (
    "risk", "health_score", "base", "lead_days", "revenue_lost", "reasons", "ahead",
    *map(p_loss_column, HORIZONS),
)  # fmt: skip
"""Columns that a score is made of, beside what it is of, in an order that never changes."""
CARD = tuple(field.name for field in fields(AccountCard) if field.name != "signals")


def name_key(card: AccountCard) -> str:
    """What an account sorts by when sorted by name, upper and lower case alike."""
    return name_key_of(card.name, card.account_id)


def name_key_of(name: str, account_id: str) -> str:
    """The same of a name and an id."""
    return clean(name or account_id).casefold()[:NAME_KEY_LENGTH]


def clean(words: str) -> str:
    """Text that every database can hold: PostgreSQL refuses NUL, UTF-8 lone surrogates."""
    if words.isascii() and "\0" not in words:
        return words
    return words.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def storable(key: str) -> bool:
    """Whether text can be held by every database as it is."""
    return clean(key) == key


def account_score(row: Row, word: WordOf, *, active: bool) -> AccountScore:
    """A joined row of account, score and scoring run."""
    return AccountScore(_card(row), _score(row, word), row["risk"], row["primary_horizon"], active)


def _card(row: Row) -> AccountCard:
    return AccountCard(**{name: row[name] for name in CARD})


def _score(row: Row, word: WordOf) -> Score:
    of = (row["account_id"], row["as_of"], row["model_version"], row["band"])
    return score(of, [row[name] for name in SCORED], word)


def score(of: tuple[str, date, str, Band], values: Sequence[Any], word: WordOf) -> Score:
    """A score as it was published.

    Args:
        of: the account's id, the day, the model's version and the band.
        values: in the order of `SCORED`.
        word: of a code.
    """
    account_id, as_of, version, band = of
    risk, health, base, lead_days, lost, reasons, ahead, *chances = values
    causes, growth = unpack_outlook(ahead, word)
    return Score(
        account_id,
        as_of,
        dict(zip(HORIZONS, chances, strict=True)),
        health,
        band,
        version,
        base,
        unpack_reasons(reasons, word),
        risk if lead_days else None,
        Outlook(lead_days, causes, dict(growth), lost),
    )


def transition(row: Row) -> Transition:
    """A row of `transition`."""
    return Transition(**row)


def days_of(holes: Sequence[Hole]) -> list[list[str]]:
    """The first and the last day of each hole, as they are kept."""
    return [[hole.first.isoformat(), hole.last.isoformat()] for hole in holes]


def run_info(row: Row) -> RunInfo:
    """A row of `scoring_run`."""
    holes = tuple(Hole(*map(date.fromisoformat, days)) for days in row["holes"] or ())
    return RunInfo(**{**row, "holes": holes, "ended": row["ended"] or 0})
