"""Exports as strangers have them: drafted, and read as a load would read them."""

import json
from datetime import date

import pytest


def rows(prepared, table, *columns):
    found = prepared.batches[table].rows.select(list(columns)).to_pylist()
    return [tuple(row.values()) for row in found]


def days(moments):
    return [moment and moment.date() for moment in moments]


@pytest.mark.parametrize(
    ("kind", "tables", "outcome"),
    [
        ("stripe", {"accounts", "subscriptions", "usage"}, "logo_churn"),
        ("crm", {"accounts", "subscriptions", "tickets", "interactions"}, "logo_churn"),
        ("erp", {"accounts", "subscriptions", "invoices"}, "logo_churn"),
        ("product", {"accounts", "usage"}, "lapse"),
        ("listening", {"accounts", "usage"}, "lapse"),
    ],
)
def test_a_draft_reads_every_row_of_an_export(stranger, kind, tables, outcome):
    who = stranger.export(kind)

    drafted = stranger.init()

    assert drafted.exit_code == 0, drafted.stderr
    assert set(stranger.config.sources) == tables
    assert stranger.config.learnt == outcome
    prepared = stranger.prepared()
    assert prepared.problems == []
    assert list(prepared.bad) == []
    assert len(prepared.batches["accounts"].rows) == len(who)
    checked = stranger.forewarn("check", "--workspace", "w")
    assert checked.exit_code == 0, checked.stdout


def test_seconds_cents_seats_and_years_become_what_the_contract_wants(stranger):
    who = stranger.export("stripe")
    stranger.init()
    prepared = stranger.prepared()

    found = rows(
        prepared, "subscriptions", "account_id", "mrr", "started_at", "ended_at", "cancelled_at"
    )

    assert len(found) == len(who)
    for life, (account, mrr, started, ended, cancelled) in zip(who, found, strict=True):
        assert account == f"cus_{life.number:05}x"
        yearly = life.amount * 10 / 12 if life.yearly else life.amount
        assert float(mrr) == pytest.approx(yearly * life.seats, abs=0.01)
        assert days([started, ended, cancelled]) == [life.start, life.end, life.notice]
    used = {(a, at.date()) for a, at in rows(prepared, "usage", "account_id", "occurred_at")}
    assert used == {(f"cus_{life.number:05}x", day) for life in who for day in life.days}


def test_what_is_overwritten_at_every_renewal_is_left_out_and_said(stranger):
    stranger.export("stripe")

    drafted = stranger.init()

    assert "renews_at" not in stranger.config.sources["subscriptions"].rename
    assert '# ? renews_at = "current_period_end"' in stranger.text
    assert "written over at every renewal" in drafted.stdout


def test_american_dates_dollars_and_words(stranger):
    who = stranger.export("crm")
    stranger.init()
    prepared = stranger.prepared()

    found = rows(prepared, "subscriptions", "mrr", "started_at", "ended_at")
    tickets = rows(prepared, "tickets", "severity", "opened_at")

    for life, (mrr, started, ended) in zip(who, found, strict=True):
        assert (float(mrr), *days([started, ended])) == (life.amount, life.start, life.end)
    assert {severity for severity, _ in tickets} == {"low", "normal", "high", "critical"}
    assert {moment.hour for _, moment in tickets} == {9}
    employees = rows(prepared, "accounts", "employees")
    assert {one for (one,) in employees} == {life.seats * 10 for life in who}


def test_german_numbers_dates_and_letters(stranger):
    who = stranger.export("erp")
    stranger.init()
    prepared = stranger.prepared()

    found = rows(prepared, "subscriptions", "mrr", "started_at", "billing_months")
    invoices = rows(prepared, "invoices", "amount", "due_at")

    for life, (mrr, started, months) in zip(who, found, strict=True):
        assert float(mrr) == pytest.approx(life.amount * 12.5 / 12, abs=0.01)
        assert (started.date(), months) == (life.start, 12 if life.yearly else 1)
    assert {float(amount) for amount, _ in invoices} == {life.amount * 1.5 for life in who}
    assert ("Müller 0 GmbH", "Jörg Weiß") in rows(prepared, "accounts", "name", "csm")
    assert stranger.config.company.currency == "EUR"


def test_values_inside_others_and_files_alike(stranger):
    stranger.export("product")
    stranger.init()
    config = stranger.config

    assert config.sources["usage"].files == ("exports/events-*.jsonl.gz",)
    assert "/groupId" in config.sources["usage"].compute["account_id"]
    assert config.sources["usage"].rename["event_id"] == "messageId"
    assert config.outcome.silent_days == 30
    assert "80% are" in stranger.text


def test_numbers_beside_a_nameless_event_are_events_too(stranger):
    who = stranger.export("listening")
    stranger.init()
    prepared = stranger.prepared()

    assert stranger.config.outcome.events == ("user log",)
    found = rows(prepared, "usage", "event", "quantity", "account_id")
    first = {event: quantity for event, quantity, account in found if account == "000000aZ+x="}
    assert set(first) == {f"user log{more}" for more in ("", " num 25", " num 100", " total secs")}
    assert first["user log num 100"] == who[0].seats
    created = rows(prepared, "accounts", "created_at")
    assert days(moment for (moment,) in created) == [life.start for life in who]


def test_a_snapshot_without_dates_is_refused_kindly(stranger):
    stranger.export("snapshot")

    refused = stranger.init("--json")

    assert refused.exit_code == 2
    said = json.loads(refused.stdout)["error"]
    assert "'Churn' who has left, and nowhere when" in said
    assert "subscriptions or contracts, those that ended too" in said
    assert not (stranger.folder / "forewarn.toml").exists()


def test_one_object_says_what_was_found(stranger):
    stranger.export("stripe")

    body = json.loads(stranger.init("--json").stdout)

    files = {row["file"]: row for row in body["files"]}
    assert files["exports/events.jsonl"]["tables"] == ["usage"]
    assert files["exports/customers.csv"]["left_over"] == ["email", "delinquent", "currency"]
    assert files["exports/subscriptions.csv"]["used"]["subscriptions.started_at"] == "start_date"
    assert body["outcome"]["name"] == "logo_churn"
    assert (body["written"], body["next"]) == ("forewarn.toml", "forewarn check")


def test_a_person_reads_a_table_and_the_next_command(stranger):
    stranger.export("erp")

    said = stranger.init().stdout

    assert said.splitlines()[0].split() == [
        "file",
        "table",
        "rows",
        "columns",
        "used",
        "left",
        "over",
    ]
    assert "exports/Verträge.csv     subscriptions" in said
    assert said.rstrip().endswith("next: read it, then forewarn check")


def test_nothing_is_overwritten_and_nothing_else_is_written(stranger, snapshots_of):
    stranger.export("erp")
    stranger.write("forewarn.toml", "mine")
    before = snapshots_of(stranger.folder)

    refused = stranger.init()

    assert refused.exit_code == 2
    assert "--force" in refused.stderr
    assert snapshots_of(stranger.folder) == before
    assert stranger.init("--force").exit_code == 0
    assert set(snapshots_of(stranger.folder)) == set(before)
    assert stranger.text != "mine"


def test_the_configuration_may_lie_elsewhere(stranger):
    stranger.export("erp")
    (stranger.folder / "conf").mkdir()

    drafted = stranger.init("--to", "conf/mine.toml")

    assert "forewarn check -c conf/mine.toml" in drafted.stdout
    assert stranger.forewarn("check", "-c", "conf/mine.toml", "--workspace", "w").exit_code == 0


def test_a_folder_that_is_not_there(stranger):
    refused = stranger.forewarn("init", "exprots")
    assert refused.exit_code == 2
    assert "there is no exprots" in refused.stderr


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["stripe", "listening"])
def test_a_stranger_gets_scores_going_only_by_what_is_said(stranger, kind):
    stranger.export(kind, 400)
    assert stranger.init().exit_code == 0

    ran = stranger.forewarn("run", "--json", "--workspace", "w")

    assert ran.exit_code == 0, ran.stderr
    scores = json.loads(ran.stdout)["scores"]
    assert scores["accounts"] > 100
    assert json.loads(ran.stdout)["as_of"] <= date(2025, 7, 1).isoformat()
