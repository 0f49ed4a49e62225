"""The charts of an account over time: its health with what happened, and the months ahead."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from markupsafe import Markup

from serving import format
from serving.charts.health import Point, Story, Thresholds, history, lowest
from serving.charts.horizons import Curve, Mark, curves
from serving.charts.lanes import Event, Kind, Lane
from serving.console.account.likely import likely_ranges
from serving.console.dates import day_of
from serving.live import Records, Subscription, Ticket
from serving.store import AccountScore, HistoryPoint, ModelRecord
from serving.store.tier_chances import TierChances

SHORTEST, LONGEST = timedelta(days=365), timedelta(days=730)
FURTHEST = timedelta(days=200)
"""How far ahead a renewal may be to be drawn."""
WIDTHS, HORIZON_WIDTHS = (744, 358), (368, 358)
HORIZON_HEIGHT = 300
ANY_TIER = "all"


def story(
    found: AccountScore,
    past: Sequence[HistoryPoint],
    models: Mapping[str, ModelRecord],
    records: Records | None,
    notice_days: int = 0,
) -> Story:
    """What the chart of health shows.

    Args:
        found: the account.
        past: its scores, oldest first.
        models: the versions that made them, as far as they are known.
        records: what happened; None draws no lanes.
        notice_days: before a renewal, by which notice has to be given; 0 where not known.
    """
    now = found.score.as_of
    first = min(past[0].as_of if past else now, now - SHORTEST)
    points = [
        Point(point.as_of, point.band, point.health_score)
        for point in past
        if point.as_of >= now - LONGEST
    ]
    renews = found.card.renews_at
    return Story(
        points=points,
        first=max(first, now - LONGEST),
        thresholds=_thresholds(past, models, found.card.tier),
        models=_models(past),
        lanes=_lanes(records, now) if records else (),
        renewal=renews if renews and now < renews <= now + FURTHEST else None,
        notice=notice_by(renews, notice_days),
        likely=[e for e in likely_ranges(past, models) if e.day >= now - LONGEST],
    )


def notice_by(renews: date | None, notice_days: int) -> date | None:
    """The last day to give notice before a renewal; None where it is not known."""
    return renews - timedelta(days=notice_days) if renews and notice_days else None


def health_chart(found: Story) -> tuple[tuple[Markup, Markup], int]:
    """Both drawings of it, and where their scale begins."""
    known = [point for point in found.points if point.health is not None]
    shown = format.health(known[-1].health) if known else "unknown"
    title = f"Health over time, 100 is healthy, now {shown}"
    wide, narrow = (history(found, width, title) for width in WIDTHS)
    return (wide, narrow), int(lowest(found))


def horizon_chart(
    found: AccountScore,
    before: tuple[date, Mapping[int, float]] | None,
    now: date,
    tier: TierChances | None,
) -> tuple[Markup, Markup] | None:
    """Chances by days ahead, today, at an earlier day and in the tier; None where there is none."""
    today = _known(found)
    if not today:
        return None
    drawn = [Curve(today, "today")]
    if before is not None:
        drawn.append(Curve(before[1], day_of(before[0], now), "ln2"))
    if tier is not None and tier.chances:
        drawn.append(Curve(tier.chances, "tier, mean", "ln3"))
    renews = found.card.renews_at
    mark = Mark((renews - now).days, f"renewal, day {(renews - now).days}") if renews else None
    title = "Chance to leave: " + ", ".join(
        f"{format.percent(chance)} within {days} days" for days, chance in sorted(today.items())
    )
    wide, narrow = (curves(drawn, mark, width, HORIZON_HEIGHT, title) for width in HORIZON_WIDTHS)
    return wide, narrow


def _known(found: AccountScore) -> dict[int, float]:
    return {days: p for days, p in found.score.p_loss.items() if p is not None}


def _thresholds(
    past: Sequence[HistoryPoint], models: Mapping[str, ModelRecord], tier: str
) -> tuple[Thresholds, ...]:
    """Bands of the model of each time, for the account's tier; none of unknown models."""
    found: list[Thresholds] = []
    for since, version in _runs(past):
        bands = models[version].bands if version in models else {}
        of = bands.get(tier) or bands.get(ANY_TIER) or {}
        red, green = of.get("red_from"), of.get("green_below")
        if red is None or green is None:
            return ()
        found.append(Thresholds(since, 100 * (1 - red), 100 * (1 - green)))
    return tuple(found)


def _runs(past: Sequence[HistoryPoint]) -> list[tuple[date, str]]:
    """The day from which each model scored."""
    found: list[tuple[date, str]] = []
    for point in past:
        if not found or found[-1][1] != point.model_version:
            found.append((point.as_of, point.model_version))
    return found


def _models(past: Sequence[HistoryPoint]) -> tuple[tuple[date, str], ...]:
    return tuple(_runs(past)[1:])


def _lanes(records: Records, now: date) -> tuple[Lane, ...]:
    """One lane for each kind of record that the company brings."""
    found = []
    if "tickets" in records.connected:
        found.append(Lane("Tickets", tuple(map(_ticket, records.tickets))))
    if "interactions" in records.connected:
        talks = tuple(
            Event(c.occurred_at.date(), Kind.DOT, f"{_on(c.occurred_at, now)}: {c.channel}")
            for c in records.conversations
        )
        found.append(Lane("Talks", talks))
    if "risks" in records.connected:
        found.append(Lane("Risks", _risks(records, now)))
    found.append(Lane("Contract", _contract(records, now)))
    return tuple(found)


def _ticket(ticket: Ticket) -> Event:
    words = " ".join(filter(None, (ticket.severity, ticket.category))) or "ticket"
    opened = ticket.opened_at.date()
    if ticket.escalated_at:
        return Event(opened, Kind.TALL, f"{format.day(opened)}: {words}, escalated")
    return Event(opened, Kind.TICK, f"{format.day(opened)}: {words}")


def _risks(records: Records, now: date) -> tuple[Event, ...]:
    found = []
    for number, risk in enumerate(records.risks):
        ends = [each.date() for each in (risk.resolved_at, risk.expires_at) if each]
        until = min([*ends, now])
        words = f"{risk.level} risk{f', {risk.category}' if risk.category else ''}"
        title = f"{_on(risk.logged_at, now)}: {words}"
        label = words if number == 0 else ""
        found.append(Event(risk.logged_at.date(), Kind.TRIANGLE, title, until, label))
    return tuple(found)


def _contract(records: Records, now: date) -> tuple[Event, ...]:
    begun = [
        Event(s.started_at.date(), Kind.SQUARE, f"{_on(s.started_at, now)}: {_price(s)}")
        for s in records.subscriptions
    ]
    ahead = {s.renews_at.date() for s in records.subscriptions if s.renews_at and not s.ended_at}
    renewals = [
        Event(day, Kind.HOLLOW, f"{day_of(day, now)}: renews") for day in ahead if day > now
    ]
    return (*begun, *renewals)


def _price(found: Subscription) -> str:
    words = f"{found.product or 'price'} begins"
    return f"{words}, {found.seats:,.0f} seats" if found.seats else words


def _on(at: datetime, now: date) -> str:
    return day_of(at.date(), now)
