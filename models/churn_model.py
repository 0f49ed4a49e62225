"""The churn model: everything needed to turn a snapshot into scores with reasons."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.bands import Accounts, BandPolicy, Seen, settle
from models.bands.codes import bands_of
from models.chance import chance_of
from models.encoding import InputSchema, Matrix
from models.explain.reasons import Grouping
from models.explain.reference import Reference
from models.hazards import Hazard, explain, p_loss
from models.score import HORIZONS, Band, Reason, Score


@dataclass(frozen=True)
class ChurnModel:
    """Fitted hazards, calibrators, schema and band policy.

    Attributes:
        hazards: one per interval with evidence, in order, beginning at day 0.
        primary_horizon: the horizon of health score, bands and reasons, days.
        fingerprint: of the signal definitions it was trained on.
        events: the company's main events, which have signals of their own.
        shown: the horizons the company asks for; the chain may pass through others.
        reference: what explanations are held against; without one, every signal is a reason
            of its own, and there are no shares of groups.
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
    reference: Reference | None = None

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

    def chain(self, horizon: int | None = None) -> tuple[Hazard, ...]:
        """The hazards up to a horizon, by default the primary one."""
        last = self.primary_horizon if horizon is None else horizon
        return tuple(h for h in self.hazards if h.interval.end <= last)

    def explain(
        self, inputs: Matrix, horizon: int | None = None
    ) -> tuple[Matrix, npt.NDArray[np.float64]]:
        """Shares of the log-odds of loss within a horizon, by default the primary one.

        Shares and base, shapes (rows, columns) and (rows,); a row adds up to the log-odds of
        its chance.
        """
        return explain(self.chain(horizon), inputs)

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
        grouping = Grouping.of(self.schema.names, self.reference)
        totals = grouping.sums(shares)
        rows = zip(snapshot["account_id"], snapshot["as_of"], bands, strict=True)
        return [
            self._score(account, day, {h: float(c[i]) for h, c in chances.items()}, band,
                        float(base[i]), grouping.reasons(cells, i, shares[i], totals[i]))
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
        base: float,
        reasons: tuple[Reason, ...],
    ) -> Score:
        primary = chances[self.primary_horizon]
        return Score(
            account_id=account,
            as_of=day,
            p_loss={h: chances.get(h) for h in HORIZONS},
            health_score=100 * (1 - primary),
            band=band,
            model_version=self.version,
            base=base,
            reasons=reasons,
        )
