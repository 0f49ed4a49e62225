"""One account of a run as one row, in values that a driver takes as they are."""

import hashlib
import math
import struct
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from operator import attrgetter
from typing import Any

from models.score import HORIZONS, AccountCard, Score
from serving.store.codes import Codes
from serving.store.columns import MONEY_DECIMALS, compact
from serving.store.errors import PublishError
from serving.store.kept import KEPT
from serving.store.leading import leading_reason
from serving.store.packing import pack_outlook, pack_reasons
from serving.store.records import RunHead, RunPart, loss_of
from serving.store.rows import clean, name_key
from serving.store.tables import SEGMENTS, p_loss_column

WORDS = ("name", "csm", "crm_id", *SEGMENTS)
TEXTS = ("account_id", "band", "name_key", "extra", *WORDS)
CHANCES = tuple(map(p_loss_column, HORIZONS))
FLOATS = (
    "health_score", "risk", "base", "revenue_lost", *CHANCES, *(kept.name for kept in KEPT)
)  # fmt: skip
KEPT_SIGNALS = tuple(kept.signal for kept in KEPT)
AMOUNTS = ("arr", "expected_loss")

StagedRow = tuple[Any, ...]
_words = attrgetter(*WORDS)
_PACKED = struct.Struct(f"<{len(FLOATS)}d")
_SPACE = 1 << 256
_UNIT = Decimal(10) ** MONEY_DECIMALS


def staged_row(
    score: Score, card: AccountCard, head: RunHead, codes: Codes, plain: bool
) -> StagedRow:
    """The row of an account, its values in the order of the table's columns.

    Args:
        score: of the account.
        card: of the same account.
        head: what holds for the whole run.
        codes: knows every word in it.
        plain: dates as text, for a driver that knows no dates.

    Raises:
        PublishError: a chance of loss lies outside 0 to 1.
    """
    leading, renews = leading_reason(score), card.renews_at
    return (
        score.account_id,
        score.band.value,
        name_key(card),
        compact({key: clean(value) for key, value in card.extra.items()}) if card.extra else "{}",
        *map(clean, _words(card)),
        *_floats(score, card, head),
        score.outlook.lead_days,
        codes.code(leading.signal) if leading else None,
        _money(card.arr),
        _money(loss_of(card.arr, score.outlook.revenue_lost)),
        renews.isoformat() if plain and renews else renews,
        pack_reasons(score.reasons, codes.code),
        pack_outlook(score.outlook, codes.code),
    )


def _floats(score: Score, card: AccountCard, head: RunHead) -> list[float | None]:
    chances = [_chance(score, horizon, score.p_loss.get(horizon)) for horizon in HORIZONS]
    risk = score.primary
    if risk is None:
        risk = chances[HORIZONS.index(head.primary_horizon)]
    kept = [_finite(card.signals.get(name)) for name in KEPT_SIGNALS]
    outlook = score.outlook
    return [score.health_score, risk, score.base, outlook.revenue_lost, *chances, *kept]


def _chance(score: Score, horizon: int, p: float | None) -> float | None:
    if p is None or 0 <= p <= 1:
        return p
    raise PublishError(
        f"The chance of loss within {horizon} days of account {score.account_id!r} is {p};"
        " allowed is 0 to 1, or None where no evidence exists."
    )


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value


def _money(value: Decimal | None) -> int | None:
    if value is None:
        return None
    return int((value * _UNIT).to_integral_value(ROUND_HALF_EVEN))


def words_in(part: RunPart) -> set[str]:
    """Every word that the scores of a part hold as a code."""
    reasons = [reason for score in part.scores for reason in score.reasons]
    signals = {reason.signal for reason in reasons}
    values = {reason.value for reason in reasons if isinstance(reason.value, str)}
    causes = {cause for score in part.scores for cause in score.outlook.p_by_cause}
    return signals | values | causes


class Fingerprint:
    """SHA-256 over rows that says nothing of their order.

    The hashes of the rows are added up (an additive multiset hash): against accidents, not
    against somebody who forges rows.

    Args:
        head: what holds for the whole run.
    """

    def __init__(self, head: RunHead) -> None:
        self._head, self._sum, self.rows = head, 0, 0

    def through(self, rows: Iterator[StagedRow]) -> Iterator[StagedRow]:
        """The same rows, each added on its way."""
        for row in rows:
            self._sum += int.from_bytes(hashlib.sha256(_bytes(row)).digest())
            self.rows += 1
            yield row

    @property
    def digest(self) -> str:
        """Of the run and of the rows that went through, hexadecimal."""
        head = self._head
        said = [str(head.as_of), head.model_version, head.primary_horizon, self.rows]
        silent = [repr(each) for each in head.silent]
        whole = compact([*said, silent]).encode() + (self._sum % _SPACE).to_bytes(32)
        return hashlib.sha256(whole).hexdigest()


def _bytes(row: StagedRow) -> bytes:
    texts, rest = len(TEXTS), len(TEXTS) + len(FLOATS)
    floats = [math.nan if value is None else value for value in row[texts:rest]]
    words = "\x1f".join([*row[:texts], *map(str, row[rest:-2])])
    return b"\x1e".join([words.encode(), _PACKED.pack(*floats), row[-2], row[-1]])
