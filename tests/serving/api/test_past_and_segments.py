"""History, segments and the portfolio through the real application."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from features.silence import Hole
from serving.app import create_app
from serving.store import RunPart, ScoreRepository
from serving.store.told import Told

MAY, JUNE = date(2026, 5, 31), date(2026, 6, 30)


def publish(engine, make_run):
    scores = ScoreRepository(engine)
    arr = {"a": Decimal(1000), "b": Decimal(3000), "c": None}
    scores.publish(make_run({"a": 0.1, "b": 0.1, "c": None}, as_of=MAY, arr=arr))
    scores.publish(make_run({"a": 0.75, "b": 0.25, "c": None}, as_of=JUNE, arr=arr))


def test_the_past_of_an_account(store, make_run, connect):
    client = connect(create_app(store, str))
    publish(store, make_run)
    body = client.get("/v1/history/a").json()
    assert body["account_id"] == "a"
    assert [(each["as_of"], each["band"], each["p_loss"]) for each in body["scores"]] == [
        ("2026-05-31", "green", 0.1),
        ("2026-06-30", "red", 0.75),
    ]
    (change,) = body["transitions"]
    assert (change["from_band"], change["to_band"]) == ("green", "red")
    assert (change["from_p_loss"], change["to_p_loss"]) == (0.1, 0.75)

    late = client.get("/v1/history/a?since=2026-06-01").json()
    assert [each["as_of"] for each in late["scores"]] == ["2026-06-30"]
    early = client.get("/v1/history/a?until=2026-06-01").json()
    assert (len(early["scores"]), early["transitions"]) == (1, [])
    none = client.get("/v1/history/a?since=2026-07-01&until=2026-06-01").json()
    assert (none["scores"], none["transitions"]) == ([], [])
    for given in ("1", "1750000000", "2026-6-1", "yesterday"):
        answer = client.get(f"/v1/history/a?since={given}")
        assert answer.status_code == 422, given
    assert client.get("/v1/history/nobody").status_code == 404


def test_why_a_band_changed(client, sqlite_store, make_run):
    publish(sqlite_store, make_run)
    (untold,) = client.get("/v1/history/a").json()["transitions"]
    assert (untold["cause"], untold["terms"]) == ("", None)
    terms = {"risk": 0.02, "engagement": 0.5, "consumption": -0.1}
    run = make_run({"a": 0.75, "b": 0.25, "c": None}, as_of=JUNE)
    told = [Told("a", MAY, JUNE, "behaviour", terms)]
    ScoreRepository(sqlite_store).publish_parts(run.head, [RunPart(run.scores, run.cards)], told)
    (change,) = client.get("/v1/history/a").json()["transitions"]
    assert change["cause"] == "behaviour"
    assert change["terms"] == [
        {"term": "engagement", "points": 50.0},
        {"term": "consumption", "points": -10.0},
        {"term": "risk", "points": 2.0},
    ]
    assert client.get("/v1/accounts/a").json()["transitions"] == [change]


def test_ids_that_end_like_addresses(client, sqlite_store, make_run):
    ScoreRepository(sqlite_store).publish(make_run({"a": 0.1, "a/history": 0.6}))
    assert client.get("/v1/accounts/a/history").json()["score"]["band"] == "red"
    assert client.get("/v1/history/a/history").json()["scores"][0]["band"] == "red"


def test_segments(store, make_run, connect):
    client = connect(create_app(store, str, currency="EUR"))
    assert client.get("/v1/segments").json()["columns"] == []
    publish(store, make_run)
    body = client.get("/v1/segments").json()
    assert (body["as_of"], body["currency"]) == ("2026-06-30", "EUR")
    columns = {each["column"]: each["words"] for each in body["columns"]}
    assert set(columns) >= {"tier", "industry", "region"}
    (tier,) = columns["tier"]
    assert tier["word"] == "core"
    assert tier["accounts"] == 3
    assert tier["counts"] == {"red": 1, "yellow": 1, "green": 0, "grey": 1}
    assert tier["p_loss"] == 0.5
    assert tier["arr"] == "4000.00"
    assert columns["region"][0]["word"] == "DACH"


def test_segments_of_ones_own_accounts(sqlite_store, make_run):
    from serving.store.segments import SegmentRepository

    publish(sqlite_store, make_run)
    assert SegmentRepository(sqlite_store).all("nobody") is not None
    _, columns = SegmentRepository(sqlite_store).all("nobody")
    assert all(each.words == () for each in columns)
    _, columns = SegmentRepository(sqlite_store).all("Lena Fischer")
    assert columns[0].words[0].accounts == 3


def test_the_portfolio_tells_of_a_hole_in_usage(sqlite_store, make_run, connect):
    client = connect(create_app(sqlite_store, str, currency="EUR"))
    scores = ScoreRepository(sqlite_store)
    scores.publish(make_run({"a": 0.9}))
    assert client.get("/v1/portfolio").json()["holes_in_usage"] == []
    hole = Hole(date(2026, 5, 2), date(2026, 5, 29))
    scores.publish(replace(make_run({"a": 0.9}), holes=(hole,), ended=40))
    assert client.get("/v1/portfolio").json()["holes_in_usage"] == [
        {"first": "2026-05-02", "last": "2026-05-29", "felt_until": "2026-07-24"}
    ]
    assert client.get("/v1/portfolio").json()["ended_that_day"] == 40


def test_the_portfolio(store, make_run, connect):
    client = connect(create_app(store, str, currency="EUR"))
    assert client.get("/v1/portfolio").json()["bands"] is None
    publish(store, make_run)
    body = client.get("/v1/portfolio").json()
    assert body["as_of"] == "2026-06-30"
    bands = body["bands"]
    assert {band: each["accounts"] for band, each in bands.items()} == {
        "red": 1, "yellow": 1, "green": 0, "grey": 1,
    }  # fmt: skip
    assert (bands["red"]["arr"], bands["yellow"]["arr"]) == ("1000.00", "3000.00")
    (before,) = body["before"]
    assert (before["days"], before["as_of"]) == (30, "2026-05-31")
    assert before["bands"]["green"]["accounts"] == 2
    moves = {(m["from_band"], m["to_band"]): m["accounts"] for m in body["moves"]}
    assert moves == {("green", "red"): 1, ("green", "yellow"): 1}
    assert {m["account_id"]: m["name"] for m in body["moved"]} == {
        "a": "Name of a", "b": "Name of b",
    }  # fmt: skip
    (month,) = body["renewals"]
    assert (month["month"], month["accounts"], month["at_risk"]) == ("2026-09-01", 3, 2)
    assert month["arr_at_risk"] == "4000.00"
    assert client.get("/v1/portfolio?limit=0").json()["moved"] == []
    assert client.get("/v1/portfolio?days=0").status_code == 422
