"""Adoption: how widely is the product used inside the account?"""

from features.measures import Change, Distinct, TotalOpen, Utilisation
from features.signal import Direction, GroupName, Signal, SignalGroup

UP = Direction.HEALTHIER

GROUP = SignalGroup(
    GroupName.ADOPTION,
    "How widely do they use it?",
    (
        Signal("users", "usage", Distinct("user_id"), "people who used the product", (7, 30, 60, 90, 180, 365), unit="people", direction=UP, actionable=True),
        Signal("users_change", "usage", Change(Distinct("user_id")), "change in people who used the product", (30, 90), direction=UP, actionable=True),
        Signal("features", "usage", Distinct("event"), "features used", (7, 30, 60, 90, 180, 365), direction=UP, actionable=True),
        Signal("features_change", "usage", Change(Distinct("event")), "change in the range of features used", (30, 90), direction=UP, actionable=True),
        Signal("utilisation", "usage", Utilisation(), "active people per seat paid for", (30, 60, 90), unit="of seats", direction=UP, empty=None, actionable=True),
        Signal("seats", "subscriptions", TotalOpen("seats", ("ended_at",)), "seats paid for", unit="seats", direction=UP),
    ),
)
