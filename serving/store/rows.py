"""Between dataclasses and table rows."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import RowMapping

from models.score import HORIZONS, AccountCard, Outlook, Score
from serving.store.kept import KEPT
from serving.store.packing import WordOf, unpack_outlook, unpack_reasons
from serving.store.records import AccountScore, HistoryPoint, RunInfo, Standing, Transition
from serving.store.tables import p_loss_column

NAME_KEY_LENGTH = 200
CHANCES = tuple((horizon, p_loss_column(horizon)) for horizon in HORIZONS)
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


def account_score(row: RowMapping, word: WordOf, *, active: bool) -> AccountScore:
    """A joined row of account, score and scoring run."""
    return AccountScore(_card(row), _score(row, word), row["risk"], row["primary_horizon"], active)


def listed(row: RowMapping, latest: RowMapping, word: WordOf) -> AccountScore:
    """The same with the account's row of the newest run."""
    standing = Standing(
        since=row["since"],
        previous_as_of=latest["previous_as_of"],
        previous_band=latest["previous_band"],
        previous_health=latest["previous_health"],
        previous_risk=latest["previous_risk"],
        risk_change=latest["risk_change"],
        signals={kept.name: latest[kept.name] for kept in KEPT},
    )
    score, card, risk = _score(row, word), _card(row), row["risk"]
    return AccountScore(card, score, risk, row["primary_horizon"], True, standing)


def _card(row: RowMapping) -> AccountCard:
    return AccountCard(**{name: row[name] for name in CARD})


def _score(row: RowMapping, word: WordOf) -> Score:
    causes, growth = unpack_outlook(row["ahead"], word)
    return Score(
        account_id=row["account_id"],
        as_of=row["as_of"],
        p_loss={horizon: row[column] for horizon, column in CHANCES},
        health_score=row["health_score"],
        band=row["band"],
        model_version=row["model_version"],
        base=row["base"],
        reasons=unpack_reasons(row["reasons"], word),
        primary=row["risk"] if row["lead_days"] else None,
        outlook=Outlook(row["lead_days"], causes, dict(growth), row["revenue_lost"]),
    )


def history_point(row: RowMapping) -> HistoryPoint:
    """A row with exactly the fields of a HistoryPoint."""
    return HistoryPoint(**row)


def transition(row: RowMapping | Mapping[str, Any]) -> Transition:
    """A row of `transition`."""
    return Transition(**row)


def run_info(row: RowMapping) -> RunInfo:
    """A row of `scoring_run`."""
    return RunInfo(**row)
