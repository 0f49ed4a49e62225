"""What other thresholds, or another capacity, would have meant for the team."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from models.bands import BandPlan, BandPolicy, Capacity, Fixed, Value, decide
from models.bands.rows import FILE, BandRows
from models.bands.simulate import UNDONE_WITHIN, Meaning, simulate
from models.churn_model import ChurnModel
from pipelines.company import band_plan_of
from pipelines.config import Config
from pipelines.errors import InputError, NoModel
from pipelines.figures import percent
from pipelines.score import champion
from pipelines.texts import thresholds
from pipelines.workspace import Workspace

USUAL = (0.05, 0.10, 0.20)
"""Capacities that are tried where nothing else is asked."""


@dataclass(frozen=True)
class Asked:
    """What is to be tried.

    Attributes:
        capacities: shares of accounts, each above 0 and below 1.
        costs: of one answer, in the company's currency.
        share_saved: of leaving accounts; by default as configured.
        red_from: chances of loss.
    """

    capacities: tuple[float, ...] = ()
    costs: tuple[float, ...] = ()
    share_saved: float | None = None
    red_from: tuple[float, ...] = ()


@dataclass(frozen=True)
class Tried:
    """A policy and what it would have meant."""

    name: str
    policy: BandPolicy
    meaning: Meaning

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {"name": self.name, "policy": self.policy.as_dict(), **asdict(self.meaning)}


@dataclass(frozen=True)
class Simulation:
    """All policies tried on the same rows, today's first."""

    model: ChurnModel
    rows: BandRows
    tried: tuple[Tried, ...]

    def summary(self) -> dict[str, Any]:
        """Everything worth telling, as plain JSON values."""
        known = self.rows.frame[self.rows.frame["lost"].notna()]
        return {
            "model_version": self.model.version,
            "horizon": self.model.primary_horizon,
            "rows": len(known),
            "accounts": int(known["account_id"].nunique()),
            "accounts_lost": int(known[known["lost"] > 0]["account_id"].nunique()),
            "accounts_now": len(self.rows.frame) - len(known),
            "now": self.rows.newest.isoformat(),
            "dates": sorted(day.isoformat() for day in known["as_of"].unique()),
            "policies": [each.as_dict() for each in self.tried],
        }


def simulate_bands(workspace: Workspace, config: Config, asked: Asked) -> Simulation:
    """Try other rules for red on what the champion foretold out of time.

    Raises:
        NoModel: nothing was promoted yet, or by a version that kept no such rows.
        InputError: what is asked cannot be tried.
    """
    model = champion(workspace)
    rows = _rows(workspace, model)
    plan = band_plan_of(config)
    past, day, present = rows.past(), rows.days(), rows.present()
    configured = decide(plan, present, past)
    policies = {"today": model.policy}
    if configured != model.policy:
        policies["as configured"] = configured
    for name, other in _plans(plan, config, asked):
        policies[name] = decide(other, present, past)
    tried = [Tried(n, p, simulate(p, past, day, present)) for n, p in policies.items()]
    return Simulation(model, rows, tuple(tried))


def _rows(workspace: Workspace, model: ChurnModel) -> BandRows:
    registry = workspace.registry()
    registered = registry.champion()
    file = registered and registry.file(registered.run_id, FILE)
    if not file:
        raise NoModel(f"model {model.version} kept no {FILE}: run `forewarn train` again.")
    return BandRows.read(file)


def _plans(plan: BandPlan, config: Config, asked: Asked) -> Iterator[tuple[str, BandPlan]]:
    nothing = not (asked.capacities or asked.costs or asked.red_from)
    for share in USUAL if nothing else asked.capacities:
        _check("--capacity", share, "above 0 and below 1", 0 < share < 1)
        yield f"capacity {100 * share:g} %", plan.with_red(Capacity(share))
    for cost in asked.costs:
        _check("--cost", cost, "above 0", 0 < cost < np.inf)
        saved = _saved(config, asked)
        fallback = Capacity(config.bands.red_capacity)
        yield f"cost {cost:g}, {100 * saved:g} % saved", plan.with_red(Value(cost, saved, fallback))
    for chance in asked.red_from:
        _check("--red-from", chance, "above 0 and at most 1", 0 < chance <= 1)
        yield f"red from {100 * chance:g} %", plan.with_red(Fixed(chance))


def _saved(config: Config, asked: Asked) -> float:
    saved = config.bands.share_saved if asked.share_saved is None else asked.share_saved
    if saved is None:
        raise InputError(
            "--cost needs the share of leaving accounts that an answer keeps: give --share-saved, "
            "or set share_saved under [bands]."
        )
    _check("--share-saved", saved, "above 0 and at most 1", 0 < saved <= 1)
    return saved


def _check(option: str, given: float, allowed: str, holds: bool) -> None:
    if not holds:
        raise InputError(f"{option} {given:g} cannot be tried: allowed is {allowed}.")


def text(found: Simulation) -> str:
    """The simulation as a table, today's policy first."""
    body = found.summary()
    dates = body["dates"]
    head = [
        f"Bands on the chance of loss within {body['horizon']} days, model {body['model_version']}",
        f"  replayed on {len(dates)} dates from {dates[0]} to {dates[-1]}: {body['rows']} rows out "
        f"of time, {body['accounts_lost']} of {body['accounts']} accounts lost",
        f"  red now: of {body['accounts_now']} accounts as of {body['now']}, by thresholds alone",
        "",
    ]
    titles = ("policy", "red from", "green below", "red now", "red on average", "alerts a week",
              "precision (95 %)", "lost caught", "ARR caught", "flaps")  # fmt: skip
    lines = [titles, *(_cells(each) for each in found.tried)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(titles))]
    table = ["  ".join(cell.ljust(w) for cell, w in zip(c, widths, strict=True)) for c in lines]
    tiers = [
        f"  {each.name}, {line}"
        for each in found.tried
        if each.policy.tiers
        for line in thresholds(each.policy)
    ]
    return "\n".join([*head, *(line.rstrip() for line in table), *tiers, "", *NOTES])


NOTES = (
    "An alert is an entry into red after the first date; precision is the share of alerts followed",
    "by a loss within the horizon. Caught: of the accounts lost, the share that was red within the",
    f"horizon before. Flaps: changes of band undone within {UNDONE_WITHIN} days, per account and "
    "year.",
    "Chances come from rows out of time, but green and the calibration were fitted to the same",
    "rows, so that it may look a little better than what is to come.",
    "Accounts that were answered may have stayed for that reason: no replay can tell.",
)


def _cells(tried: Tried) -> tuple[str, ...]:
    found, default = tried.meaning, tried.policy.default
    precision = f"{percent(found.precision)} ({percent(found.precision_low)} to "
    return (
        tried.name,
        percent(default.red_from) if default.worth_from is None else "by ARR",
        percent(default.green_below),
        str(found.red_now),
        f"{found.red_on_average:.1f}",
        _number(found.alerts_a_week),
        f"{precision}{percent(found.precision_high)})" if found.alerts else "no alert",
        percent(found.lost_captured),
        percent(found.revenue_captured),
        _number(found.flaps),
    )


def _number(value: float) -> str:
    return "unknown" if np.isnan(value) else f"{value:.2f}"
