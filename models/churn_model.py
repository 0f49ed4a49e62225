"""The churn model: everything needed to turn a snapshot into scores with reasons."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.followed import Followed
from models.adjustment import Adjustment, carried
from models.bands import Accounts, BandPolicy, Seen, settle
from models.bands.codes import GREY, Codes, bands_of
from models.causes.shares import CHURN, Causes
from models.chance import chance_of
from models.encoding import Cells, InputSchema, Matrix
from models.explain.groups import GroupExplainer
from models.explain.precedents import Frame
from models.explain.reasons import Grouping
from models.explain.reference import Reference
from models.hazards import Hazard, explain, p_loss
from models.intervals import Interval
from models.outlook import Ahead
from models.score import HORIZONS, Reason, Score

Vector = npt.NDArray[np.float64]

ROWS_AT_A_TIME = 32_768
"""Rows whose shares are held at once: those of a million accounts would take gigabytes."""


@dataclass(frozen=True)
class ChurnModel:
    """Fitted hazards, calibrators, schema and band policy.

    Attributes:
        hazards: one per interval with evidence, in order, beginning at day 0.
        primary_horizon: the horizon of health score, bands and reasons, days.
        fingerprint: of the signal definitions it was trained on.
        followed: the company's main events and attributes, which have columns of their own.
        shown: the horizons the company asks for; the chain may pass through others.
        lead: days in which a loss does not count for health score, bands and reasons: they
            tell of accounts still there then. Where an interval begins.
        causes: in which way an account is lost; None where the outcome is one cause alone.
        expansion: the same of growth, where that model is fit to use.
        reference: what explanations are held against; without one, every signal is a reason
            of its own, and there are no shares of groups.
        adjustment: how its level was moved since it was trained; None where it was not.
    """

    version: str
    flavour: str
    outcome: str
    schema: InputSchema
    hazards: tuple[Hazard, ...]
    primary_horizon: int
    policy: BandPolicy
    fingerprint: str
    followed: Followed
    data_as_of: date
    shown: tuple[int, ...] = HORIZONS
    lead: int = 0
    causes: Causes | None = None
    expansion: "ChurnModel | None" = None
    reference: Reference | None = None
    adjustment: Adjustment | None = None

    def adjusted(self, adjustment: Adjustment, policy: BandPolicy | None = None) -> "ChurnModel":
        """This model, as it was trained, with its level moved; its reasons stay what they are.

        Args:
            adjustment: its last step holds.
            policy: thresholds for the moved chances; by default they stay.
        """
        return replace(
            self.moved(adjustment.shift),
            version=adjustment.version,
            policy=policy or self.policy,
            data_as_of=max(self.data_as_of, adjustment.steps[-1].as_of),
            adjustment=adjustment,
        )

    def moved(self, shift: float) -> "ChurnModel":
        """With so much added to the first interval's log-odds, carried to the later ones.

        The shift counts from where training put the model. `moved(0.0)` foretells what the
        model would have foretold without any adjustment.
        """
        hazards = (replace(h, shift=carried(shift, h.interval)) for h in self.hazards)
        return replace(self, hazards=tuple(hazards))

    @property
    def trained_on(self) -> date:
        """The last day of the data from which its shape was learnt; its level may be newer."""
        return self.adjustment.base_data_as_of if self.adjustment else self.data_as_of

    def on(self, day: date) -> "ChurnModel":
        """With the level that it had on a day."""
        return self.moved(self.adjustment.shift_on(day)) if self.adjustment else self

    @property
    def horizons(self) -> tuple[int, ...]:
        """The horizons that are shown and have evidence."""
        return tuple(h.interval.end for h in self.hazards if h.interval.end in self.shown)

    @property
    def question(self) -> str:
        """The outcome, with the minimum lead time where there is one."""
        return f"{self.outcome} after {self.lead} days" if self.lead else self.outcome

    def log_odds(self, inputs: Matrix) -> dict[Interval, npt.NDArray[np.float64]]:
        """Calibrated log-odds of loss in each interval of accounts still there."""
        return {h.interval: h.log_odds(inputs) for h in self.hazards}

    def chances(self, inputs: Matrix) -> dict[int, npt.NDArray[np.float64]]:
        """Calibrated chance of loss by horizon from `as_of` on, shape (rows,) each."""
        return p_loss(self.log_odds(inputs), self.horizons)

    def primary_chance(self, inputs: Matrix) -> npt.NDArray[np.float64]:
        """Calibrated `P(lead < T <= primary horizon | T > lead)`, shape (rows,)."""
        return self._primary(self.log_odds(inputs))

    def _primary(self, odds: Mapping[Interval, Vector]) -> Vector:
        return p_loss(odds, [self.primary_horizon], self.lead)[self.primary_horizon]

    def chance(
        self, inputs: Matrix, horizon_days: float, lead_days: float = 0.0
    ) -> npt.NDArray[np.float64]:
        """Calibrated `P(lead < T <= lead + horizon | T > lead)`, shape (rows,).

        For any horizon and lead within the days that have evidence; between the declared
        horizons the hazard of an interval is taken as constant.

        Raises:
            BeyondTheChain: the days lie beyond the evidence.
        """
        return chance_of(self.log_odds(inputs), horizon_days, lead_days)

    def chain(self, horizon: int | None = None) -> tuple[Hazard, ...]:
        """The hazards up to a horizon; by default, and up to the primary one, after the lead."""
        last = self.primary_horizon if horizon is None else horizon
        begins = self.lead if last == self.primary_horizon else 0
        return tuple(h for h in self.hazards if begins <= h.interval.start < h.interval.end <= last)

    def explain(
        self, inputs: Matrix, horizon: int | None = None
    ) -> tuple[Matrix, npt.NDArray[np.float64]]:
        """Shares of the log-odds of loss within a horizon, by default the primary one.

        Shares and base, shapes (rows, columns) and (rows,); a row adds up to the log-odds of
        its chance.
        """
        return explain(self.chain(horizon), inputs)

    @cached_property
    def by_group(self) -> GroupExplainer | None:
        """Explains by group against the background, made when first asked for; None without."""
        if self.reference is None:
            return None
        return GroupExplainer.of(self.chain(), self.schema.names, self.reference.background)

    @cached_property
    def grouping(self) -> Grouping:
        """How shares by column become reasons, likewise."""
        return Grouping.of(self.schema.names, self.reference)

    @cached_property
    def precedent_frame(self) -> Frame:
        """What precedents are read with, likewise."""
        return Frame(self.chain(), self.schema.names, self.grouping.place)

    def sizes(self, inputs: Matrix) -> npt.NDArray[np.float64]:
        """Mean absolute share of the log-odds by column, shape (columns,)."""
        total = np.zeros(inputs.shape[1])
        for some in parts_of(len(inputs)):
            total += np.abs(self.explain(inputs[some])[0]).sum(axis=0)
        return total / len(inputs)

    def score(self, snapshot: pd.DataFrame | Cells, seen: Seen | None = None) -> list[Score]:
        """Score every row of a snapshot (`account_id`, `as_of` and the signals' columns).

        Args:
            snapshot: rows of one date, with the tier and revenue that bands depend on; a frame,
                or the cells of a few accounts, which give the same numbers.
            seen: what this model said of the same rows before, so that bands stay steady;
                without it the thresholds alone decide.
        """
        if not len(snapshot):
            return []
        inputs = self.schema.encode(snapshot)
        odds = self.log_odds(inputs)
        bands = self.bands(self._primary(odds), Accounts.of(snapshot), seen)
        return self._scores(snapshot, inputs, odds, bands)

    def bands(self, chance: Vector, about: Accounts, seen: Seen | None = None) -> Codes:
        """The bands of chances within the primary horizon, shape (rows,); see `score`."""
        if self.policy.abstains:
            return np.full(len(chance), GREY, np.int8)
        before = seen or Seen.nothing(len(chance))
        return settle(self.policy.steps, chance, self.policy.limits(about), before)

    def score_in(self, snapshot: pd.DataFrame, bands: Codes) -> list[Score]:
        """Score rows whose bands are decided already, as where a snapshot is read in parts.

        Args:
            snapshot: some rows of one date.
            bands: theirs, shape (rows,).
        """
        if snapshot.empty:
            return []
        inputs = self.schema.encode(snapshot)
        return self._scores(snapshot, inputs, self.log_odds(inputs), bands)

    def _scores(
        self,
        snapshot: pd.DataFrame | Cells,
        inputs: Matrix,
        odds: Mapping[Interval, Vector],
        bands: Codes,
    ) -> list[Score]:
        chances, primary = p_loss(odds, self.horizons), self._primary(odds)
        ahead = self._ahead(odds, snapshot, inputs)
        why = self._explained(snapshot, inputs)
        who, when = (_column(snapshot, name) for name in ("account_id", "as_of"))
        rows = zip(who, when, bands_of(bands), why, strict=True)
        return [
            Score(
                account_id=account,
                as_of=day,
                p_loss={h: float(chances[h][i]) if h in chances else None for h in HORIZONS},
                health_score=float(100 * (1 - primary[i])),
                band=band,
                model_version=self.version,
                base=base,
                reasons=reasons,
                primary=float(primary[i]) if self.lead else None,
                outlook=ahead.outlook(i, self.lead),
            )
            for i, (account, day, band, (base, reasons)) in enumerate(rows)
        ]

    def _ahead(
        self, odds: Mapping[Interval, Vector], snapshot: pd.DataFrame | Cells, inputs: Matrix
    ) -> Ahead:
        causes, grows, horizon = self.causes, self.expansion, self.primary_horizon
        lost = causes.revenue_lost(odds, inputs, horizon) if causes else None
        if self.outcome == CHURN:  # whoever leaves takes all of it
            lost = p_loss(odds, [horizon])[horizon]
        return Ahead(
            causes.p_by_cause(odds, inputs, self.horizons) if causes else {},
            grows.chances(grows.schema.encode(snapshot)) if grows else {},
            lost,
        )

    def _explained(
        self, snapshot: pd.DataFrame | Cells, inputs: Matrix
    ) -> Iterator[tuple[float, tuple[Reason, ...]]]:
        """Each row's base and reasons, worked out for a part of the rows at a time."""
        grouping = self.grouping
        for some in parts_of(len(inputs)):
            cells = _cells(snapshot, some)
            shares, base = self.explain(inputs[some])
            totals = grouping.sums(shares)
            for i in range(len(shares)):
                yield float(base[i]), grouping.reasons(cells(i), shares[i], totals[i])


def _column(rows: pd.DataFrame | Cells, name: str) -> Iterable[Any]:
    return [each[name] for each in rows] if isinstance(rows, tuple) else rows[name]


def _cells(rows: pd.DataFrame | Cells, some: slice) -> Callable[[int], Callable[[str], object]]:
    """Looks up the value of any column in one of some rows."""
    if isinstance(rows, tuple):
        mine = rows[some]
        return lambda row: mine[row].__getitem__
    return _Cells(rows.iloc[some]).of


class _Cells:
    """The values of some rows by column; a column is only looked at where it is a reason."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self._rows = rows
        self._columns: dict[str, npt.NDArray[np.object_]] = {}

    def of(self, row: int) -> Callable[[str], object]:
        """One row's value of any column."""

        def cell(column: str) -> object:
            if column not in self._columns:
                self._columns[column] = self._rows[column].to_numpy(object)
            found: object = self._columns[column][row]
            return found

        return cell


def parts_of(rows: int) -> list[slice]:
    """The rows in parts that are explained one after the other."""
    return [slice(i, i + ROWS_AT_A_TIME) for i in range(0, rows, ROWS_AT_A_TIME)]
