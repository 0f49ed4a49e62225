"""What other systems write in columns whose words the contract fixes, and for what is not there."""

from collections.abc import Mapping

Words = tuple[str, ...]

WORDS: Mapping[tuple[str, str], Mapping[str, Words]] = {
    ("contacts", "role"): {
        "executive": ("executive sponsor", "sponsor", "owner", "ceo", "cto", "cfo", "director"),
        "admin": ("administrator", "account admin", "workspace admin", "manager"),
        "champion": ("power user", "key user"),
        "user": ("member", "standard", "viewer", "editor", "guest", "end user", "benutzer"),
    },
    ("tickets", "severity"): {
        "low": ("minor", "p4", "p5", "4", "5", "niedrig", "gering", "sev4", "lowest"),
        "normal": ("medium", "moderate", "p3", "3", "mittel", "sev3", "standard"),
        "high": ("major", "p2", "2", "hoch", "sev2"),
        "critical": (
            "urgent",
            "blocker",
            "p1",
            "1",
            "p0",
            "kritisch",
            "dringend",
            "sev1",
            "highest",
        ),
    },
    ("interactions", "channel"): {
        "email": ("mail", "e-mail", "incoming_email", "email sent", "outreach"),
        "call": ("phone", "phone call", "telephone", "anruf", "telefon"),
        "meeting": ("in person", "video", "demo", "qbr", "termin", "besuch", "visit", "event"),
        "other": ("note", "task", "sms", "chat", "letter", "notiz", "postal_mail", "linkedin"),
    },
    ("interactions", "direction"): {
        "inbound": ("incoming", "in", "received", "eingehend"),
        "outbound": ("outgoing", "out", "sent", "ausgehend"),
    },
    ("feedback", "kind"): {
        "request": ("feature request", "idea", "suggestion", "improvement", "question"),
        "bug": ("defect", "error", "problem", "issue"),
        "complaint": ("negative", "detractor", "beschwerde"),
        "praise": ("positive", "compliment", "promoter", "lob"),
    },
    ("surveys", "kind"): {"nps": ("net promoter score",), "csat": ("satisfaction",), "ces": ()},
    ("risks", "level"): {
        "low": ("minor", "green", "niedrig"),
        "medium": ("moderate", "yellow", "mittel"),
        "high": ("major", "red", "hoch"),
        "critical": ("severe", "urgent", "kritisch"),
    },
    ("outcomes", "outcome"): {
        "churn": ("churned", "cancelled", "canceled", "lost", "cancellation", "kuendigung"),
        "contraction": ("downgrade", "downgraded", "contracted", "downsell"),
        "expansion": ("upgrade", "upgraded", "expanded", "upsell"),
    },
    ("interventions", "arm"): {
        "treated": ("treatment", "treat", "test", "1"),
        "holdout": ("control", "hold-out", "held out", "0"),
    },
}
"""The contract's word, and what else is written for it, in small letters."""
MONTHS: Mapping[str, int] = {
    "month": 1, "monthly": 1, "monatlich": 1, "monat": 1, "per month": 1, "1 month": 1,
    "quarter": 3, "quarterly": 3, "vierteljährlich": 3, "quartal": 3, "3 months": 3,
    "semiannual": 6, "semi-annual": 6, "half-yearly": 6, "halbjährlich": 6, "6 months": 6,
    "year": 12, "yearly": 12, "annual": 12, "annually": 12, "jährlich": 12, "jahr": 12,
    "jaehrlich": 12, "per year": 12, "1 year": 12, "12 months": 12,
    "biennial": 24, "two years": 24, "2 years": 24,
}  # fmt: skip
"""Months that are billed at once, by what is written for them."""
TRUE_WORDS = ("ja", "oui", "si", "sí", "wahr", "x", "on")
FALSE_WORDS = ("nein", "non", "falsch", "off")
NOTHING = (
    "null", "none", "nan", "n/a", "na", "#n/a", "nil", "-", "--", "\\n", "?",
    "0000-00-00", "0000-00-00 00:00:00", "00.00.0000", "00/00/0000", "nat", "undefined",
)  # fmt: skip
"""What is written where there is no value, in small letters."""
YEARLY = frozenset({"arr", "annual", "yearly", "acv", "annually", "jahresbetrag", "jahrespreis"})
CENTS = frozenset({"cents", "cent", "pence"})
IN_CENTS = frozenset({"unit amount", "price unit amount", "plan amount"})
"""Names of amounts that Stripe's interface writes in the smallest unit of the currency."""
EACH = frozenset(
    {"unit amount", "price unit amount", "unit price", "price per seat", "plan amount"}
)
"""Names of amounts that are for one unit: what is paid is so much for each of the seats."""
LEFT = frozenset({
    "churn", "churned", "is churned", "churn flag", "churn label", "churn value", "churn status",
    "attrition", "attrition flag", "exited", "left", "has left", "cancelled", "canceled",
    "is cancelled", "is canceled", "target", "label", "customer status",
})  # fmt: skip
"""Names of columns that say whether a customer has left, and not when."""
UNDONE = frozenset({"cancel", "cancelled", "canceled", "return", "returned", "refund", "refunded",
                    "void", "voided", "reversed", "storno"})  # fmt: skip
"""Words in names of columns that say whether what a row tells of was taken back."""
RIGHT_NOW = frozenset({"current", "next"})
"""Words in names of columns that are written over whenever they change."""
