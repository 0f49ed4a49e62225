"""Between dataclasses and table rows."""

from typing import Any

from sqlalchemy import RowMapping

from models.score import HORIZONS, AccountCard, Outlook, Score
from serving.store.errors import PublishError
from serving.store.records import AccountScore, HistoryPoint, RunInfo, ScoringRun, Transition
from serving.store.tables import p_loss_column

NAME_KEY_LENGTH = 200


def card_row(card: AccountCard, run: ScoringRun) -> dict[str, Any]:
    """The `account` row of a card."""
    return {
        "account_id": card.account_id,
        "name": clean(card.name),
        "name_key": name_key(card),
        "industry": clean(card.industry),
        "region": clean(card.region),
        "csm": clean(card.csm),
        "crm_id": clean(card.crm_id),
        "tier": clean(card.tier),
        "arr": card.arr,
        "renews_at": card.renews_at,
        "extra": {key: clean(value) for key, value in card.extra.items()},
        "card_as_of": run.as_of,
    }


def name_key(card: AccountCard) -> str:
    """What an account sorts by when sorted by name, upper and lower case alike."""
    return clean(card.name or card.account_id).casefold()[:NAME_KEY_LENGTH]


def score_row(score: Score, run: ScoringRun) -> dict[str, Any]:
    """The `score` row of a score.

    Raises:
        PublishError: a chance of loss lies outside 0 to 1.
    """
    chances = {horizon: _chance(score, horizon) for horizon in HORIZONS}
    return {
        "account_id": score.account_id,
        "as_of": score.as_of,
        "band": score.band,
        "health_score": score.health_score,
        "risk": chances[run.primary_horizon] if score.primary is None else score.primary,
        **{p_loss_column(horizon): p for horizon, p in chances.items()},
        "base": score.base,
        "reasons": score.reasons,
        "model_version": score.model_version,
    }


def outlook_row(score: Score) -> dict[str, Any]:
    """The `outlook` row of a score."""
    ahead = score.outlook
    return {
        "account_id": score.account_id,
        "as_of": score.as_of,
        "lead_days": ahead.lead_days,
        "p_by_cause": ahead.p_by_cause,
        "p_expansion": ahead.p_expansion,
        "revenue_lost": ahead.revenue_lost,
    }


def _outlook(row: RowMapping) -> Outlook:
    """What a joined row foretells beside the loss; nothing where it has no outlook."""
    if row["lead_days"] is None:
        return Outlook()
    by_cause = {cause: _by_days(chances) for cause, chances in row["p_by_cause"].items()}
    growth = _by_days(row["p_expansion"])
    return Outlook(row["lead_days"], by_cause, growth, row["revenue_lost"])


def _by_days(chances: dict[str, float]) -> dict[int, float]:
    """Chances by horizon, shortest first; the keys of JSON are words."""
    return {days: chances[str(days)] for days in sorted(map(int, chances))}


def _chance(score: Score, horizon: int) -> float | None:
    p = score.p_loss.get(horizon)
    if p is None or 0 <= p <= 1:
        return p
    raise PublishError(
        f"The chance of loss within {horizon} days of account {score.account_id!r} is {p};"
        " allowed is 0 to 1, or None where no evidence exists."
    )


def clean(words: str) -> str:
    """Text that every database can hold: PostgreSQL refuses NUL, UTF-8 lone surrogates."""
    return words.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def storable(key: str) -> bool:
    """Whether text can be held by every database as it is."""
    return clean(key) == key


def account_score(row: RowMapping, *, active: bool) -> AccountScore:
    """A joined row of account, score and scoring run."""
    return AccountScore(_card(row), _score(row), row["risk"], row["primary_horizon"], active)


def _card(row: RowMapping) -> AccountCard:
    return AccountCard(
        account_id=row["account_id"],
        name=row["name"],
        industry=row["industry"],
        region=row["region"],
        csm=row["csm"],
        crm_id=row["crm_id"],
        tier=row["tier"],
        arr=row["arr"],
        renews_at=row["renews_at"],
        extra=row["extra"],
    )


def _score(row: RowMapping) -> Score:
    return Score(
        account_id=row["account_id"],
        as_of=row["as_of"],
        p_loss={horizon: row[p_loss_column(horizon)] for horizon in HORIZONS},
        health_score=row["health_score"],
        band=row["band"],
        model_version=row["model_version"],
        base=row["base"],
        reasons=row["reasons"],
        primary=row["risk"] if row["lead_days"] else None,
        outlook=_outlook(row),
    )


def history_point(row: RowMapping) -> HistoryPoint:
    """A row with exactly the fields of a HistoryPoint."""
    return HistoryPoint(**row)


def transition(row: RowMapping) -> Transition:
    """A row of `transition`."""
    return Transition(**row)


def run_info(row: RowMapping) -> RunInfo:
    """A row of `scoring_run`."""
    return RunInfo(**row)
