"""Figures for Prometheus."""

from datetime import date

from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError

from serving.observing.metrics import Published
from serving.store import ScoreRepository


def figures(text):
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_requests_are_counted_by_template(client):
    for address in ("/v1/accounts", "/v1/accounts/a", "/v1/accounts/b", "/nope"):
        client.get(address)
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    found = figures(answer.text)
    counts = {
        dict(labels)["handler"]: value
        for (name, *labels), value in found.items()
        if name == "http_requests_total"
    }
    assert counts["/v1/accounts"] == 1
    assert counts["/v1/accounts/{account_id:account}"] == 2
    assert counts["none"] == 1
    assert "/v1/accounts/a" not in answer.text


def test_scores_have_an_age(sqlite_store, client, make_run):
    assert "forewarn_accounts" not in client.get("/metrics").text
    ScoreRepository(sqlite_store).publish(make_run({"a": 0.6, "b": 0.6, "c": 0.1}))
    found = figures(client.get("/metrics").text)
    assert found[("forewarn_accounts", ("band", "red"))] == 2
    assert found[("forewarn_store_up",)] == 1
    scores = ScoreRepository(sqlite_store)
    by_name = {m.name: m for m in Published(scores, lambda: date(2026, 7, 3)).collect()}
    assert by_name["forewarn_scores_age_days"].samples[0].value == 3


def test_a_store_that_does_not_answer_is_a_figure(client, monkeypatch):
    def gone(_):
        raise OperationalError("SELECT", {}, OSError("the disk is gone"))

    monkeypatch.setattr(ScoreRepository, "newest", gone)
    assert figures(client.get("/metrics").text)[("forewarn_store_up",)] == 0
