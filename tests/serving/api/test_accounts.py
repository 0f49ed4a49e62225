"""Accounts through the real application."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from urllib.parse import quote

import pytest

from models.score import Outlook
from serving.api.accounts import AccountQuery
from serving.app import create_app
from serving.store import ScoreRepository
from serving.store.kept import KEPT

MAY, JUNE, JULY = date(2026, 5, 31), date(2026, 6, 30), date(2026, 7, 31)
HOSTILE = [
    "a/b",
    "a//b/",
    "/",
    "../../etc/passwd",
    "a b+c%20d",
    "?limit=1#x",
    "ünïcödé ☃",
    "<script>alert(1)</script>",
    "'; DROP TABLE score; --",
    '"quoted"',
    "{{ 7 * 7 }}",
    "back\\slash",
    "tab\tline\nend\n",
    "champion",
    "x" * 300,
]


@pytest.fixture
def repository(sqlite_store):
    return ScoreRepository(sqlite_store)


def test_an_empty_store_has_an_empty_list(client):
    body = client.get("/v1/accounts").json()
    assert body["items"] == []
    assert (body["as_of"], body["total"], body["next_cursor"]) == (None, 0, None)


def test_the_list(client, repository, make_run):
    repository.publish(make_run({"calm": 0.05, "hot": 0.75, "grey": None}))

    body = client.get("/v1/accounts").json()

    assert [item["account_id"] for item in body["items"]] == ["hot", "calm", "grey"]
    assert body["items"][0] == {
        "account_id": "hot",
        "name": "Name of hot",
        "industry": "Retail",
        "region": "DACH",
        "tier": "core",
        "csm": "Lena Fischer",
        "crm_id": "crm-hot",
        "arr": "1200.50",
        "renews_at": "2026-09-30",
        "as_of": "2026-06-30",
        "band": "red",
        "health_score": 25.0,
        "p_loss": 0.75,
        "model_version": "v1",
        "reason": {
            "signal": "adoption__users_30d",
            "value": 3.0,
            "contribution": 0.75,
            "together": 1,
            "sentence": "<b>adoption__users_30d</b> is 3.0",
        },
        "size_class": "",
        "revenue_class": "",
        "stage": "",
        "paid_or_free": "",
        "expected_loss": None,
        "standing": {
            "since": "2026-06-30",
            "previous_as_of": None,
            "previous_band": None,
            "previous_health_score": None,
            "previous_p_loss": None,
            "p_loss_change": None,
            "signals": dict.fromkeys(["last_spoke", "users", "users_change", "utilisation"]),
        },
    }
    assert body["items"][1]["reason"]["signal"] == "experience__csat_90d"
    assert body["items"][2]["p_loss"] is None
    assert body["as_of"] == "2026-06-30"
    assert body["primary_horizon"] == 90
    assert body["currency"] == "EUR"
    assert body["counts"] == {"red": 1, "yellow": 0, "green": 1, "grey": 1}
    assert "100 is healthy" in body["scale"]["health_score"]
    assert "lower is better" in body["scale"]["p_loss"]


def test_filter_sort_and_pages(client, repository, make_run):
    chances = {f"r{n}": 0.5 + n / 100 for n in range(7)} | {"g": 0.01, "y": 0.3}
    repository.publish(make_run(chances, arr={"r3": Decimal(9_000_000), "y": None}))
    query = {"band": ["red", "yellow"], "sort": "arr", "limit": 3}

    found, cursor = [], None
    while True:
        body = client.get("/v1/accounts", params=query | ({"cursor": cursor} if cursor else {}))
        assert body.json()["total"] == 8
        found += [item["account_id"] for item in body.json()["items"]]
        cursor = body.json()["next_cursor"]
        if cursor is None:
            break

    assert found == ["r3", "r0", "r1", "r2", "r4", "r5", "r6", "y"]


def test_a_cursor_of_a_replaced_run(client, repository, make_run):
    repository.publish(make_run({"a": 0.5, "b": 0.4}))
    cursor = client.get("/v1/accounts?limit=1").json()["next_cursor"]
    repository.publish(make_run({"a": 0.5, "b": 0.4}, as_of=JULY))

    answer = client.get(f"/v1/accounts?limit=1&cursor={cursor}")

    assert answer.status_code == 409
    assert answer.json()["type"] == "/docs#problem-stale-cursor"
    assert answer.json()["next"] == "Ask again without cursor."


def test_one_account_with_its_past(client, repository, make_run):
    repository.publish(make_run({"a": 0.1}, as_of=MAY))
    repository.publish(make_run({"a": 0.75}))

    body = client.get("/v1/accounts/a").json()

    assert body["account"]["name"] == "Name of a"
    assert body["active"] is True
    score = body["score"]
    assert score["horizons"] == [
        {"days": 30, "p_loss": 0.375},
        {"days": 90, "p_loss": 0.75},
        {"days": 180, "p_loss": 0.875},
        {"days": 365, "p_loss": None},
    ]
    assert (score["band"], score["health_score"], score["base"]) == ("red", 25.0, -2.25)
    assert [reason["contribution"] for reason in score["reasons"]] == [0.75, 0.5, -0.125]
    assert score["reasons"][1]["value"] == "high"
    assert score["reasons"][2] == {
        "signal": "experience__csat_90d",
        "value": None,
        "contribution": -0.125,
        "together": 1,
        "sentence": "<b>experience__csat_90d</b> is None",
    }
    assert [(point["as_of"], point["band"]) for point in body["history"]] == [
        ("2026-05-31", "green"),
        ("2026-06-30", "red"),
    ]
    assert body["history"][0]["health_score"] == 90.0
    assert body["transitions"] == [
        {
            "previous_as_of": "2026-05-31",
            "as_of": "2026-06-30",
            "from_band": "green",
            "to_band": "red",
            "from_p_loss": 0.1,
            "to_p_loss": 0.75,
            "cause": "",
            "terms": None,
        }
    ]


def test_an_account_that_left_keeps_its_last_score(client, repository, make_run):
    repository.publish(make_run({"left": 0.9, "a": 0.1}))
    repository.publish(make_run({"a": 0.1}, as_of=JULY))

    body = client.get("/v1/accounts/left").json()

    assert (body["active"], body["score"]["as_of"]) == (False, "2026-06-30")


@pytest.mark.parametrize("account_id", ["nobody", "", "%00", "%FF", "a/history"])
def test_an_unknown_account(client, repository, make_run, account_id):
    repository.publish(make_run({"a": 0.1}))
    answer = client.get(f"/v1/accounts/{account_id}")
    assert answer.status_code == 404
    assert answer.json()["type"] == "/docs#problem-unknown-account"
    assert answer.json()["allowed"] == "the account_id of an account listed by /v1/accounts"


def test_hostile_ids_are_found_and_change_nothing(store, make_run, connect):
    names = {key: f"{key} & Co." for key in HOSTILE}
    ScoreRepository(store).publish(make_run(dict.fromkeys(HOSTILE, 0.5), names=names))
    client = connect(create_app(store, str))

    for key in HOSTILE:
        answer = client.get(f"/v1/accounts/{quote(key, safe='')}")
        assert answer.status_code == 200, key
        assert answer.json()["account"]["account_id"] == key
        assert answer.json()["account"]["name"] == f"{key} & Co."
    assert client.get("/v1/accounts").json()["total"] == len(HOSTILE)


def test_causes_expansion_and_expected_loss(client, repository, make_run):
    run = make_run({"a": 0.75, "b": 0.5})
    ahead = Outlook(
        lead_days=30,
        p_by_cause={"logo_churn": {90: 0.5}, "contraction": {90: 0.25}},
        p_expansion={90: 0.125},
        revenue_lost=0.6,
    )
    first = replace(run.scores[0], outlook=ahead, primary=0.7)
    repository.publish(replace(run, scores=[first, run.scores[1]]))

    score = client.get("/v1/accounts/a").json()["score"]
    assert score["minimum_lead_days"] == 30
    assert {each["cause"]: each["horizons"] for each in score["causes"]} == {
        "logo_churn": [{"days": 90, "p_loss": 0.5}],
        "contraction": [{"days": 90, "p_loss": 0.25}],
    }
    assert score["expansion"] == [{"days": 90, "p_expansion": 0.125}]
    assert score["expected_loss"] == "720.30"  # 0.6 of 1200.50

    score = client.get("/v1/accounts/b").json()["score"]
    assert (score["minimum_lead_days"], score["causes"], score["expansion"]) == (0, [], [])
    assert score["expected_loss"] is None
    assert client.get("/v1/accounts").json()["items"][0]["p_loss"] == 0.7


FILTERS = [
    ({"tier": "core", "csm": "Lena Fischer", "industry": "Retail", "region": "DACH"}, {"a", "b"}),
    ({"tier": ["tail", "core"]}, {"a", "b"}),
    ({"tier": "tail"}, set()),
    ({"size_class": "", "revenue_class": "", "paid_or_free": ""}, {"a", "b"}),
    ({"stage": "young"}, {"a"}),
    ({"renews_from": 90, "renews_to": 92}, {"a", "b"}),
    ({"renews_to": 91}, set()),
    ({"changed_since": "2026-06-30"}, {"a"}),
    ({"changed_since": "2026-07-01"}, set()),
    ({"last_spoke_min": 40, "last_spoke_max": 41}, {"a"}),
    ({"users_max": 2.5}, set()),
    ({"users_min": 3, "users_change_max": 0, "utilisation_min": 0.1}, {"a"}),
    ({"search": "OF A"}, {"a"}),
    ({"search": "name", "sort": "change", "limit": 1}, {"a"}),
]


@pytest.mark.parametrize(("given", "expected"), FILTERS)
def test_a_filter_shows_only_what_passes(client, repository, make_run, given, expected):
    repository.publish(make_run({"a": 0.1, "b": 0.1}, as_of=MAY))
    run = make_run({"a": 0.7, "b": 0.1})
    values = (41.0, 3.0, -0.4, 0.2)
    signals = {kept.signal: value for kept, value in zip(KEPT, values, strict=True)}
    first = replace(run.cards[0], stage="young", signals=signals)
    repository.publish(replace(run, cards=[first, *run.cards[1:]]))

    answer = client.get("/v1/accounts", params=given)

    assert answer.status_code == 200
    assert {item["account_id"] for item in answer.json()["items"]} == expected
    if "a" in expected and "sort" in given:
        standing = answer.json()["items"][0]["standing"]
        assert (standing["previous_band"], standing["previous_p_loss"]) == ("green", 0.1)
        assert standing["signals"]["last_spoke"] == 41.0


@pytest.mark.parametrize(
    "given",
    [
        {"tier": "a\0"},
        {"search": "\0"},
        {"csm": ["x"] * 21},
        {"renews_from": 4000},
        {"users_min": "nan"},
        {"changed_since": "soon"},
        {"sort": "luck"},
        {"colour": "red"},
    ],
)
def test_a_filter_that_cannot_be_is_refused(client, given):
    answer = client.get("/v1/accounts", params=given)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("invalid-query")


def test_every_kept_signal_can_be_filtered_by():
    names = {f"{kept.name}_{end}" for kept in KEPT for end in ("min", "max")}
    assert names <= AccountQuery.model_fields.keys()


def test_facets(client, sqlite_store, make_run):
    empty = client.get("/v1/accounts/facets").json()
    assert (empty["as_of"], empty["total"], empty["tier"]) == (None, 0, [])
    ScoreRepository(sqlite_store).publish(make_run({"a": 0.9, "b": 0.1, "c": None, "facets": 0.9}))
    body = client.get("/v1/accounts/facets?band=red&csm=Lena%20Fischer").json()
    assert (body["as_of"], body["total"]) == ("2026-06-30", 2)
    assert body["band"] == {"red": 2, "yellow": 0, "green": 1, "grey": 1}  # as if it were open
    assert body["tier"] == [{"word": "core", "accounts": 2}]
    assert body["csm"] == [{"word": "Lena Fischer", "accounts": 2}]
    columns = {each["column"]: each["words"] for each in body["segments"]}
    assert columns["industry"] == [{"word": "Retail", "accounts": 2}]
    windows = [w for w in body["renewal"] if w["accounts"]]
    assert windows == [{"renews_from": 91, "renews_to": 180, "accounts": 2}]
    answer = client.get("/v1/accounts?band=red&csm=Lena%20Fischer&renews_from=91&renews_to=180")
    assert answer.json()["total"] == 2
    assert client.get("/v1/accounts/facets?sort=arr").status_code == 422  # nothing is sorted
