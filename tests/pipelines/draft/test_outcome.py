"""What the rows of tables allow to be foretold."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from features.contract import TABLES
from features.contract.arrow import schema
from pipelines.draft.outcome import outcome_of

BEGIN, NOW = datetime(2024, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)


def day(number):
    return BEGIN + timedelta(days=number)


def rows(table, *given, **usual):
    fields = schema(TABLES[table])
    full = [dict.fromkeys(fields.names) | usual | row for row in given]
    return pa.Table.from_pylist(full, fields)


def contracts(*spans):
    """Subscriptions by account, start and end."""
    usual = {"mrr": 9, "is_free": False, "is_completed": False}
    given = [
        {"account_id": a, "subscription_id": str(i), "started_at": day(s), "ended_at": e and day(e)}
        for i, (a, s, e) in enumerate(spans)
    ]
    return rows("subscriptions", *given, **usual)


def uses(every, count=60, accounts=10, event="login"):
    given = [
        {"account_id": f"a{a}", "event": event, "occurred_at": day(i * every + a)}
        for a in range(accounts)
        for i in range(count)
    ]
    return rows("usage", *given, quantity=1.0)


def test_an_account_is_lost_when_its_last_subscription_has_ended():
    found = outcome_of(
        {"subscriptions": contracts(("a", 0, 90), ("a", 90, None), ("b", 0, 90), ("c", 200, None))},
        (),
        NOW,
    )
    assert (found.name, found.derive) == ("logo_churn", "")
    assert "1 of 3 subscribed accounts" in found.why
    assert found.doubts == ("few losses to learn from: 1",)


def test_an_end_that_lies_ahead_of_the_data_is_no_loss():
    tables = {"subscriptions": contracts(("a", 0, 400), ("b", 0, 90)), "usage": uses(5)}
    assert "1 of 2 subscribed" in outcome_of(tables, (), NOW).why


def test_listed_losses_tell_where_subscriptions_do_not():
    gone = rows(
        "outcomes",
        *({"account_id": f"a{i}"} for i in range(40)),
        outcome="churn",
        occurred_at=day(9),
    )
    found = outcome_of({"subscriptions": contracts(("a", 0, None)), "outcomes": gone}, (), NOW)
    assert (found.name, found.derive) == ("logo_churn", "outcomes")


@pytest.mark.parametrize(("every", "days"), [(2, 30), (31, 60), (85, 90), (700, 365)])
def test_a_lapse_is_longer_than_usual_pauses(every, days):
    found = outcome_of({"usage": uses(every)}, (), NOW)
    assert (found.name, found.silent_days, found.activity) == ("lapse", days, "usage")


def test_only_the_events_of_activity_count():
    both = pa.concat_tables([uses(40), uses(4, count=600, event="mail")])
    assert outcome_of({"usage": both}, ("login",), NOW).silent_days == 60
    assert outcome_of({"usage": both}, (), NOW).silent_days == 30


def test_a_short_log_and_few_pauses_are_doubted():
    found = outcome_of({"usage": uses(9, count=3, accounts=2)}, (), NOW)
    assert found.silent_days == 90
    assert any("few to tell" in doubt for doubt in found.doubts)
    assert any("covers 19 days" in doubt for doubt in found.doubts)


def test_without_losses_and_logs_nothing_can_be_told():
    assert "none of 1 subscribed accounts" in outcome_of(
        {"subscriptions": contracts(("a", 0, None))}, (), NOW
    )
    assert "no table tells of losses" in outcome_of({}, (), NOW)
