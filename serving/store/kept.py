"""The few signals whose newest values the store keeps, to filter and to show accounts by.

All signals of a run lie in the snapshots of the workspace; a list of a million accounts is
filtered in the database, so what it may be filtered by is kept there too. One line here is one
column of `score_latest`; a new line needs a migration.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeptSignal:
    """A signal that accounts can be filtered by.

    Attributes:
        name: its name in questions and answers, and its column in the store.
        signal: the column of the snapshot.
        words: what it counts or measures.
    """

    name: str
    signal: str
    words: str


KEPT: tuple[KeptSignal, ...] = (
    KeptSignal("last_spoke", "engagement__customer_last_spoke", "days since the customer spoke"),
    KeptSignal("users", "adoption__users_30d", "people who used the product in 30 days"),
    KeptSignal(
        "users_change", "adoption__users_change_30d", "change of them against the 30 days before"
    ),
    KeptSignal("utilisation", "adoption__utilisation_30d", "active people per seat paid for"),
)
