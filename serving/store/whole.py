"""What a list reads of its accounts where all there is of them is shown."""

import json
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Table

from models.score import AccountCard
from serving.store.by_ids import BAND, Shown, plain
from serving.store.columns import amount_if
from serving.store.kept import KEPT
from serving.store.packing import WordOf
from serving.store.pages import Sort, SortValue
from serving.store.records import AccountScore, RunInfo, Standing
from serving.store.rows import CARD, SCORED, name_key, score
from serving.store.tables import SCORE

MOVED = ("since", "previous_as_of", "previous_health", "previous_risk", "risk_change")
SIGNALS = tuple(kept.name for kept in KEPT)
ARR, EXTRA = CARD.index("arr"), CARD.index("extra")
OF_SCORE = len(CARD) + 2
"""Where a row's values of the score begin; before them are those of the card, and both bands."""
OF_RUN = OF_SCORE + len(SCORED)
END = OF_RUN + len(MOVED) + len(SIGNALS)
NO_EXTRA = "{}"


def _columns(table: Table) -> list[ColumnElement[Any]]:
    of_account = (table.c[name] for name in (*CARD, "band", "previous_band"))
    of_score = (SCORE.c[name] for name in SCORED)
    return [*map(plain, of_account), *of_score, *(table.c[name] for name in (*MOVED, *SIGNALS))]


def _account(row: Sequence[Any], run: RunInfo, word: WordOf) -> AccountScore:
    """An account of the newest run; fields in the order of their classes, which is quickest."""
    card = [*row[: len(CARD)]]
    card[ARR] = amount_if(card[ARR])
    card[EXTRA] = {} if card[EXTRA] == NO_EXTRA else json.loads(card[EXTRA])
    band, before = row[len(CARD) : OF_SCORE]
    values, moved = row[OF_SCORE:OF_RUN], row[OF_RUN : OF_RUN + len(MOVED)]
    since, day, health, risk, change = moved
    signals = dict(zip(SIGNALS, row[OF_RUN + len(MOVED) : END], strict=True))
    return AccountScore(
        AccountCard(*card),
        score((card[0], run.as_of, run.model_version, BAND[band]), values, word),
        values[0],
        run.primary_horizon,
        True,
        Standing(since, day, BAND.get(before), health, risk, change, signals),
    )


def whole_sorted_by(item: AccountScore, sort: Sort) -> SortValue:
    """What an account is sorted by; None where unknown."""
    standing = item.standing
    values: dict[Sort, SortValue] = {
        Sort.RISK: item.risk,
        Sort.EXPECTED_LOSS: item.expected_loss,
        Sort.CHANGE: standing.risk_change if standing else None,
        Sort.ARR: item.card.arr,
        Sort.NAME: name_key(item.card),
        Sort.RENEWAL: item.card.renews_at,
    }
    return values[sort]


WHOLE = Shown(_columns, True, _account, whole_sorted_by, attrgetter("card.account_id"))
