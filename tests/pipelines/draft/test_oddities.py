"""Exports with something odd about them: taken as meant where that can be told, asked where not."""

from datetime import date, timedelta

import pandas as pd
import pytest

START = date(2024, 1, 3)
DAYS = [START + timedelta(days=9 * i) for i in range(60)]


def lines(header, rows):
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"


def accounts(stranger, name="exports/accounts.csv"):
    rows = [(f"a{i}", f"Firm {i}", day) for i, day in enumerate(DAYS)]
    stranger.write(name, lines("account_id,name,created_at", rows))


def contracts(
    stranger, form="%Y-%m-%d", header="subscription_id,account_id,mrr,start_date,end_date"
):
    rows = [
        (f"s{i}", f"a{i}", 100 + i, day.strftime(form),
         (day + timedelta(days=300)).strftime(form) if i % 2 else "")
        for i, day in enumerate(DAYS)
    ]  # fmt: skip
    stranger.write("exports/subscriptions.csv", lines(header, rows))


def taken(stranger, table):
    return stranger.prepared().batches[table].rows.to_pylist()


def test_days_and_months_that_cannot_be_told_apart_are_asked(stranger):
    accounts(stranger)
    few = [date(2024, 1 + i % 12, 1 + i % 9) for i in range(30)]
    rows = [(f"s{i}", f"a{i}", 9, f"{d:%d/%m/%Y}", f"{d:%d/%m}/2025") for i, d in enumerate(few)]
    header = "subscription_id,account_id,mrr,start_date,end_date"
    stranger.write("exports/subscriptions.csv", lines(header, rows))

    said = stranger.init().stdout

    assert "'start_date' may be %d/%m/%Y or %m/%d/%Y" in said
    assert stranger.config.sources["subscriptions"].timestamp_formats == ()
    decided = stranger.text.replace(
        '# ? timestamp_formats = ["%d/%m/%Y"]', "timestamp_formats = '%d/%m/%Y'"
    )
    assert decided != stranger.text
    stranger.write("forewarn.toml", decided)
    found = {row["started_at"].date() for row in taken(stranger, "subscriptions")}
    assert found == set(few)


def test_one_date_of_a_file_tells_the_order_of_another(stranger):
    accounts(stranger)
    rows = [(f"s{i}", f"a{i}", 9, "03/04/2024", f"{28 - i % 9}/05/2025") for i in range(30)]
    header = "subscription_id,account_id,mrr,start_date,end_date"
    stranger.write("exports/subscriptions.csv", lines(header, rows))

    assert "timestamp_formats" not in stranger.init().stdout

    assert stranger.config.sources["subscriptions"].timestamp_formats == ("%d/%m/%Y",)
    assert {row["started_at"].date() for row in taken(stranger, "subscriptions")} == {
        date(2024, 4, 3)
    }


def test_a_few_dates_that_are_none_do_not_hide_the_form(stranger):
    accounts(stranger)
    contracts(stranger, "%d.%m.%Y")
    path = stranger.folder / "exports" / "subscriptions.csv"
    path.write_text(path.read_text() + "s99,a1,5,soon,\n")

    assert "it is not a date" in stranger.init().stdout

    assert stranger.config.sources["subscriptions"].timestamp_formats == ("%d.%m.%Y",)
    assert len(taken(stranger, "subscriptions")) == len(DAYS)


def test_words_for_nothing_utf16_and_months(stranger):
    rows = [
        "Customer No\tName\tCustomer Since",
        *(f"{i:05}\tFïrm {i}\t{d}" for i, d in enumerate(DAYS)),
    ]
    stranger.write("exports/customers.txt", "\n".join(rows).encode("utf-16"))
    ends = [d + timedelta(days=200) if i % 2 else "NULL" for i, d in enumerate(DAYS)]
    rows = [
        (i, f"{i:05}", 30, d, end, "Ja") for i, (d, end) in enumerate(zip(DAYS, ends, strict=True))
    ]
    header = "Contract No,Customer No,Monthly Fee,Start,End,Auto Renew"
    stranger.write("exports/contracts.tsv", lines(header, rows).replace(",", "\t"))
    rows = [(f"{i:05}", f"{d:%Y-%m}", i % 7, i % 9) for i, d in enumerate(DAYS)]
    stranger.write("exports/activity.csv", lines("customer_no,month,logins,exports", rows))

    said = stranger.init()

    assert said.exit_code == 0, said.stderr
    found = {row["account_id"]: row for row in taken(stranger, "subscriptions")}
    assert found["00000"]["ended_at"] is None
    assert found["00001"]["ended_at"].date() == ends[1]
    assert found["00000"]["auto_renew"] is True
    used = {
        (r["account_id"], r["event"], r["occurred_at"].date()) for r in taken(stranger, "usage")
    }
    assert ("00000", "activity logins", date(2024, 1, 31)) in used


def test_typed_files_with_values_of_every_sort(stranger):
    (stranger.folder / "exports").mkdir()
    orgs = pd.DataFrame(
        {"org_id": range(60), "org_name": pd.Categorical([f"F{i}" for i in range(60)])}
    )
    orgs["created"], orgs["tags"] = pd.to_datetime(DAYS), [["a", "b"]] * 60
    orgs.to_parquet(stranger.folder / "exports" / "orgs.parquet")
    uses = pd.DataFrame({"org": [float(i % 60) for i in range(900)], "action": "login"})
    uses["ts"] = pd.to_datetime(
        [DAYS[i % 60] + timedelta(days=i // 60) for i in range(900)], utc=True
    )
    uses.to_parquet(stranger.folder / "exports" / "activity.parquet")

    assert stranger.init().exit_code == 0

    assert stranger.config.learnt == "lapse"
    assert len(taken(stranger, "usage")) == 900
    assert taken(stranger, "accounts")[0]["name"] == "F0"


def test_rows_find_their_account_through_those_of_people(stranger):
    accounts(stranger)
    contracts(stranger)
    people = [(f"u{i}@x.org", f"a{i % 60}", "Admin") for i in range(120)]
    stranger.write("exports/users.csv", lines("email,account_id,role", people))
    logins = [
        (f"u{i % 120}@x.org", f"{DAYS[i % 60]}T10:{i // 60:02}:{i % 60:02}Z") for i in range(600)
    ]
    stranger.write("exports/logins.csv", lines("email,logged_in", logins))

    stranger.init()

    used = taken(stranger, "usage")
    assert len(used) == 600
    assert {row["account_id"] for row in used} == {f"a{i}" for i in range(60)}
    assert {row["event"] for row in used} == {"login"}


def test_one_list_of_customers_with_starts_and_ends_is_enough(stranger):
    rows = [(f"K{i}", f"{10 + i},50", f"{d:%d.%m.%Y}", "31.12.9999" if i % 2 else "30.06.2026")
            for i, d in enumerate(DAYS)]  # fmt: skip
    text = "Kunde;Preis;Beginn;Ende\n" + "\n".join(";".join(row) for row in rows)
    stranger.write("exports/kunden_export.csv", text)

    said = stranger.init().stdout

    assert "30 of 60 subscribed accounts have no subscription left" in said
    assert "taken to be per month: is it?" in said
    assert float(taken(stranger, "subscriptions")[0]["mrr"]) == 10.5
    assert {row["account_id"] for row in taken(stranger, "accounts")} == {
        f"K{i}" for i in range(60)
    }


def test_versions_of_accounts_are_told_apart(stranger):
    rows = [(f"a{i // 2}", "Firm", i, d) for i, d in enumerate(DAYS)]
    stranger.write("exports/accounts.csv", lines("account_id,name,employees,changed_on", rows))
    contracts(stranger)
    stranger.init()

    assert stranger.config.sources["accounts"].rename["known_at"] == "changed_on"
    assert len(taken(stranger, "accounts")) == 60


def test_answers_in_columns_become_rows(stranger):
    accounts(stranger)
    contracts(stranger)
    rows = [(f"a{i}", i % 11, "" if i % 2 else i % 6, d) for i, d in enumerate(DAYS)]
    stranger.write("exports/survey_answers.csv", lines("account_id,nps,csat,answered_at", rows))
    stranger.init()

    kinds = [row["kind"] for row in taken(stranger, "surveys")]
    assert (kinds.count("nps"), kinds.count("csat")) == (60, 30)


def test_renewals_that_are_written_over_are_left_out(stranger):
    accounts(stranger)
    rows = [(f"s{i}", f"a{i}", 9, d, "", "2027-01-01") for i, d in enumerate(DAYS)]
    rows += [(f"t{i}", f"a{i}", 9, d, "2026-01-01", "2026-01-01") for i, d in enumerate(DAYS)]
    rows += [("z", "a0", 9, "2026-02-01", "2026-03-01", "")]
    header = "subscription_id,account_id,mrr,start_date,end_date,renewal_date"
    stranger.write("exports/subscriptions.csv", lines(header, rows))
    gone = [(f"a{i}", "2026-01-01") for i in range(40)]
    stranger.write("exports/churned_customers.csv", lines("account_id,churn_date", gone))

    said = stranger.init()

    assert "renews_at: 'renewal_date' was left out" in said.stdout, said.stderr
    assert all(row["renews_at"] is None for row in taken(stranger, "subscriptions"))
    assert "40 losses are listed" in said.stdout


def test_a_column_with_the_contracts_name_and_other_values_is_not_taken(stranger):
    accounts(stranger)
    contracts(stranger, header="subscription_id,account_id,mrr,start_date,ended_at")
    path = stranger.folder / "exports" / "subscriptions.csv"
    text = path.read_text().replace("ended_at\n", "ended_at,seats\n", 1)
    head, *rest = text.splitlines()
    path.write_text("\n".join([head, *(f"{line},many" for line in rest)]))

    stranger.init()

    assert stranger.config.sources["subscriptions"].compute["seats"] == "NULL"
    assert len(taken(stranger, "subscriptions")) == len(DAYS)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("book.xlsx", b"PK\3\4", "save each sheet as CSV"),
        ("all.json", b'[{"a": 1}]', "write one object per line"),
        ("nothing.csv", b"", "it is empty"),
        ("titled.csv", b"Report of all\n\na,b\n1,2\n", "do the columns' names stand"),
        ("headless.csv", b"17,2024-01-01,3.5\n18,2024-01-02,4.5\n", "first line seems to be a row"),
        ("twice.csv", b"a,b,A\n1,2,3\n", "more than once"),
        ("header.csv", b"account_id,amount\n", "it has no rows"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_used_are_named_with_what_to_do(stranger, name, content, said):
    accounts(stranger)
    contracts(stranger)
    stranger.write(f"exports/{name}", content)

    drafted = stranger.init()

    assert drafted.exit_code == 0, drafted.stderr
    assert f"exports/{name}" in drafted.stdout
    assert said in drafted.stdout


def test_customers_who_are_all_still_there_teach_nothing(stranger):
    accounts(stranger)
    rows = [(f"s{i}", f"a{i}", 9, d) for i, d in enumerate(DAYS)]
    stranger.write(
        "exports/subscriptions.csv", lines("subscription_id,account_id,mrr,start_date", rows)
    )

    refused = stranger.init()

    assert refused.exit_code == 2
    assert "cannot tell who leaves" in refused.stderr
    assert not (stranger.folder / "forewarn.toml").exists()


def test_accounts_alone_teach_nothing(stranger):
    accounts(stranger)
    refused = stranger.init()
    assert refused.exit_code == 2
    assert "no table that tells of losses" in refused.stderr


def test_amounts_in_several_currencies_ask_for_rates(stranger):
    accounts(stranger)
    rows = [(f"s{i}", f"a{i}", 9, "usd" if i % 3 else "gbp", d, d + timedelta(days=90))
            for i, d in enumerate(DAYS)]  # fmt: skip
    header = "subscription_id,account_id,mrr,currency,start_date,end_date"
    stranger.write("exports/subscriptions.csv", lines(header, rows))

    said = stranger.init().stdout

    assert stranger.config.company.currency == "USD"
    assert "rates: amounts in GBP need its rate" in said
    assert '# ? currency = "GBP"' in stranger.text


def test_periods_that_are_paid_are_subscriptions_whatever_the_file_is_called(stranger):
    people = [(f"u{i}", f"{d:%Y%m%d}") for i, d in enumerate(DAYS)]
    stranger.write("exports/members.csv", lines("msno,registration_init_time", people))
    months = range(0, 600, 30)
    paid = [
        (
            f"u{i}",
            149,
            f"{START + timedelta(days=m):%Y%m%d}",
            f"{START + timedelta(days=m + 30):%Y%m%d}",
        )
        for i in range(60)
        for m in months
        if i % 3 or m < 300
    ]
    header = "msno,plan_list_price,transaction_date,membership_expire_date"
    stranger.write("exports/transactions.csv", lines(header, paid))
    logs = [
        (f"u{i}", f"{START + timedelta(days=m):%Y%m%d}", m / 7) for i in range(60) for m in months
    ]
    stranger.write("exports/user_logs.csv", lines("msno,date,total_secs", logs))

    said = stranger.init().stdout

    assert "20 of 60 subscribed accounts have no subscription left" in said
    assert len(taken(stranger, "subscriptions")) == len(paid)
    assert {row["event"] for row in taken(stranger, "usage")} == {"user log", "user log total secs"}


def test_a_column_that_two_files_share_is_asked_about_as_the_account(stranger):
    rows = [(f"KL-{i}", f"Firma {i}", d) for i, d in enumerate(DAYS)]
    stranger.write("exports/klanten.csv", lines("klantcode,naam,sinds", rows))
    rows = [(f"KL-{i % 60}", d + timedelta(days=i // 60)) for i in range(300) for d in DAYS[:1]]
    stranger.write("exports/bestelling.csv", lines("klantcode,datum", rows))

    said = stranger.init()

    assert "accounts.account_id: taken from 'klantcode'" in said.stdout, said.stderr
    assert len(taken(stranger, "accounts")) == 60
    assert len(taken(stranger, "usage")) == 300


def test_payments_are_invoices_of_their_own_day(stranger):
    accounts(stranger)
    contracts(stranger)
    rows = [(f"p{i}", f"a{i}", 9.5, d) for i, d in enumerate(DAYS)]
    stranger.write("exports/payments.csv", lines("payment_id,account_id,amount_usd,paid_at", rows))

    said = stranger.init().stdout

    assert "paid_at stands in for it" in said
    assert {row["issued_at"].date() for row in taken(stranger, "invoices")} == set(DAYS)
    assert stranger.config.company.currency == "USD"


def test_amounts_with_points_between_thousands_are_read_as_they_are_meant(stranger):
    accounts(stranger)
    prices = ["1.500", "980", "12.000", "2.250"]
    rows = [
        (f"s{i}", f"a{i}", prices[i % 4], day, day + timedelta(days=300) if i % 2 else "")
        for i, day in enumerate(DAYS)
    ]
    header = "subscription_id,account_id,mrr,start_date,end_date"
    stranger.write("exports/subscriptions.csv", lines(header, rows))

    said = stranger.init().stdout

    assert {int(row["mrr"]) for row in taken(stranger, "subscriptions")} == {1500, 980, 12000, 2250}
    assert "mrr: its points are read as parting thousands; they may be decimal" in said


def paid_months(stranger, form="%Y-%m-%d"):
    """A row for each paid month, which says its last day; half of the accounts leave."""
    begins = [date(2024, month, 1) for month in range(1, 13)] + [date(2025, 1, 1)]
    rows = [
        (f"s{i}-{k}", f"a{i}", 100, begin.strftime(form),
         (after - timedelta(days=1)).strftime(form))
        for i in range(40)
        for k, (begin, after) in enumerate(zip(begins, begins[1:], strict=False))
        if i % 2 or k < 6
    ]  # fmt: skip
    header = "subscription_id,account_id,mrr,start_date,end_date"
    stranger.write("exports/subscriptions.csv", lines(header, rows))


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y"])
def test_the_last_day_of_a_paid_period_is_paid(stranger, form):
    accounts(stranger)
    paid_months(stranger, form)

    said = stranger.init().stdout

    assert "ended_at: the day after the last one, as the next row begins a day later" in said
    rows = taken(stranger, "subscriptions")
    ends = {row["ended_at"].date() for row in rows}
    assert ends == {*(date(2024, month, 1) for month in range(2, 13)), date(2025, 1, 1)}


@pytest.mark.parametrize(
    "dates",
    ["Period Start,Period End", "Term Start,Term End", "Leistung von,Leistung bis"],
)
def test_terms_and_paid_periods_are_subscriptions(stranger, dates):
    accounts(stranger)
    contracts(stranger, header=f"subscription_id,account_id,mrr,{dates}")

    assert stranger.init().exit_code == 0

    assert stranger.config.learnt == "logo_churn"
    ends = [row["ended_at"] and row["ended_at"].date() for row in taken(stranger, "subscriptions")]
    assert ends == [day + timedelta(days=300) if i % 2 else None for i, day in enumerate(DAYS)]


def test_a_header_that_comes_again_does_not_cost_the_file(stranger):
    rows = [(f"a{i}", f"Firm {i}", day, f"Owner {i}") for i, day in enumerate(DAYS)]
    stranger.write("exports/accounts.csv", lines("account_id,name,created_at,Name", rows))
    contracts(stranger)
    users = [(f"u{i}@x.org", f"a{i % 60}", "Admin") for i in range(120)]
    stranger.write("exports/users.csv", lines("email,account_id,role", users))

    said = stranger.init()

    told = "the header has 'Name' more than once; the later one is read as 'Name_2'"
    assert f"read otherwise: exports/accounts.csv: {told}" in said.stdout, said.stderr
    found = {row["account_id"]: row["name"] for row in taken(stranger, "accounts")}
    assert found == {f"a{i}": f"Firm {i}" for i in range(60)}
    assert told in stranger.forewarn("check").stdout


def spreadsheet(stranger, *ways):
    """Contracts whose starts are written in turn in each of some ways."""
    rows = [
        (f"s{i}", f"a{i}", 100 + i, ways[i % len(ways)](day),
         day + timedelta(days=300) if i % 2 else "")
        for i, day in enumerate(DAYS)
    ]  # fmt: skip
    header = "subscription_id,account_id,mrr,start_date,end_date"
    stranger.write("exports/subscriptions.csv", lines(header, rows))


def iso(day):
    return day.isoformat()


def dotted(day):
    return f"{day:%d.%m.%Y}"


def counted(day):
    return (day - date(1899, 12, 30)).days


def german(day):
    months = ("Jan.", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
              "Okt.", "November", "Dezember")  # fmt: skip
    return f"{day.day}. {months[day.month - 1]} {day.year}"


@pytest.mark.parametrize(
    "ways",
    [(iso, dotted), (counted,), (counted, iso), (dotted, counted, iso), (german,), (german, iso)],
)
@pytest.mark.parametrize("alone", [True, False])
def test_dates_as_spreadsheets_mix_them_are_read(stranger, ways, alone):
    """Also where the accounts are taken from the contracts, in SQL."""
    if not alone:
        accounts(stranger)
    spreadsheet(stranger, *ways)

    said = stranger.init()

    assert said.exit_code == 0, said.stderr
    assert {row["started_at"].date() for row in taken(stranger, "subscriptions")} == set(DAYS)
    created = {row["created_at"].date() for row in taken(stranger, "accounts")}
    assert created == set(DAYS)
    if counted in ways:
        assert "days as Excel counts them: 45292 is 2024-01-01" in said.stdout


def test_days_that_may_be_months_are_asked_beside_dates_that_tell(stranger):
    accounts(stranger)
    few = [date(2024, 1 + i % 12, 1 + i % 9) for i in range(30)]
    rows = [
        (f"s{i}", f"a{i}", 9, f"{d:%d/%m/%Y}" if i % 3 else d, d + timedelta(days=90))
        for i, d in enumerate(few)
    ]
    header = "subscription_id,account_id,mrr,start_date,end_date"
    stranger.write("exports/subscriptions.csv", lines(header, rows))
    assert "'start_date' may be %d/%m/%Y or %m/%d/%Y" in stranger.init().stdout


def test_dates_that_cannot_be_read_are_told_with_their_rows(stranger):
    accounts(stranger)
    contracts(stranger)
    path = stranger.folder / "exports" / "subscriptions.csv"
    head, *rest = path.read_text().splitlines()
    notice = [("tomorrow 1", "31.05.24?", iso(day))[i % 3] for i, day in enumerate(DAYS)]
    told = [f"{line},{when}" for line, when in zip(rest, notice, strict=True)]
    path.write_text("\n".join([f"{head},cancelled_at", *told]))

    said = stranger.init().stdout

    assert "subscriptions.cancelled_at: 'cancelled_at' was left out: its values are not " in said
    assert "20 as 2024-01-21, 2 in no form that is known" in said
    assert "('tomorrow 1' in row 1, '31.05.24?' in row 2)" in said
    assert "name the forms in timestamp_formats" in said
