"""Risk: what signs of trouble are there outside the product?"""

from features.measures import Count, DaysBetween, DaysSinceLast, Distinct, Max, OpenItems, Overdue, ShareWith, TotalOpen
from features.signal import Direction, GroupName, Signal, SignalGroup

DOWN = Direction.WORSE
SERIOUS = (("level", ("high", "critical")),)
CLOSED = ("resolved_at", "expires_at")

GROUP = SignalGroup(
    GroupName.RISK,
    "What trouble is known?",
    (
        Signal("open_risks", "risks", OpenItems(CLOSED), "open risks logged by people", direction=DOWN, actionable=True),
        Signal("serious_risks", "risks", OpenItems(CLOSED), "open risks of high or critical level", (None,), SERIOUS, direction=DOWN, actionable=True),
        Signal("risks", "risks", Count(), "risks logged by people", (30, 90, 365), direction=DOWN, actionable=True),
        Signal("risk_kinds", "risks", Distinct("category"), "different kinds of risk logged", (180,), direction=DOWN),
        Signal("last_risk", "risks", DaysSinceLast(), "days since a risk was logged", unit="days", empty=None),
        Signal("unpaid", "invoices", OpenItems(("paid_at",)), "unpaid invoices", direction=DOWN, actionable=True),
        Signal("unpaid_amount", "invoices", TotalOpen("amount", ("paid_at",)), "amount invoiced and not paid", direction=DOWN, actionable=True),
        Signal("largest_invoice", "invoices", Max("amount"), "largest invoice", (365,), empty=None),
        Signal("overdue", "invoices", Overdue("due_at", "paid_at"), "invoices past due", direction=DOWN, actionable=True),
        Signal("payment_delay", "invoices", DaysBetween("due_at", "paid_at"), "mean payment after the due date", (90, 180, 365), unit="days", direction=DOWN, empty=None, actionable=True),
        Signal("paid_share", "invoices", ShareWith("paid_at"), "share of invoices paid", (180,), unit="of all", empty=None),
    ),
)
