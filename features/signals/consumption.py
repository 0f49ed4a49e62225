"""Consumption: how much of what they pay for do they use?"""

from features.measures import ActiveDays, Change, Count, DaysSinceFirst, DaysSinceLast, GapSpread, LongestGap, LongestSilence, Mean, OutlastedShare, SilenceAgainstCadence, Slope, Total, UsualGap
from features.signal import Direction, GroupName, Signal, SignalGroup

UP = Direction.HEALTHIER
DOWN = Direction.WORSE

GROUP = SignalGroup(
    GroupName.CONSUMPTION,
    "How much do they use?",
    (
        Signal("volume", "usage", Total("quantity"), "amount of usage", (7, 30, 60, 90, 180, 365), direction=UP, actionable=True),
        Signal("records", "usage", Count(), "number of usage records", (7, 30, 60, 90, 180, 365), direction=UP, actionable=True),
        Signal("active_days", "usage", ActiveDays(), "days with usage", (7, 30, 60, 90, 180, 365), unit="days", direction=UP, actionable=True),
        Signal("volume_change", "usage", Change(Total("quantity")), "change of usage against the time before", (7, 30, 90, 180), direction=UP, actionable=True),
        Signal("active_days_change", "usage", Change(ActiveDays()), "change of days with usage against the time before", (30, 90), direction=UP, actionable=True),
        Signal("trend", "usage", Slope(), "trend of daily usage records", (30, 90, 180), unit="of the mean per 30 days", direction=UP, empty=0.0, actionable=True),
        Signal("intensity", "usage", Mean("quantity"), "mean amount per usage record", (7, 30), direction=UP, empty=None),
        Signal("last_used", "usage", DaysSinceLast(), "days since anyone last used the product", unit="days", direction=DOWN, empty=None, actionable=True),
        Signal("first_used", "usage", DaysSinceFirst(), "days since anyone first used the product", unit="days", empty=None),
        Signal("silence", "usage", SilenceAgainstCadence(), "current silence compared with their usual rhythm", (180, None), unit="times usual", direction=DOWN, empty=None, actionable=True),
        Signal("longest_silence", "usage", LongestSilence(), "longest silence compared with their usual rhythm", (180,), unit="times usual", direction=DOWN, empty=None),
        Signal("usual_gap", "usage", UsualGap(), "usual time from one day of use to the next", (None,), unit="days", empty=None),
        Signal("longest_gap", "usage", LongestGap(), "longest silence they came back from", (None,), unit="days", empty=None),
        Signal("gap_spread", "usage", GapSpread(), "irregularity of the days of use", (None,), unit="days", empty=None),
        Signal("outlasted", "usage", OutlastedShare(), "share of their past silences that lasted longer than the present one", (None,), unit="of all", direction=UP, empty=None, actionable=True),
        Signal("invoiced", "invoices", Total("amount"), "amount invoiced", (90, 365)),
    ),
)
"""Signals of the whole of a company's usage."""


def of_event(event: str, slug: str) -> tuple[Signal, ...]:
    """The signals of one of the company's own main events."""
    where = (("event", (event,)),)
    call = f"“{event}”"
    return (
        Signal(f"{slug}_count", "usage", Count(), f"records of {call}", (30, 90, 365), where, direction=UP, actionable=True),
        Signal(f"{slug}_volume", "usage", Total("quantity"), f"amount of {call}", (30, 90, 365), where, direction=UP, actionable=True),
        Signal(f"{slug}_days", "usage", ActiveDays(), f"days with {call}", (30, 90, 180, 365, None), where, unit="days", direction=UP, actionable=True),
        Signal(f"{slug}_change", "usage", Change(Total("quantity")), f"change of {call} against the time before", (30, 90), where, direction=UP, actionable=True),
        Signal(f"{slug}_last", "usage", DaysSinceLast(), f"days since {call}", (None,), where, unit="days", direction=DOWN, empty=None, actionable=True),
        Signal(f"{slug}_first", "usage", DaysSinceFirst(), f"days since the first {call}", (None,), where, unit="days", empty=None),
        Signal(f"{slug}_silence", "usage", SilenceAgainstCadence(), f"silence of {call} compared with its usual rhythm", (365, None), where, unit="times usual", direction=DOWN, empty=None, actionable=True),
        Signal(f"{slug}_gap_spread", "usage", GapSpread(), f"irregularity of the days with {call}", (None,), where, unit="days", empty=None),
        Signal(f"{slug}_outlasted", "usage", OutlastedShare(), f"share of past times without {call} that lasted longer than the present one", (None,), where, unit="of all", direction=UP, empty=None, actionable=True),
    )
