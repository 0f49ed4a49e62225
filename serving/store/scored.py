"""Scores joined with what people recognise their accounts by."""

from typing import Any

from sqlalchemy import Select, select

from serving.store.tables import ACCOUNT, SCORE, SCORING_RUN

CARD = tuple(ACCOUNT.c)
OWN = tuple(column for column in SCORE.c if column.name not in ("account_id", "arr"))


def scores() -> Select[Any]:
    """Every column of account and score, and the horizon that the run rests on."""
    return (
        select(*CARD, *OWN, SCORING_RUN.c.primary_horizon)
        .join_from(ACCOUNT, SCORE, ACCOUNT.c.account_id == SCORE.c.account_id)
        .join(SCORING_RUN, SCORE.c.as_of == SCORING_RUN.c.as_of)
    )
