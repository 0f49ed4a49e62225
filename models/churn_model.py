"""The churn model: everything needed to turn a snapshot into scores with reasons."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.adjustment import Adjustment, carried
from models.bands import Accounts, BandPolicy, Seen, settle
from models.bands.codes import bands_of
from models.chance import chance_of
from models.encoding import InputSchema, Matrix
from models.hazards import Hazard, explain, p_loss
from models.score import HORIZONS, OTHERS, Band, Reason, Score

REASONS_KEPT = 8
"""How many reasons are kept with a score; the others are kept as one sum."""


@dataclass(frozen=True)
class ChurnModel:
    """Fitted hazards, calibrators, schema and band policy.

    Attributes:
        hazards: one per interval with evidence, in order, beginning at day 0.
        primary_horizon: the horizon of health score, bands and reasons, days.
        fingerprint: of the signal definitions it was trained on.
        events: the company's main events, which have signals of their own.
        shown: the horizons the company asks for; the chain may pass through others.
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
    events: tuple[str, ...]
    data_as_of: date
    shown: tuple[int, ...] = HORIZONS
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

    def chances(self, inputs: Matrix) -> dict[int, npt.NDArray[np.float64]]:
        """Calibrated chance of loss by horizon, shape (rows,) each."""
        return p_loss({h.interval: h.log_odds(inputs) for h in self.hazards}, self.horizons)

    def chance(
        self, inputs: Matrix, horizon_days: float, lead_days: float = 0.0
    ) -> npt.NDArray[np.float64]:
        """Calibrated `P(lead < T <= lead + horizon | T > lead)`, shape (rows,).

        For any horizon and lead within the days that have evidence; between the declared
        horizons the hazard of an interval is taken as constant.

        Raises:
            BeyondTheChain: the days lie beyond the evidence.
        """
        log_odds = {h.interval: h.log_odds(inputs) for h in self.hazards}
        return chance_of(log_odds, horizon_days, lead_days)

    def explain(self, inputs: Matrix) -> tuple[Matrix, npt.NDArray[np.float64]]:
        """Shares of the log-odds of loss within the primary horizon, and the base.

        Shapes (rows, columns) and (rows,); a row adds up to the log-odds of its chance.
        """
        chain = [h for h in self.hazards if h.interval.end <= self.primary_horizon]
        return explain(chain, inputs)

    def score(self, snapshot: pd.DataFrame, seen: Seen | None = None) -> list[Score]:
        """Score every row of a snapshot (`account_id`, `as_of` and the signals' columns).

        Args:
            snapshot: rows of one date, with the tier and revenue that bands depend on.
            seen: what this model said of the same rows before, so that bands stay steady;
                without it the thresholds alone decide.
        """
        if snapshot.empty:
            return []
        inputs = self.schema.encode(snapshot)
        chances = self.chances(inputs)
        shares, base = self.explain(inputs)
        cells = {name: snapshot[name].to_numpy(object) for name in self.schema.names}
        bands = self._bands(chances[self.primary_horizon], snapshot, seen)
        rows = zip(snapshot["account_id"], snapshot["as_of"], bands, strict=True)
        return [
            self._score(account, day, {h: float(c[i]) for h, c in chances.items()}, band,
                        _Explained(cells, i, shares[i], float(base[i])))
            for i, (account, day, band) in enumerate(rows)
        ]  # fmt: skip

    def _bands(
        self, chance: npt.NDArray[np.float64], snapshot: pd.DataFrame, seen: Seen | None
    ) -> list[Band]:
        if self.policy.abstains:
            return [Band.GREY] * len(snapshot)
        limits = self.policy.limits(Accounts.of(snapshot))
        before = seen or Seen.nothing(len(snapshot))
        return bands_of(settle(self.policy.steps, chance, limits, before))

    def _score(
        self,
        account: str,
        day: date,
        chances: dict[int, float],
        band: Band,
        explained: "_Explained",
    ) -> Score:
        primary = chances[self.primary_horizon]
        return Score(
            account_id=account,
            as_of=day,
            p_loss={h: chances.get(h) for h in HORIZONS},
            health_score=100 * (1 - primary),
            band=band,
            model_version=self.version,
            base=explained.base,
            reasons=explained.reasons(),
        )


@dataclass(frozen=True)
class _Explained:
    """One row's values and shares, ready to be made into reasons."""

    cells: Mapping[str, npt.NDArray[np.object_]]
    row: int
    shares: npt.NDArray[np.float64]
    base: float

    def reasons(self) -> tuple[Reason, ...]:
        names = list(self.cells)
        order = np.argsort(-np.abs(self.shares), kind="stable")
        used = [i for i in order if self.shares[i] != 0]
        reasons = [
            Reason(names[i], _plain(self.cells[names[i]][self.row]), float(self.shares[i]))
            for i in used[:REASONS_KEPT]
        ]
        if rest := used[REASONS_KEPT:]:
            reasons.append(Reason(OTHERS, float(len(rest)), float(self.shares[rest].sum())))
        return tuple(reasons)


def _plain(value: object) -> float | str | None:
    """A cell as a plain value: None where missing."""
    if isinstance(value, str):
        return value
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return None
    return float(value)  # type: ignore[arg-type]
