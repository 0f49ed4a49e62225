"""Profile: who are they, what have they bought, and when does it renew?"""

from itertools import pairwise

from features.measures import Change, Classed, Count, DaysSinceFirst, DaysSinceLast, DaysUntil, Distinct, Latest, LifecycleStage, OpenItems, PaidOrFree, Tier, TotalOpen
from features.segments import Segments
from features.signal import GroupName, Signal, SignalGroup

OPEN = ("ended_at",)

GROUP = SignalGroup(
    GroupName.PROFILE,
    "Who are they?",
    (
        Signal("industry", "accounts", Latest("industry"), "industry"),
        Signal("region", "accounts", Latest("region"), "region"),
        Signal("employees", "accounts", Latest("employees"), "people employed", unit="people", empty=None, changing=True),
        Signal("growth_potential", "accounts", Latest("growth_potential"), "growth potential", changing=True),
        Signal("age", "accounts", DaysSinceFirst(), "days as a customer", unit="days", empty=None),
        Signal("mrr", "subscriptions", TotalOpen("mrr", OPEN), "recurring revenue per month", unit="per month"),
        Signal("products", "subscriptions", OpenItems(OPEN), "subscriptions held", empty=0.0),
        Signal("plan", "subscriptions", Latest("plan"), "plan"),
        Signal("product_range", "subscriptions", Distinct("product"), "different products ever held"),
        Signal("subscribed_for", "subscriptions", DaysSinceFirst(), "days since the first subscription", unit="days", empty=None),
        Signal("contract_age", "subscriptions", DaysSinceLast(), "days since the contract last changed", unit="days", empty=None),
        Signal("contract_changes", "subscriptions", Count(), "contract changes", (180, 365)),
        Signal("renewal", "subscriptions", DaysUntil("renews_at", OPEN), "days until the contract renews", unit="days", empty=None),
        Signal("billing_months", "subscriptions", Latest("billing_months"), "months billed at once", unit="months", empty=None),
        Signal("auto_renew", "subscriptions", Latest("auto_renew"), "automatic renewal (1 is yes)", empty=None),
        Signal("playbooks", "interventions", Count(), "playbooks run", (90,)),
        Signal("invoices_change", "invoices", Change(Count()), "change in the number of invoices", (180,)),
    ),
)


# A contract is lost on its last day or on that of notice, which may lie months before: a word for each month, and none across the end of an interval that hazards are learnt over.
MONTHS = (*range(30, 331, 30), 365)
RENEWS = (("within 30 days", 0), *((f"in {first + 1} to {last} days", first) for first, last in pairwise(MONTHS)), ("later", 365))


def of_segments(segments: Segments) -> tuple[Signal, ...]:
    """The segments an account falls into, by the company's own limits."""
    yearly = TotalOpen("mrr", OPEN)
    return (
        Signal("tier", "subscriptions", Tier(segments.tiers, segments.large, segments.promising), "tier, by contract value, size and growth potential", changing=True),
        Signal("size_class", "accounts", Classed(Latest("employees"), segments.sizes), "size class, by people employed", changing=True),
        Signal("revenue_class", "subscriptions", Classed(yearly, segments.revenues, times=12), "class of yearly revenue"),
        Signal("paid_or_free", "subscriptions", PaidOrFree(), "paid or free"),
        Signal("stage", "subscriptions", LifecycleStage(*segments.stages), "stage of the customer's life"),
        Signal("renews", "subscriptions", Classed(DaysUntil("renews_at", OPEN), RENEWS), "when the contract renews"),
    )
