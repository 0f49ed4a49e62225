"""Engagement: do they talk with us, and we with them?"""

from features.measures import AnsweredShare, Change, Count, DaysSinceFirst, DaysSinceLast, Distinct, HoursToAnswer, OpenItems, Share, ShareWith, SilenceAgainstCadence
from features.signal import Direction, GroupName, Signal, SignalGroup

UP = Direction.HEALTHIER
DOWN = Direction.WORSE
INBOUND = (("direction", ("inbound",)),)
MEETINGS = (("channel", ("meeting", "call")),)
GATHERINGS = (("channel", ("community", "office_hours", "webinar", "roundtable", "academy")),)
SPONSORS = (("role", ("executive", "champion")),)

GROUP = SignalGroup(
    GroupName.ENGAGEMENT,
    "Do we talk?",
    (
        Signal("touches", "interactions", Count(), "conversations, on any channel,", (7, 30, 90, 180, 365), direction=UP, actionable=True),
        Signal("touches_change", "interactions", Change(Count()), "change in conversations against the time before", (30, 90), direction=UP, actionable=True),
        Signal("inbound", "interactions", Count(), "conversations they began", (30, 90, 180), INBOUND, direction=UP, actionable=True),
        Signal("inbound_share", "interactions", Share(), "share of conversations they began", (90, 180), INBOUND, unit="of all", direction=UP, empty=None),
        Signal("meetings", "interactions", Count(), "meetings and calls", (30, 90, 180), MEETINGS, direction=UP, actionable=True),
        Signal("gatherings", "interactions", Count(), "events and trainings attended", (90, 365), GATHERINGS, direction=UP, actionable=True),
        Signal("last_spoke", "interactions", DaysSinceLast(), "days since anyone spoke", unit="days", direction=DOWN, empty=None, actionable=True),
        Signal("customer_last_spoke", "interactions", DaysSinceLast(), "days since the customer last spoke", (None,), INBOUND, unit="days", direction=DOWN, empty=None, actionable=True),
        Signal("answered", "interactions", AnsweredShare(7), "share of their messages answered within a week", (30, 90), unit="of all", direction=UP, empty=None, actionable=True),
        Signal("time_to_answer", "interactions", HoursToAnswer(7), "mean time until their messages were answered", (30, 90), unit="hours", direction=DOWN, empty=None, actionable=True),
        Signal("quiet", "interactions", SilenceAgainstCadence(), "time without a conversation compared with the usual rhythm", (365,), unit="times usual", direction=DOWN, empty=None, actionable=True),
        Signal("people_spoken", "interactions", Distinct("contact_id"), "different people we spoke with", (90, 180), unit="people", direction=UP, actionable=True),
        Signal("contacts", "contacts", OpenItems(("left_at",)), "people we know there", unit="people", direction=UP, actionable=True),
        Signal("sponsors", "contacts", OpenItems(("left_at",)), "executives and champions we know there", (None,), SPONSORS, unit="people", direction=UP, actionable=True),
        Signal("sponsors_left", "contacts", ShareWith("left_at"), "share of executives and champions who have left", (None,), SPONSORS, unit="of all", direction=DOWN, empty=0.0),
        Signal("known_for", "contacts", DaysSinceFirst(), "days since we got to know the first person", unit="days", empty=None),
    ),
)
