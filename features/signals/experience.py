"""Experience: how does the product, and do we, feel to them?"""

from features.measures import Change, Count, DaysSinceLast, Distinct, HoursBetween, Latest, Max, Mean, OpenItems, Share, ShareWith
from features.signal import Direction, GroupName, Signal, SignalGroup

UP = Direction.HEALTHIER
DOWN = Direction.WORSE
SEVERE = (("severity", ("high", "critical")),)
NPS, CSAT, CES = ((("kind", (kind,)),) for kind in ("nps", "csat", "ces"))
COMPLAINTS = (("kind", ("complaint", "bug")),)
PRAISE = (("kind", ("praise",)),)
REQUESTS = (("kind", ("request",)),)

GROUP = SignalGroup(
    GroupName.EXPERIENCE,
    "How does it feel?",
    (
        Signal("tickets", "tickets", Count(), "support tickets", (7, 30, 90, 180, 365)),
        Signal("tickets_change", "tickets", Change(Count()), "change in support tickets against the time before", (30, 90)),
        Signal("severe_tickets", "tickets", Count(), "tickets of high or critical severity", (30, 90, 180), SEVERE, direction=DOWN, actionable=True),
        Signal("severe_share", "tickets", Share(), "share of tickets of high or critical severity", (90, 180), SEVERE, unit="of all", direction=DOWN, empty=None, actionable=True),
        Signal("open_severe_tickets", "tickets", OpenItems(("resolved_at",)), "tickets of high or critical severity not resolved", (None,), SEVERE, direction=DOWN, actionable=True),
        Signal("ticket_kinds", "tickets", Distinct("category"), "different kinds of ticket", (180,)),
        Signal("open_tickets", "tickets", OpenItems(("resolved_at",)), "tickets not resolved", direction=DOWN, actionable=True),
        Signal("escalated", "tickets", ShareWith("escalated_at"), "share of tickets escalated", (90, 180), unit="of all", direction=DOWN, actionable=True),
        Signal("first_response", "tickets", HoursBetween("opened_at", "first_response_at"), "mean time to a first answer", (30, 90, 180), unit="hours", direction=DOWN, empty=None, actionable=True),
        Signal("resolution", "tickets", HoursBetween("opened_at", "resolved_at"), "mean time to resolve a ticket", (90, 180), unit="hours", direction=DOWN, empty=None, actionable=True),
        Signal("ticket_rating", "tickets", Mean("csat"), "mean rating of resolved tickets", (90, 365), direction=UP, empty=None, actionable=True),
        Signal("last_ticket", "tickets", DaysSinceLast(), "days since the last ticket", unit="days", empty=None),
        Signal("nps", "surveys", Latest("score"), "latest NPS answer", (365,), NPS, direction=UP, empty=None, actionable=True),
        Signal("nps_mean", "surveys", Mean("score"), "mean NPS answer", (90, 180, 365), NPS, direction=UP, empty=None, actionable=True),
        Signal("csat", "surveys", Mean("score"), "mean satisfaction answer", (180,), CSAT, direction=UP, empty=None, actionable=True),
        Signal("effort", "surveys", Mean("score"), "mean effort answer", (180,), CES, empty=None, actionable=True),
        Signal("nps_best", "surveys", Max("score"), "best NPS answer", (365,), NPS, direction=UP, empty=None),
        Signal("answers", "surveys", Count(), "survey answers", (90, 365), direction=UP),
        Signal("complaints", "feedback", Count(), "complaints and bugs reported", (30, 90, 180), COMPLAINTS, direction=DOWN, actionable=True),
        Signal("praise", "feedback", Count(), "words of praise", (90, 180), PRAISE, direction=UP),
        Signal("requests", "feedback", Count(), "features asked for", (90, 180), REQUESTS),
    ),
)
