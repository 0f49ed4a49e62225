"""Signals that no company's catalogue has, for what the catalogue does not reach."""

from features.measures import (
    ActiveDays,
    AnsweredShare,
    Change,
    Classed,
    Count,
    Current,
    DaysBetween,
    DaysSinceFirst,
    DaysSinceLast,
    DaysUntil,
    Distinct,
    GapSpread,
    HoursBetween,
    HoursToAnswer,
    Latest,
    LifecycleStage,
    LongestGap,
    LongestSilence,
    Max,
    Mean,
    Measure,
    MonthOfYear,
    OpenItems,
    OutlastedShare,
    Overdue,
    PaidOrFree,
    Share,
    ShareWith,
    SilenceAgainstCadence,
    Slope,
    Tier,
    Total,
    TotalOpen,
    UsualGap,
    Utilisation,
)
from features.signal import Catalogue, GroupName, Signal, Where
from features.signals import catalogue_for
from features.signals.attributes import with_attributes

Windows = tuple[int | None, ...]
Declared = tuple[str, Measure, Windows, Where, float | None]

ALWAYS: Windows = (None,)
ALL: Where = ()
BIG_LOGINS: Where = (
    ("event", ("login", "Login")),
    ("user_id", ("u1", " u1", "用户\n2", "no'body")),
)
CALLS: Where = (("channel", ("call", "email")),)
HELD, CLOSED = ("ended_at",), ("resolved_at", "expires_at")
CHANGES = (("less", -1.0), ("same", -0.1), ("more", 0.1))
PRICES = (("some", 1.0), ("much", 1000.0))
TIERS = (("c", 1.0), ("b", 12_000.0), ("a", 60_000.0))

DECLARED: tuple[Declared, ...] = (
    ("usage", Count(), (1, 2, 5, 8, 400, None), BIG_LOGINS, None),
    ("usage", Count(), (3, 30), ALL, 5.0),
    ("usage", Total("quantity"), (1, 60, None), BIG_LOGINS, None),
    ("usage", Mean("quantity"), (10, None), ALL, 0.0),
    ("usage", Max("quantity"), (5, None), BIG_LOGINS, None),
    ("usage", Distinct("user_id"), (1, 4, None), BIG_LOGINS, None),
    ("usage", ActiveDays(), (2, 6, None), ALL, None),
    ("usage", Change(Count()), (3, 8, 200), BIG_LOGINS, None),
    ("usage", Change(Total("quantity")), (1, 14), ALL, None),
    ("usage", Change(Mean("quantity")), (20,), ALL, -1.0),
    ("usage", Change(Distinct("user_id")), (5, 40), BIG_LOGINS, None),
    ("usage", Change(ActiveDays()), (5, 40), BIG_LOGINS, None),
    ("usage", Change(Share()), (20,), BIG_LOGINS, 0.0),
    ("usage", Slope(), (6, 7, 20, None), BIG_LOGINS, None),
    ("usage", Slope("quantity"), (10, 400, None), ALL, None),
    ("usage", DaysSinceLast(), (10, 30), BIG_LOGINS, None),
    ("usage", SilenceAgainstCadence(), (30, 400), ALL, None),
    ("usage", LongestSilence(), (20, None), ALL, 0.0),
    ("usage", UsualGap(), (20, None), BIG_LOGINS, None),
    ("usage", LongestGap(), (20, None), ALL, 0.0),
    ("usage", GapSpread(), (30, 400), BIG_LOGINS, None),
    ("usage", OutlastedShare(), (20, 400, None), BIG_LOGINS, None),
    ("contacts", UsualGap(), ALWAYS, ALL, None),
    ("usage", Utilisation(), (7, None), BIG_LOGINS, None),
    ("usage", Latest("event"), (3, 30, None), ALL, None),
    ("usage", Latest("quantity"), (3, None), BIG_LOGINS, 2.5),
    ("usage", Classed(Change(Count()), CHANGES), (20,), ALL, 0.0),
    ("interactions", AnsweredShare(2), (7, None), ALL, None),
    ("interactions", AnsweredShare(30), (60,), CALLS, 0.0),
    ("interactions", HoursToAnswer(30), (90, None), CALLS, None),
    ("interactions", Share(), (5, None), CALLS, None),
    ("interactions", Distinct("channel"), (30, None), ALL, 0.0),
    ("contacts", Slope(), (90, None), ALL, None),
    ("contacts", Count(), (90, None), ALL, None),
    ("contacts", ActiveDays(), ALWAYS, ALL, 0.0),
    ("contacts", Distinct("role"), (90, None), ALL, 0.0),
    ("contacts", LongestSilence(), ALWAYS, ALL, None),
    ("contacts", DaysSinceLast(), (90, None), ALL, None),
    ("contacts", Latest("role"), (90, None), ALL, None),
    ("contacts", Latest("contact_id"), ALWAYS, ALL, None),
    ("contacts", OpenItems(("left_at",)), (60, None), ALL, None),
    ("tickets", Latest("csat"), (60, None), ALL, None),
    ("tickets", Change(Mean("csat")), (30,), ALL, None),
    ("tickets", Change(ShareWith("resolved_at")), (30,), ALL, None),
    ("tickets", ShareWith("csat"), (60, None), ALL, None),
    ("tickets", HoursBetween("first_response_at", "resolved_at"), (60, None), ALL, None),
    ("tickets", OpenItems(("resolved_at", "escalated_at")), (60,), ALL, None),
    ("tickets", Distinct("severity"), (60,), ALL, None),
    ("surveys", Mean("score"), (5, 500, None), ALL, None),
    ("surveys", Latest("score"), (5, None), ALL, 0.0),
    ("subscriptions", TotalOpen("mrr", HELD), (60, None), (("plan", ("p", "q", "É")),), None),
    ("subscriptions", Total("mrr"), (60, None), ALL, None),
    ("subscriptions", Mean("mrr"), (60, None), ALL, None),
    ("subscriptions", Max("seats"), (60, None), ALL, None),
    ("subscriptions", Latest("is_free"), ALWAYS, ALL, None),
    ("subscriptions", Latest("mrr"), (100, None), ALL, None),
    ("subscriptions", ShareWith("cancelled_at"), (100, None), ALL, None),
    ("subscriptions", DaysUntil("renews_at"), (100, None), ALL, 0.0),
    ("subscriptions", DaysBetween("started_at", "ended_at"), (100, None), ALL, None),
    ("subscriptions", Classed(TotalOpen("mrr", HELD), PRICES), ALWAYS, ALL, 0.0),
    ("subscriptions", Classed(TotalOpen("mrr", HELD), (("any", 0.0),), 0.5), ALWAYS, ALL, None),
    ("subscriptions", Tier(TIERS, 250, ("high",)), ALWAYS, ALL, None),
    ("subscriptions", PaidOrFree(), (100, None), ALL, None),
    ("subscriptions", LifecycleStage(30, 100, 20), (100, None), ALL, None),
    ("invoices", Total("amount"), (7, 30, None), ALL, None),
    ("invoices", Change(Total("amount")), (20,), ALL, None),
    ("invoices", Overdue("due_at", "paid_at"), (30, None), ALL, None),
    ("invoices", TotalOpen("amount", ("paid_at",)), (60,), ALL, 7.5),
    ("risks", OpenItems(CLOSED), (60,), ALL, None),
    ("risks", DaysUntil("expires_at", ("resolved_at",)), (60, None), ALL, None),
    ("accounts", Count(), (200, None), ALL, None),
    ("accounts", Latest("employees"), (200, None), ALL, None),
    ("accounts", Latest("csm"), (200, None), ALL, None),
    ("accounts", MonthOfYear(), (200, None), ALL, None),
    ("outcomes", Count(), (30, None), ALL, 0.0),
    ("outcomes", DaysSinceFirst(), ALWAYS, ALL, None),
    ("outcomes", Latest("outcome"), (30, None), ALL, None),
    ("interventions", Mean("propensity"), (90, None), ALL, None),
    ("feedback", Distinct("feature"), (30, None), ALL, None),
    ("attributes", Current("word"), (30, None), ALL, None),
    ("attributes", Current("number"), (30, None), (("attribute", ("Plan", "size")),), -1.0),
    ("attributes", Latest("number"), ALWAYS, ALL, None),
    ("attributes", Count(), (20, None), ALL, None),
    ("contacts", Current("role"), (90, None), ALL, None),
    ("subscriptions", Current("seats"), (60, None), ALL, None),
)  # fmt: skip


def catalogue() -> Catalogue:
    """A company's catalogue, with these at the end of its profile."""
    signals = tuple(
        Signal(f"further{number}", table, measure, "further", windows, where, empty=empty)
        for number, (table, measure, windows, where, empty) in enumerate(DECLARED)
    )
    own = with_attributes(catalogue_for(["login", "Login"]), ("size", "Size"), ("Plan", "plan"))
    return own.with_signals(GroupName.PROFILE, signals)
