"""Accounts of a run as rows, made column by column, in values that a driver takes as they are.

A day's run of a million accounts is some forty million values. Each column of a part is made by
one pass over its accounts, and reasons are packed for the whole part at once, so that no value
costs a call of its own.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from operator import gt
from typing import Any

import numpy as np

from models.score import HORIZONS, OTHERS, AccountCard, Band, Score
from serving.store.codes import Codes
from serving.store.columns import MONEY_DECIMALS, compact
from serving.store.errors import PublishError
from serving.store.kept import KEPT
from serving.store.leading import pack_leading
from serving.store.packing import pack_outlooks, pack_reasons
from serving.store.records import RunHead, RunPart, loss_of
from serving.store.rows import NAME_KEY_LENGTH, clean
from serving.store.tables import SEGMENTS, p_loss_column

WORDS = ("name", "csm", "crm_id", *SEGMENTS)
TEXTS = ("account_id", "band", "name_key", "extra", *WORDS)
CHANCES = tuple(map(p_loss_column, HORIZONS))
FLOATS = (
    "health_score", "risk", "base", "revenue_lost", *CHANCES, *(kept.name for kept in KEPT)
)  # fmt: skip
AMOUNTS = ("arr", "expected_loss")

Column = Sequence[Any]
StagedRow = tuple[Any, ...]
_BANDS = {band: band.value for band in Band}
_UNIT = Decimal(10) ** MONEY_DECIMALS
_OF_CENT = 10 ** (MONEY_DECIMALS - 2)
"""Ten-thousandths of a currency in one of its cents."""
_TOLD = 0.49
"""So near to a cent no rounding of the revenue to ten-thousandths leads to another one."""
_PLAIN = 1e11
"""Cents below which a product of doubles is right to some millionths of one."""


@dataclass(frozen=True, slots=True)
class StagedPart:
    """Some accounts by column, all columns of one length.

    Attributes:
        texts: in the order of `TEXTS`.
        floats: in the order of `FLOATS`; None where unknown.
        lead_days: days.
        amounts: in the order of `AMOUNTS`, in ten-thousandths.
        renews: dates.
        reasons: see `packing`.
        ahead: likewise.
        leading: the reason that is told first, likewise; no bytes where there is none.
    """

    texts: tuple[Column, ...]
    floats: tuple[Column, ...]
    lead_days: Column
    amounts: tuple[Column, ...]
    renews: Column
    reasons: Column
    ahead: Column
    leading: Column

    @classmethod
    def of(cls, columns: Sequence[Column]) -> "StagedPart":
        """Accounts as they come back from the table, by column in its order."""
        texts, rest = columns[: len(TEXTS)], columns[len(TEXTS) :]
        floats, (lead_days, *amounts, renews, reasons, ahead, leading) = (
            rest[: len(FLOATS)],
            rest[len(FLOATS) :],
        )
        days = [date.fromisoformat(day) if isinstance(day, str) else day for day in renews]
        packed = (reasons, ahead, leading)
        return cls(tuple(texts), tuple(floats), lead_days, tuple(amounts), days, *packed)

    @property
    def last(self) -> str:
        """The id of the last account; empty where there is none."""
        ids = self.texts[0]
        return str(ids[-1]) if ids else ""

    def ascends_from(self, last: str) -> bool:
        """Whether each account's id is greater than the one before, and the first than `last`.

        UTF-8 sorts as the characters do, so the databases agree.
        """
        ids = self.texts[0]
        return all(map(gt, ids, (last, *ids)))

    def rows(self, plain: bool) -> Iterator[StagedRow]:
        """Rows in the order of the table's columns.

        Args:
            plain: dates as text, for a driver that knows no dates.
        """
        renews = self.renews
        if plain:
            renews = [None if day is None else day.isoformat() for day in renews]
        amounts = (self.lead_days, *self.amounts, renews)
        packed = (self.reasons, self.ahead, self.leading)
        return zip(*self.texts, *self.floats, *amounts, *packed, strict=True)


def staged_part(part: RunPart, head: RunHead, codes: Codes) -> StagedPart:
    """The accounts of a part, in the order of its scores.

    Args:
        part: scores and cards.
        head: what holds for the whole run.
        codes: learns every word in it.

    Raises:
        PublishError: a chance of loss lies outside 0 to 1.
    """
    scores, cards = part.scores, part.aligned().cards
    outlooks = [score.outlook for score in scores]
    lost = [outlook.revenue_lost for outlook in outlooks]
    arr = [card.arr for card in cards]
    money = _money(arr)
    reasons = pack_reasons([score.reasons for score in scores], codes.of)
    return StagedPart(
        texts=_texts(scores, cards),
        floats=(*_floats(scores, head, lost), *_kept(cards)),
        lead_days=[outlook.lead_days for outlook in outlooks],
        amounts=(money, _losses(arr, money, lost)),
        renews=[card.renews_at for card in cards],
        reasons=reasons,
        ahead=pack_outlooks(outlooks, codes.of),
        leading=pack_leading(reasons, [score.band for score in scores], codes.known(OTHERS)),
    )


def _texts(scores: Sequence[Score], cards: Sequence[AccountCard]) -> tuple[Column, ...]:
    names = _cleaned([card.name or card.account_id for card in cards])
    extras = (card.extra for card in cards)
    return (
        [score.account_id for score in scores],
        [_BANDS[score.band] for score in scores],
        [name.casefold()[:NAME_KEY_LENGTH] for name in names],
        [compact({k: clean(v) for k, v in extra.items()}) if extra else "{}" for extra in extras],
        *(_cleaned([getattr(card, name) for card in cards]) for name in WORDS),
    )


def _cleaned(words: list[str]) -> list[str]:
    """Words that every database can hold; nearly always all of them are already."""
    whole = "".join(words)
    if whole.isascii() and "\0" not in whole:
        return words
    return [clean(word) for word in words]


def _floats(scores: Sequence[Score], head: RunHead, lost: Column) -> Iterator[Column]:
    chances = [_chances(scores, horizon) for horizon in HORIZONS]
    primary = chances[HORIZONS.index(head.primary_horizon)]
    yield [score.health_score for score in scores]
    yield [
        chance if score.primary is None else score.primary
        for score, chance in zip(scores, primary, strict=True)
    ]
    yield [score.base for score in scores]
    yield lost
    yield from chances


def _chances(scores: Sequence[Score], horizon: int) -> list[float | None]:
    found = [score.p_loss.get(horizon) for score in scores]
    known = np.array(found, np.float64)
    outside = np.flatnonzero(~((known >= 0) & (known <= 1))).tolist()
    if len(outside) == found.count(None):  # all of them are unknown
        return found
    for place in outside:
        if found[place] is not None:
            raise PublishError(
                f"The chance of loss within {horizon} days of account "
                f"{scores[place].account_id!r} is {found[place]};"
                " allowed is 0 to 1, or None where no evidence exists."
            )
    return found


def _kept(cards: Sequence[AccountCard]) -> Iterator[Column]:
    for kept in KEPT:
        name, finite = kept.signal, math.isfinite
        found = [card.signals.get(name) for card in cards]
        yield [value if value is not None and finite(value) else None for value in found]


def _money(amounts: Sequence[Decimal | None]) -> list[int | None]:
    return [
        None if amount is None else int((amount * _UNIT).to_integral_value(ROUND_HALF_EVEN))
        for amount in amounts
    ]


def _losses(arr: Sequence[Decimal | None], money: Column, shares: Column) -> list[int | None]:
    """What `loss_of` says, in ten-thousandths.

    Doubles tell to which cent a product is rounded, but where it lies close to the middle of
    two, or is so great that doubles have no cents left: there decimals are asked.
    """
    amounts, lost = np.array(money, np.float64), np.array(shares, np.float64)
    cents = amounts * lost / _OF_CENT
    nearest = np.rint(cents)
    with np.errstate(invalid="ignore"):
        told = (np.abs(cents - nearest) < _TOLD) & (np.abs(cents) < _PLAIN) & (abs(lost) <= 1)
    found: list[int | None] = (np.where(told, nearest, 0).astype(np.int64) * _OF_CENT).tolist()
    for place in np.flatnonzero(~told).tolist():
        (found[place],) = _money([loss_of(arr[place], shares[place])])
    return found
