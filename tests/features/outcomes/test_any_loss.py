"""Any loss: whichever of leaving and shrinking comes first."""

from collections.abc import Callable

from features.outcomes import AnyLoss, Declared, LogoChurn, Movement

Outcome = Callable[..., None]
NEVER = float("inf")
OUT = "not in the population"
ANY = AnyLoss(LogoChurn(30), Movement("contraction", 0.10, 30))
JAN = "2026-01-31"
MOVED = """
account | started_at | ended_at   | mrr
leaves  | 2025-01-01 | 2026-02-10 | 100
shrinks | 2025-01-01 | 2026-02-20 | 100
shrinks | 2026-02-20 |            | 80
both    | 2025-01-01 | 2026-02-15 | 100
both    | 2026-02-15 | 2026-04-11 | 50
grows   | 2025-01-01 | 2026-02-10 | 100
grows   | 2026-02-10 |            | 200
"""


def test_the_first_of_both_counts(outcome: Outcome) -> None:
    first = {"leaves": 10, "shrinks": 20, "both": 15, "grows": NEVER}
    outcome(ANY, {JAN: first}, subscriptions=MOVED)


def test_it_is_the_earlier_of_its_causes_at_every_date(outcome: Outcome) -> None:
    after = {"leaves": OUT, "shrinks": NEVER, "both": 42}
    outcome(ANY, {"2026-02-28": after}, subscriptions=MOVED)
    outcome(ANY.churn, {"2026-02-28": after}, subscriptions=MOVED)
    outcome(ANY.contraction, {"2026-02-28": {"both": NEVER}}, subscriptions=MOVED)


def test_work_that_was_completed_is_no_loss(outcome: Outcome) -> None:
    done = """
    account | started_at | ended_at   | mrr | is_completed
    a1      | 2025-01-01 | 2026-02-10 | 100 | yes
    """
    outcome(ANY, {JAN: NEVER}, subscriptions=done)


def test_declared_causes_alike(outcome: Outcome) -> None:
    declared = AnyLoss(Declared("logo_churn"), Declared("contraction"))
    written = """
    account | outcome     | occurred_at
    a1      | contraction | 2026-02-20
    a1      | churn       | 2026-03-20
    a2      | churn       | 2026-02-10
    """
    accounts = "account | created_at\na1 | 2025-01-01\na2 | 2025-01-01"
    outcome(declared, {JAN: {"a1": 20, "a2": 10}}, outcomes=written, accounts=accounts)
    assert declared.lag_days == 0
    assert set(declared.reads) == {"subscriptions", "outcomes"}


def test_reads_and_waits_for_both() -> None:
    assert ANY.reads == LogoChurn().reads
    assert ANY.lag_days == 30
    assert AnyLoss(LogoChurn(5), Movement("contraction", 0.1, 40)).lag_days == 40
