"""What the service knows of one account beyond the store: signals, facts and what-ifs.

All of it comes from the workspace (snapshots, models, lake), which `serving` never opens: the
command that composes the service hands in a `CloseUp`, or None where no workspace is at hand.
Nobody is asked who they are here. Whoever calls has made sure that the person asking may see the
account: `records` holds names and notes of people.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from serving.live.records import Records
from serving.live.values import Past, PeerRange, Value
from serving.live.what_if import Levers, WhatIf

Explain = Callable[[str, date | None, date | None], dict[str, Any]]
"""Explains an account at a date (None is the newest) against an earlier one (None is the one
before), as plain JSON values; raises NotExplained."""


@dataclass(frozen=True)
class CloseUp:
    """One account seen from near. Every callable raises NotExplained where there is no such thing.

    Attributes:
        explain: (account, as_of, since), see `Explain`; what `ExplanationOut` describes.
        past: (account, signals) the values in the stored snapshots of the last 24 months.
        peers: (account, signals) among the peers, in the newest run.
        levers: (account) what people can act on, in the newest run.
        what_if: (account, signals by name) what changed signals would do to the newest score;
            also raises NotAllowed.
        records: (account, since) the dated facts up to the newest run, those since a day; by
            default of the last 24 months.
        why: (account, since) what `explain` says of the newest run but for what would help, which
            takes half as long again; None where it is no quicker.
    """

    explain: Explain
    past: Callable[[str, Sequence[str]], Past]
    peers: Callable[[str, Sequence[str]], PeerRange]
    levers: Callable[[str], Levers]
    what_if: Callable[[str, Mapping[str, Value]], WhatIf]
    records: Callable[[str, date | None], Records]
    why: Callable[[str, date | None], dict[str, Any]] | None = None
