"""The page of an account, with a workspace at hand and without."""

import html
import re
from dataclasses import replace
from datetime import date

import pytest

from features.signal import Direction
from serving.app import create_app
from serving.at_hand import AtHand
from serving.console.openings import question
from serving.live import CloseUp, NotExplained
from serving.store import ModelVersionRepository, ScoreRepository

MAY, JUNE = date(2026, 5, 31), date(2026, 6, 30)
USERS = "adoption__users_30d"
HOSTILE = "<img src=x onerror=alert(1)>\"'&{{ 7*7 }}"
SWAP = {"hx-request": "true"}


def refuse(*_):
    raise NotExplained("The snapshot of that day is gone.")


@pytest.fixture
def near(sqlite_store, connect, make_run, champion, close_up):
    """Fetches pages of an application that has a workspace; two runs are published."""
    repository = ScoreRepository(sqlite_store)
    ModelVersionRepository(sqlite_store).promote(champion)
    repository.publish(make_run({"a": 0.1, "b": 0.2}, as_of=MAY))
    repository.publish(make_run({"a": 0.75, "b": 0.2}))

    def answer(address, seen=close_up, notice_days=0, **headers):
        app = create_app(
            sqlite_store,
            lambda r: f"{r.signal} moved",
            currency="EUR",
            notice_days=notice_days,
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


def test_peers_and_the_day_of_notice_are_told(near):
    page = text(near("/accounts/a"))
    assert "Thin: mean of all 2 accounts of its tier." in page
    assert "tier, mean" in page
    assert "Notice is possible" not in page
    told = near("/accounts/a", notice_days=60)
    assert "Notice is possible until 1 August, for 32 days more." in text(told)
    assert "notice by 1 Aug" in told
    late = text(near("/accounts/a", notice_days=92))
    assert "The last day to give notice was 30 June." in late


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
    asked, explained = [], close_up.explain("a", None, None)
    page = near("/accounts/a", replace(close_up, why=lambda *of: asked.append(of) or explained,
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
    found = close_up.records("a", None)
    risk = replace(found.risks[0], note=HOSTILE)
    page = near("/accounts/a", replace(close_up, records=lambda *_: replace(found, risks=(risk,))))
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


@pytest.mark.parametrize(("way", "more"), [("UNSIGNED", True), ("HEALTHIER", False)])
def test_a_signal_that_is_neither_good_nor_bad_has_its_place_among_peers(
    near, monkeypatch, way, more
):
    found = {USERS: Direction[way]}
    monkeypatch.setattr("serving.console.account.why.directions", lambda _: found)
    reasons = near("/accounts/a").partition('id="why"')[2]
    row = reasons.partition("adoption__users_30d moved")[2].partition("</tr>")[0]
    assert ("right is more</small>" in row) is more
    assert f"Among 211 peers, {'right is more' if more else 'on the worse side'}" in row


def test_one_goes_through_the_list_by_keys(page_of, sqlite_store, make_run):
    ScoreRepository(sqlite_store).publish(make_run({"a": 0.2, "b": 0.75, "c": 0.5, "d/1": None}))
    listed = page_of("/accounts?sort=risk")
    address = html.unescape(re.search(r'href="(/accounts/c[^"]*)"', listed)[1])
    page = page_of(address)
    assert "2 of 4" in page
    before, after = (
        html.unescape(re.search(rf'href="([^"]*)" rel="\w+" data-{way}', page)[1])
        for way in ("previous", "next")
    )
    assert (before, after) == ("/accounts/b?view=sort%3Drisk", "/accounts/a?view=sort%3Drisk")
    assert "1 of 4" in page_of(before)
    assert "data-previous" not in page_of(before)
    assert 'href="/accounts/d%2F1?view=sort%3Drisk" rel="next"' in page_of(after)
    assert "data-next" not in page_of("/accounts/d%2F1?view=sort%3Drisk")


@pytest.mark.parametrize(
    ("view", "place"), [("band=green", ""), ("sort=nope", "1 of 2"), ("%00", "1 of 2")]
)
def test_a_view_that_cannot_be_used_is_the_list_as_it_opens(
    page_of, sqlite_store, make_run, view, place
):
    ScoreRepository(sqlite_store).publish(make_run({"a": None, "b": 0.5}))
    page = page_of(f"/accounts/a?view={view}")
    shown = re.search(r'aria-label="Accounts of the list">.*?<span class="sub">([^<]*)', page)
    assert (shown[1] if shown else "") == place


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
