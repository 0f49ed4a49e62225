import pytest

from pipelines.draft.naming import EXACT, PARTLY, column_name, currency_in, grade, named_like

ENDS = ("ended at", "end date", "ended", "vertragsende")


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("customerID", "customer id"),
        ("HTTPStatusCode", "http status code"),
        ("Kündigungs-Datum", "kuendigungs datum"),
        ("Canceled At (UTC)", "canceled at"),
        ("MRR (USD)", "mrr"),
        ("properties.distinct_id", "distinct id"),
        ("usd", "usd"),
        ("Clé", "cle"),
    ],
)
def test_names_are_made_comparable(written, plain):
    assert column_name(written) == plain


def test_the_likelier_name_has_the_higher_grade():
    assert grade("ended_at", ENDS) == EXACT
    assert EXACT > grade("End Date", ENDS) > grade("Vertragsende", ENDS) > PARTLY
    assert grade("subscription_end_date", ENDS, ("subscription",)) > PARTLY
    assert grade("planned end date", ENDS) == grade("vertragsendes", ENDS) == PARTLY
    assert grade("region", ENDS) == grade("???", ENDS) == 0


def test_a_files_name_says_what_it_holds():
    tickets = ("ticket", "support ticket")
    assert named_like("support_tickets-2024", tickets) > named_like("ticket_users", tickets) > 0
    assert named_like("tickled", tickets) == 0


def test_a_currency_in_a_name():
    assert (currency_in("refund_amount_usd"), currency_in("amount")) == ("USD", "")
