"""What answers at once: the model that serves, held ready, and single accounts seen from near."""

from serving.live.closeup import (
    CloseUp,
    Explain,
)
from serving.live.records import (
    Contact,
    Conversation,
    LoggedRisk,
    Records,
    Subscription,
    Ticket,
)
from serving.live.refusals import (
    NotAllowed,
    NotExplained,
    Refused,
)
from serving.live.values import (
    Past,
    PeerRange,
    Quantiles,
    Value,
)
from serving.live.what_if import (
    Foretold,
    Lever,
    Levers,
    Moved,
    WhatIf,
)

__all__ = [
    "CloseUp",
    "Contact",
    "Conversation",
    "Explain",
    "Foretold",
    "Lever",
    "Levers",
    "LoggedRisk",
    "Moved",
    "NotAllowed",
    "NotExplained",
    "Past",
    "PeerRange",
    "Quantiles",
    "Records",
    "Refused",
    "Subscription",
    "Ticket",
    "Value",
    "WhatIf",
]
