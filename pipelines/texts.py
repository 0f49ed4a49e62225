"""What the commands print for people."""

from datetime import date
from math import isnan
from typing import Any

from models.bands import BandPolicy, Thresholds
from models.bands.silence import SilentSource
from models.evaluation import HorizonReport
from models.explain.wording import Wording
from models.metrics import Estimate
from models.scorecard import Scorecard
from pipelines.beside_text import beside
from pipelines.deliver import Delivered
from pipelines.figures import percent
from pipelines.freshness import holes_in, told, told_holes
from pipelines.honesty_text import base_rates, honesty
from pipelines.publishing import ScoreResult
from pipelines.report import ReportResult
from pipelines.run import RunResult
from pipelines.train_result import TrainResult
from serving.notices import told_ended, told_felt
from serving.store import Payload

SIGNALS_SHOWN = 8
CHANGES_SHOWN = 5


def main_job(result: RunResult) -> str:
    """The main job's findings."""
    parts = [result.load.brief(), training(result.train)]
    if result.recalibrated is not None:
        parts.append(result.recalibrated.text())
    if result.scored is not None:
        parts.append(scoring(result.scored))
    if result.unscored:
        parts.append(f"{result.unscored[0].upper()}{result.unscored[1:]}.")
    return "\n\n".join(parts)


def training(result: TrainResult) -> str:
    """A training run's findings: verdict, quality beside baselines, bands, signals."""
    found = result.trained
    lines = [f"Model {found.model.version} ({found.model.flavour}), as of {found.model.data_as_of}"]
    lines += [f"  {sentence}" for sentence in found.verdict.sentences]
    lines += [f"  {sentence}" for sentence in told_holes(result.holes)]
    lines += [f"  tuning of {one.sentence}" for one in result.tuning]
    lines += [_quality(report) for report in found.reports.values()]
    lines += [_at_capacity(result.card)] if result.card else []
    if found.bands:
        lines.append(f"  Bands (loss within {found.model.primary_horizon} days, out of time):")
        lines += [f"    {line}" for line in thresholds(found.model.policy)]
    lines += [
        f"    {b.band.value:<7}{b.accounts:>6} accounts  lost {percent(b.lost)} "
        f"({percent(b.low)} to {percent(b.high)})"
        for b in found.bands
    ]
    lines += [f"  {h} days: left empty; {why}" for h, why in found.missing.items()]
    if result.unsafe:
        lines.append(
            "  Left out of training, because only today's value is known: "
            + ", ".join(result.unsafe)
        )
    lines += beside(result.beside, found.model)
    lines += [*base_rates(found.model), *honesty(found.honesty)]
    lines += _leading(result)
    lines.append(_ending(result))
    return "\n".join(lines)


def thresholds(policy: BandPolicy) -> list[str]:
    """The thresholds of each tier that has its own, then those of all others."""
    by_tier = {f"tier {name}": own for name, own in policy.tiers.items()}
    others = "other tiers" if by_tier else "all tiers"
    return [f"{name}: {_limits(own)}" for name, own in {**by_tier, others: policy.default}.items()]


def _limits(own: Thresholds) -> str:
    red = f"red from {percent(own.red_from)}"
    if own.worth_from is not None:
        red = (
            f"red from chance * ARR {own.worth_from:,.0f}, without ARR from {percent(own.red_from)}"
        )
    return f"{red}, green below {percent(own.green_below)}"


def scoring(result: ScoreResult) -> str:
    """A scoring run's findings."""
    bands = ", ".join(f"{count} {band}" for band, count in result.bands.items() if count)
    head = f"{result.accounts} accounts scored as of {result.as_of}: {bands}"
    lines = [*told(result.silent), *told_felt(result.holes)]
    lines += told_ended(result.ended, result.as_of)
    return "\n".join([head, *(f"  {line}" for line in lines)])


def delivery(done: Delivered) -> str:
    """What was delivered, or would be, with the first changes."""
    verb = "would be written" if done.dry_run else "written"
    if not done.due:
        return f"nothing changed since the last delivery to {done.destination} ({done.as_of})"
    lines = [f"{len(done.due)} changed accounts as of {done.as_of} {verb} to {done.destination}"]
    lines += [f"  {_change(each)}" for each in done.due[:CHANGES_SHOWN]]
    more = len(done.due) - CHANGES_SHOWN
    lines += [f"  and {more} more"] if more > 0 else []
    if done.gone:
        lines.append(f"  {done.gone} of them are no longer scored (band none)")
    return "\n".join([*lines, f"  {done.unchanged} accounts are unchanged"])


def report(written: ReportResult) -> str:
    """Where the report is, and what it says first."""
    return f"{written.headline}\nReport written to {written.path}"


def status(body: dict[str, Any]) -> str:
    """What a workspace holds."""
    tables = [
        f"  {name:<14}{info['rows']:>10} rows  {info['first'][:10]} to {info['last'][:10]}"
        for name, info in body["tables"].items()
    ]
    champion, dates = body["champion"], body["scores"]["dates"]
    silent = [SilentSource(**each) for each in body["scores"].get("silent_sources", ())]
    against = told_felt(holes_in(body["scores"].get("holes_in_usage", ())))
    if dates:
        against += told_ended(body["scores"]["ended_that_day"], date.fromisoformat(dates[-1]))
    return "\n".join(
        [
            f"Workspace {body['workspace']}",
            *(tables or ["  no data yet"]),
            f"Model: {champion['version'] if champion else 'none yet'}",
            *(f"  {sentence}" for sentence in body.get("refused", ())),
            f"Scores: {dates[-1] if dates else 'none yet'}",
            *(f"  {line}" for line in [*told(silent), *against]),
            f"Next: {body['next']}",
        ]
    )


def _quality(report: HorizonReport) -> str:
    """One horizon's figures beside the simple baselines on the same rows."""
    head = (
        f"  {report.horizon} days ({report.dates[0]} to {report.dates[1]}, {report.rows} rows, "
        f"{report.events} lost): AUC {_range(report.metrics['auc'])}, "
        f"log loss {_range(report.metrics['log_loss'])}, slope {report.slope:.2f}, "
        f"expected/observed {report.metrics['expected_over_observed'].value:.2f}"
    )
    others = [
        f"    {name:<15} AUC {figures['auc']:.3f}, log loss {figures['log_loss']:.4f}"
        for name, figures in report.baselines.items()
    ]
    return "\n".join([head, *others])


def _at_capacity(card: Scorecard) -> str:
    """What the team gets for answering as many accounts as it can."""
    found = card.overall.figures
    parts = [f"precision {_range(found['precision_at_capacity'])}"]
    parts += [f"recall {_range(found['recall_at_capacity'])}"]
    if not isnan(found["arr_recall_at_capacity"].value):
        parts.append(f"recall of revenue {_range(found['arr_recall_at_capacity'])}")
    if not isnan(found["lead_in_time"].value):
        parts.append(f"in time {percent(found['lead_in_time'].value)}")
    return f"  Answering what the team can ({card.horizon} days): {', '.join(parts)}"


def _leading(result: TrainResult) -> list[str]:
    words = Wording(result.trained.model.followed.events, result.own)
    top = list(result.trained.importance.items())[:SIGNALS_SHOWN]
    if not top:
        return []
    lines = [f"    {size:.3f}  {words.meaning(name)}" for name, size in top]
    return ["  Leading signals (mean share of the log-odds, either way):", *lines]


def _change(each: Payload) -> str:
    content = each.content
    return f"{each.account_id}: {content['band']} {content['health_score']} {content['reason_1']}"


def _ending(result: TrainResult) -> str:
    if not result.trained.verdict.fit:
        return "  Refused: the model is not fit to use, so nothing was promoted."
    first, *others = result.decision.reasons
    head = "Promoted: this model serves now" if result.promoted else "Not promoted"
    return "\n".join([f"  {head}; {first}.", *(f"    {reason}" for reason in others)])


def _range(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"
