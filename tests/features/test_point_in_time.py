"""The bitemporal rules, one small table each: what a snapshot sees and what it does not."""

from collections.abc import Callable

from features.measures import ActiveDays, Count, DaysSinceLast, Distinct, Latest, Total, TotalOpen

Spec = Callable[..., None]


def test_a_fact_that_is_known_late_is_seen_late(spec: Spec) -> None:
    late = """
    account | occurred_at | known_at   | quantity
    a1      | 2026-01-10  | 2026-01-10 | 3
    a1      | 2026-01-20  | 2026-02-03 | 5
    """
    seen = {"2026-01-31": 3, "2026-02-02": 3, "2026-02-03": 8}
    spec(Total("quantity"), seen, usage=late)
    old = """
    account | created_at
    a1      | 2025-01-01
    """
    windowed = {"2026-01-31": 3, "2026-02-03": 8, "2026-02-28": None}
    spec(Total("quantity"), windowed, window=30, usage=late, accounts=old)


def test_a_fact_that_is_known_beforehand_is_seen_when_it_happens(spec: Spec) -> None:
    signed = """
    account | started_at | known_at   | mrr
    a1      | 2026-03-01 | 2026-01-10 | 200
    """
    spec(
        TotalOpen("mrr", ("ended_at",)),
        {"2026-02-28": None, "2026-03-01": 200},
        subscriptions=signed,
    )


def test_the_end_of_a_day_is_the_last_microsecond_before_the_next(spec: Spec) -> None:
    edges = """
    account | occurred_at                | quantity
    a1      | 2026-01-31T23:59:59.999999 | 1
    a1      | 2026-02-01T00:00:00        | 10
    """
    spec(Total("quantity"), {"2026-01-30": None, "2026-01-31": 1, "2026-02-01": 11}, usage=edges)


def test_the_end_of_a_day_holds_for_known_at_too(spec: Spec) -> None:
    edges = """
    account | occurred_at | known_at                   | quantity
    a1      | 2026-01-10  | 2026-01-31T23:59:59.999999 | 1
    a1      | 2026-01-10  | 2026-02-01                 | 10
    """
    spec(Total("quantity"), {"2026-01-30": None, "2026-01-31": 1, "2026-02-01": 11}, usage=edges)


def test_a_window_begins_at_the_first_microsecond_of_its_first_day(spec: Spec) -> None:
    edges = """
    account | occurred_at                | quantity
    a1      | 2026-01-24T23:59:59.999999 | 1
    a1      | 2026-01-25T00:00:00        | 10
    a1      | 2026-01-31                 | 100
    """
    spec(Total("quantity"), {"2026-01-31": 110, "2026-02-01": 100}, window=7, usage=edges)


def test_the_leap_day_is_a_day(spec: Spec) -> None:
    leap = """
    account | occurred_at      | quantity
    a1      | 2024-02-28T12:00 | 1
    a1      | 2024-02-29T12:00 | 10
    a1      | 2024-03-01       | 100
    """
    expected = {"2024-02-28": 1, "2024-02-29": 11, "2024-03-01": 111, "2024-03-02": 110}
    spec(Total("quantity"), expected, window=3, usage=leap)
    spec(DaysSinceLast(), {"2024-02-29": 0.5, "2024-03-01": 1}, usage=leap)


def test_a_correction_holds_from_when_it_is_known_and_never_reaches_back(spec: Spec) -> None:
    corrected = """
    account | event_id | occurred_at | known_at   | quantity
    a1      | e1       | 2026-01-10  | 2026-01-10 | 3
    a1      | e1       | 2026-01-10  | 2026-02-05 | 30
    a1      | e1       | 2026-01-10  | 2026-03-05 | 300
    """
    seen = {"2026-01-31": 3, "2026-02-04": 3, "2026-02-05": 30, "2026-03-04": 30, "2026-03-05": 300}
    spec(Total("quantity"), seen, usage=corrected)
    spec(Count(), {"2026-01-31": 1, "2026-02-28": 1, "2026-03-31": 1}, usage=corrected)


def test_a_correction_moves_a_fact_to_another_day(spec: Spec) -> None:
    moved = """
    account | event_id | occurred_at | known_at   | quantity
    a1      | e1       | 2026-01-30  | 2026-01-30 | 3
    a1      | e1       | 2026-01-02  | 2026-02-05 | 3
    """
    spec(DaysSinceLast(), {"2026-01-31": 2, "2026-02-04": 6, "2026-02-05": 35}, usage=moved)


def test_a_fact_put_off_has_not_happened_and_its_old_version_does_not_come_back(spec: Spec) -> None:
    put_off = """
    account | subscription_id | started_at | known_at   | mrr
    a1      | s1              | 2026-02-01 | 2026-01-10 | 200
    a1      | s1              | 2026-03-01 | 2026-01-20 | 200
    """
    seen = {"2026-02-01": None, "2026-02-28": None, "2026-03-01": 200}
    spec(TotalOpen("mrr", ("ended_at",)), seen, subscriptions=put_off)


def test_a_fact_corrected_to_another_account_leaves_the_first(spec: Spec) -> None:
    moved = """
    account | ticket_id | opened_at  | known_at
    a1      | t1        | 2026-01-10 | 2026-01-10
    a2      | t1        | 2026-01-10 | 2026-01-15
    """
    before, after = {"a1": 1, "a2": None}, {"a1": None, "a2": 1}
    spec(Count(), {"2026-01-14": before, "2026-01-15": after}, tickets=moved)


def test_versions_of_an_account_hold_from_when_they_are_known(spec: Spec) -> None:
    versions = """
    account | created_at | known_at   | industry | employees
    a1      | 2025-01-01 | 2025-01-01 | retail   | 10
    a1      | 2025-01-01 | 2026-01-15 | banking  | 500
    """
    spec(Latest("industry"), {"2026-01-14": "retail", "2026-01-15": "banking"}, accounts=versions)
    spec(Latest("employees"), {"2026-01-14": 10, "2026-01-15": 500}, accounts=versions)


def test_an_account_without_dates_was_always_known(spec: Spec) -> None:
    undated = """
    account | created_at | industry
    a1      |            | retail
    """
    spec(Latest("industry"), {"1999-01-01": "retail"}, accounts=undated)


def test_what_is_seen_of_an_account_does_not_hang_on_its_own_row(spec: Spec) -> None:
    accounts = """
    account | created_at | known_at
    a1      | 2026-05-01 | 2026-05-01
    """
    usage = """
    account | occurred_at
    a1      | 2026-01-10
    a2      | 2026-01-10
    """
    spec(Count(), {"2026-01-31": {"a1": 1, "a2": 1}}, usage=usage, accounts=accounts)


def test_a_user_of_two_accounts_counts_in_both(spec: Spec) -> None:
    shared = """
    account | user_id | occurred_at
    a1      | u1      | 2026-01-10
    a1      | u1      | 2026-01-11
    a2      | u1      | 2026-01-10
    a2      | u2      | 2026-01-10
    """
    spec(Distinct("user_id"), {"2026-01-31": {"a1": 1, "a2": 2}}, usage=shared)


def test_ids_are_words_and_not_numbers(spec: Spec) -> None:
    ids = """
    account | user_id | occurred_at
    1       | 7       | 2026-01-10
    01      | 07      | 2026-01-10
    01      | 7       | 2026-01-10
    10      | 7       | 2026-01-10
    """
    spec(Distinct("user_id"), {"2026-01-31": {"1": 1, "01": 2, "10": 1}}, usage=ids)


def test_rows_in_any_order_say_the_same(spec: Spec) -> None:
    unsorted = """
    account | occurred_at | quantity
    a2      | 2026-01-20  | 0.3
    a1      | 2026-01-30  | 0.1
    a2      | 2026-01-10  | 0.1
    a1      | 2026-01-10  | 0.2
    a1      | 2026-01-10  | 0.7
    """
    spec(ActiveDays(), {"2026-01-31": {"a1": 2, "a2": 2}}, usage=unsorted)
    spec(Total("quantity"), {"2026-01-31": {"a1": 1.0, "a2": 0.4}}, usage=unsorted)


def test_the_same_row_of_a_keyed_table_is_one_fact(spec: Spec) -> None:
    twice = """
    account | ticket_id | opened_at  | known_at
    a1      | t1        | 2026-01-10 | 2026-01-10
    a1      | t1        | 2026-01-10 | 2026-01-10
    a1      | t2        | 2026-01-10 | 2026-01-10
    """
    spec(Count(), {"2026-01-31": 2}, tickets=twice)


def test_repeats_in_a_log_without_ids_are_facts_once_loading_has_kept_them(spec: Spec) -> None:
    repeats = """
    account | event_id | occurred_at
    a1      |          | 2026-01-10
    a1      |          | 2026-01-10
    a1      | e1       | 2026-01-10
    a1      | e1       | 2026-01-10
    """
    spec(Count(), {"2026-01-31": 3}, usage=repeats)


def test_not_connected_is_missing_and_nothing_happened_is_none(spec: Spec) -> None:
    usage = """
    account | occurred_at
    a1      | 2026-01-10
    """
    accounts = """
    account | created_at
    a1      | 2025-01-01
    a2      | 2025-01-01
    """
    happened = {"a1": 1, "a2": 0}
    spec(Count(), {"2026-01-31": happened}, empty=0.0, usage=usage, accounts=accounts)
    spec(
        Count(),
        {"2026-01-31": {"a1": None, "a2": None}},
        empty=0.0,
        of="tickets",
        usage=usage,
        accounts=accounts,
    )
    spec(Latest("plan"), {"2026-01-31": None}, of="subscriptions", accounts=accounts)
    spec(
        Count(),
        {"2026-01-31": {"a1": 0, "a2": 0}},
        empty=0.0,
        tickets="account | opened_at",
        accounts=accounts,
    )
