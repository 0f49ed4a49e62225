"""The page of an account, with a workspace at hand and without."""

import html
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from models.score import Band
from serving.app import create_app
from serving.at_hand import AtHand
from serving.console.openings import question
from serving.live import (
    CloseUp,
    Contact,
    Conversation,
    Foretold,
    Lever,
    Levers,
    LoggedRisk,
    Moved,
    NotAllowed,
    NotExplained,
    Past,
    PeerRange,
    Quantiles,
    Records,
    Refused,
    Subscription,
    Ticket,
    WhatIf,
)
from serving.store import ModelVersionRepository, ScoreRepository

MAY, JUNE = date(2026, 5, 31), date(2026, 6, 30)
USERS, SEATS = "adoption__users_30d", "adoption__seats"
HOSTILE = "<img src=x onerror=alert(1)>\"'&{{ 7*7 }}"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
SWAP = {"hx-request": "true"}


def reason(signal, points, **more):
    told = {"signal": signal, "value": 3.0, "contribution": points / 10, "together": 1}
    usual = {"own": 9.0, "peers": None, "trend": "falling"}
    return told | {"columns": [signal], "points": points} | usual | more


EXPLAINED = {
    "account_id": "a", "as_of": "2026-06-30", "model_version": "v1", "band": "red",
    "p_loss": {90: 0.75}, "primary_horizon": 90, "chance": 0.75, "base_chance": 0.052,
    "reasons": [reason(USERS, 52.34), reason(SEATS, -4.26),
                reason("others", 21.72, value=40.0, columns=[], own=None, trend=None)],
    "peers": {"shared": {}, "accounts": 211},
    "groups": {"base_chance": 0.06, "points": {"adoption": 50.04, "risk": 18.96}},
    "since": "2026-05-31",
    "change": {"horizon": 90, "before": 0.1, "after": 0.75,
               "points": {"adoption": 60.04, "model updated": 4.96, "risk": 0.0},
               "signals": [{"signal": USERS, "term": "adoption", "before": 9.0, "after": 3.0,
                            "family": USERS, "points": 60.0}]},
    "band_change": {"before": "green", "after": "red", "cause": "behaviour"},
    "not_compared": "",
    "what_would_help": {"sentence": "It would be yellow.", "band": "yellow", "chance": 0.3,
                        "share": "a quarter",
                        "steps": [{"signal": USERS, "before": 3.0, "after": 8.0,
                                   "columns": [USERS, SEATS]}]},
    "similar": [{"account": "b", "as_of": "2024-08-31", "distance": 0.2, "lost": True, "did": []},
                {"account": "gone", "as_of": "2024-09-30", "distance": 0.3, "lost": False,
                 "did": [{"signal": USERS, "before": 1.0, "after": 4.0}]}],
}  # fmt: skip
LEVER = Lever(USERS, "number of users", "people", 1, 3.0, 0.0, 8.0, 20.0)
PEERS = PeerRange(JUNE, {}, 211, {USERS: Quantiles(2, 5, 8, 12, 20, 211)})


def records(note="saw a rival"):
    return Records(
        "a",
        JUNE,
        frozenset({"tickets", "interactions", "risks", "contacts", "subscriptions"}),
        (Ticket("t", NOW, HOSTILE, "high", None, NOW, None, None),),
        (Conversation(NOW, "call", "inbound", "c1"),),
        (LoggedRisk("r", NOW, "high", "competitor", note, "Ben", None, None),),
        (Subscription("s", "Suite", "pro", 40.0, 100.0, "EUR", NOW, None, None, None),),
        (Contact("c1", "champion", NOW, None, NOW), Contact("c2", "executive", NOW, NOW, None)),
    )


def what_if(account, values):
    if values == {USERS: 99.0}:
        raise NotAllowed([Refused(USERS, 99.0, "at most 20")])
    now, then = Foretold({90: 0.75}, 25.0, Band.RED), Foretold({90: 0.31}, 69.0, Band.YELLOW)
    moved = (Moved(USERS, "number of users", 3.0, values[USERS], -44.0, True),)
    return WhatIf(account, JUNE, "v1", 90, now, then, moved, 0.05, ())


def refuse(*_):
    raise NotExplained("The snapshot of that day is gone.")


@pytest.fixture
def close_up():
    past = Past((MAY, JUNE), {USERS: (9.0, 3.0), SEATS: (None, 3.0)})
    return CloseUp(
        lambda *_: EXPLAINED,
        lambda *_: past,
        lambda *_: PEERS,
        lambda account: Levers(account, JUNE, PEERS, (LEVER,)),
        what_if,
        lambda *_: records(),
    )


@pytest.fixture
def near(sqlite_store, connect, make_run, champion, close_up):
    """Fetches pages of an application that has a workspace; two runs are published."""
    repository = ScoreRepository(sqlite_store)
    ModelVersionRepository(sqlite_store).promote(champion)
    repository.publish(make_run({"a": 0.1, "b": 0.2}, as_of=MAY))
    repository.publish(make_run({"a": 0.75, "b": 0.2}))

    def answer(address, seen=close_up, **headers):
        app = create_app(
            sqlite_store,
            lambda r: f"{r.signal} moved",
            currency="EUR",
            at_hand=AtHand(close_up=seen),
        )
        found = connect(app).get(address, headers={"accept": "text/html", **headers})
        assert found.status_code == 200
        return found

    def fetch(*asked, **headers):
        return answer(*asked, **headers).text.replace("\u202f", " ")

    fetch.answer = answer
    return fetch


def text(page):
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))


def points(page, caption):
    """The last column of the table whose caption begins so."""
    table = page[page.index(f"{caption}") :].partition("</table>")[0]
    return re.findall(r'<td class="n(?: s| q)?">([^<]*)</td></tr>', table)


def number(points):
    return float(points.replace("−", "-").replace("+", "").removesuffix("%"))


def test_the_headline_says_it_in_words(near):
    page = text(near("/accounts/a"))
    assert "75 % likely to leave within 90 days, was 10 % on 31 May. Red since 30 June." in page
    assert "Call c1, champion. We last spoke 29 days ago." in page
    assert "Who stopped, and what for?" in page
    assert "The contract of €1,201 renews on 30 September, in 92 days." in page
    assert "Seats 40" in page


@pytest.mark.parametrize("caption", ["Reasons for 75 %", "Change of the chance to leave"])
def test_printed_points_add_up(near, caption):
    start, *steps, end = map(number, points(near("/accounts/a"), caption))
    assert round(start + sum(steps), 1) == end == 75.0


def test_groups_add_up_to_the_chance(near):
    page = near("/accounts/a")
    steps = [number(each) for each in points(page, "Share of each signal group")]
    assert round(6.0 + sum(steps), 1) == 75.0
    assert "6.0 + 69.0 = 75.0 %" in page


def test_no_change_is_exactly_nothing_and_the_model_stands_last(near):
    page = near("/accounts/a")
    table = page[page.index("Change of the chance to leave") :].partition("</table>")[0]
    causes = re.findall(r'<th scope="row" class="reason(?: w)?">([^<]*)', table)
    assert causes == ["31 May 2026", "Adoption", "Risk", "Model updated"]
    assert points(page, "Change of the chance to leave")[2] == "0.0"


def test_only_the_change_is_sent_where_a_script_asks(near):
    part = near("/accounts/a?since=2026-05-31", **SWAP)
    assert "What changed" in part
    assert "<html" not in part
    assert '<option value="2026-05-31" selected>' in part


def test_help_contacts_risks_and_accounts_alike(near):
    page = text(near("/what-if/a"))
    assert "It would be yellow." in page
    assert "model only" in page
    assert "1 of these 2 left within 90 days." in page
    assert "Name of b" in page
    assert "1 known, 1 of them executives or champions." in page
    assert "Competitor: saw a rival" in page
    assert "1 open." in page


def test_a_slider_asks_the_model(near):
    page = near("/what-if/a")
    assert f'name="{USERS}" type="range" min="0" max="20" step="1" value="3"' in page
    assert "Move a slider" in page
    part = text(near(f"/what-if/a?{USERS}=8", **SWAP))
    assert "75 % → 31 % Yellow −44.0 number of users" in part
    assert "Hardly any account like it is there: number of users." in part
    whole = near(f"/what-if/a?{USERS}=8")
    assert 'value="8"' in whole
    assert "now 3" in whole
    assert "75 % → 31 %" in text(whole)


def test_what_would_help_comes_after_the_page(near, close_up):
    page = near("/accounts/a", replace(close_up, levers=refuse))
    assert 'id="help" hx-get="/what-if/a" hx-trigger="load" hx-swap="outerHTML"' in page
    assert '<a href="/what-if/a#help">' in page
    part = near("/what-if/a", **SWAP, **{"hx-target": "help"})
    assert part.startswith("<section")
    assert "<html" not in part
    assert "It would be yellow." in part
    partly = near("/what-if/a", replace(close_up, levers=refuse))
    assert "It would be yellow." in partly
    assert "What-if cannot be shown. The snapshot of that day is gone." in text(partly)


def test_the_page_asks_no_more_than_it_shows(near, close_up):
    asked = []
    page = near("/accounts/a", replace(close_up, why=lambda *of: asked.append(of) or EXPLAINED,
                                       explain=refuse, levers=refuse))  # fmt: skip
    assert asked == [("a", None)]
    assert "Reasons for 75 %" in page


@pytest.mark.parametrize(
    ("moved", "address"),
    [
        (f"{USERS}=8", f"/what-if/a?since=2026-05-31&{USERS}=8"),
        (f"{USERS}=3", "/accounts/a?since=2026-05-31"),
    ],
)
def test_the_address_says_which_sliders_were_moved(near, moved, address):
    answer = near.answer(f"/what-if/a?since=2026-05-31&{moved}", **SWAP)
    assert answer.headers["hx-replace-url"] == address
    whole = near(address)
    assert '<option value="2026-05-31" selected>' in whole


@pytest.mark.parametrize("asked", ["", f"{USERS}=3", f"{USERS}=x", "nope=1", f"{USERS}="])
def test_a_slider_that_is_not_moved_asks_nothing(near, asked):
    assert "Move a slider" in near(f"/what-if/a?{asked}", **SWAP)


def test_a_value_that_is_not_allowed_is_said(near):
    part = text(near(f"/what-if/a?{USERS}=99", **SWAP))
    assert f"{USERS}: 99.0 is given; allowed: at most 20." in part


def test_what_is_missing_is_said(near, close_up):
    lost = CloseUp(refuse, refuse, refuse, refuse, refuse, refuse)
    page = text(near("/accounts/a", lost))
    assert page.count("The snapshot of that day is gone.") >= 2
    assert "adoption__users_30d moved" in page
    partly = text(near("/accounts/a", replace(close_up, records=refuse)))
    assert "Contacts cannot be shown. The snapshot of that day is gone." in partly


def test_without_a_workspace_the_store_speaks(near):
    page = near("/accounts/a", None)
    shares = re.findall(r'<td class="n q">(\w+)</td><td class="n">([+−]\S+?)</td>', page)
    assert shares == [("leaving", "+0.75"), ("leaving", "+0.50"), ("staying", "−0.12")]
    assert "This service runs beside no workspace" in text(page)
    assert "31 May: green, health 90" in page


def test_hostile_words_of_records_are_escaped(near, close_up):
    page = near("/accounts/a", replace(close_up, records=lambda *_: records(HOSTILE)))
    assert "<img" not in page
    assert html.unescape(page).count(HOSTILE) >= 2


def test_an_account_without_a_chance(page_of, sqlite_store, make_run):
    ScoreRepository(sqlite_store).publish(make_run({"a": None}))
    page = text(page_of("/accounts/a"))
    assert "Not enough fresh data to say." in page
    assert "Grey since its first score on 30 June." in page
    assert "No chance can be told." in page


def test_an_account_that_left(page_of, sqlite_store, make_run):
    repository = ScoreRepository(sqlite_store)
    repository.publish(make_run({"a": 0.5}, as_of=MAY))
    repository.publish(make_run({"b": 0.5}))
    assert "This is its last score." in page_of("/accounts/a")
    assert "Next step" not in page_of("/accounts/a")
    assert "This is its last score." not in page_of("/accounts/b")


def test_ids_with_slashes_have_pages(page_of, client, sqlite_store, make_run):
    ScoreRepository(sqlite_store).publish(make_run({"a/1?x": 0.75}))
    page = page_of("/accounts/a%2F1%3Fx")
    assert "75" in page
    assert client.get("/what-if/a%2F1%3Fx").status_code == 200


def test_questions_differ_between_calls(make_run):
    reasons = make_run({"a": 0.9}).scores[0].reasons
    first = question(reasons)
    assert question(reasons, [first]) != first
    assert question(reasons, [first, question(reasons, [first])]) == first
    assert question([]) == "What would have to be true for you to stay another year?"
