"""The list of accounts: rows, filters, columns, views, export."""

import csv
import html
import io
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from serving.app import create_app
from serving.auth.gate import Gate
from serving.auth.roles import HERE, Principal, Role
from serving.console.accounts.export import safe, shown
from serving.console.accounts.query import LARGEST_PAGE, ListQuery
from serving.console.accounts.routes import everything
from serving.store import ScoreRepository, Sort, StaleCursorError

MAY, JUNE, JULY = date(2026, 5, 31), date(2026, 6, 30), date(2026, 7, 31)
HOSTILE = "=cmd|' /C calc'!A0"
SWAP = {"hx-request": "true"}


@pytest.fixture
def repository(sqlite_store):
    return ScoreRepository(sqlite_store)


def rows(page):
    """The table's rows as text, one list per account."""
    body = page.partition("<tbody data-rows>")[2].partition("</tbody>")[0]
    return [[words(cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S)]
            for row in re.findall(r"<tr>(.*?)</tr>", body, re.S)]  # fmt: skip


def words(cell):
    return html.unescape(re.sub(r"<[^>]+>", "", cell)).replace("\u202f", " ").strip()


def names(page):
    head = page.partition("<thead")[2].partition("</thead>")[0]
    labels = [words(re.sub("<small>.*?</small>", "", th)).rstrip(" ↑↓")
              for th in re.findall(r"<th[^>]*>(.*?)</th>", head, re.S)]  # fmt: skip
    at = labels.index("Account")
    return [row[at] for row in rows(page)]


def link(page, label):
    found = re.search(rf'<a [^>]*href="([^"]*)"[^>]*>{label}', page)
    return html.unescape(found[1]) if found else None


def test_accounts_by_risk(page_of, repository, make_run):
    arr = {"a": Decimal(412_000), "b": Decimal("48600000"), "c": None}
    repository.publish(make_run({"a": 0.10, "b": 0.5, "c": 0.6}, as_of=MAY, arr=arr))
    repository.publish(make_run({"a": 0.05, "b": 0.62, "c": None}, arr=arr))

    page = page_of("/accounts?sort=risk")

    assert rows(page) == [
        ["Red", "Name of b", "62 %", "38 −12", "", "€48.6 M", "core", "Lena Fischer", "92 d", "–",
         "<b>adoption__users_30d</b> is 3.0", "Find out who stopped"],
        ["Green", "Name of a", "5.0 %", "95 +5", "", "€412 k", "core", "Lena Fischer", "92 d", "–",
         "<b>experience__csat_90d</b> is None", "None needed"],
        ["Grey", "Name of c", "–", "–", "no trend", "–", "core", "Lena Fischer", "92 d", "–",
         "<b>adoption__users_30d</b> is 3.0", "Check the data"],
    ]  # fmt: skip
    assert page.count('aria-label="Health over time, now') == 2
    assert "lower is better" in page
    assert "100 is healthy" in page


def test_filters_have_counts_and_toggle(page_of, repository, make_run):
    repository.publish(make_run({"r1": 0.9, "r2": 0.8, "y": 0.3, "g": 0.01}))

    page = page_of("/accounts?band=red&sort=name")

    assert names(page) == ["Name of r1", "Name of r2"]
    chips = re.findall(
        r'<a class="chip( on)?" href="([^"]*)"[^>]*>(.*?) <span class="k">(\d+)', page
    )
    found = [(bool(on), html.unescape(to), words(of), n) for on, to, of, n in chips]
    assert found[:4] == [
        (True, "/accounts?sort=name", "Red", "2"),
        (False, "/accounts?band=red&band=yellow&sort=name", "Yellow", "1"),
        (False, "/accounts?band=red&band=green&sort=name", "Green", "1"),
        (False, "/accounts?band=red&band=grey&sort=name", "Grey", "0"),
    ]
    assert found[4] == (False, "/accounts?band=red&tier=core&sort=name", "core", "2")


def test_a_search_finds_the_beginning_of_a_word(page_of, repository, make_run):
    named = {"a": "Heron Fashion", "b": "Blue Heron", "c": "Other"}
    repository.publish(make_run({"a": 0.9, "b": 0.5, "c": 0.4}, names=named))
    assert names(page_of("/accounts?find=heRO&sort=risk")) == ["Heron Fashion", "Blue Heron"]
    assert "2 of 3 active" in page_of("/accounts?find=heron").replace("\u202f", " ")


def test_a_filter_that_holds_nobody(page_of, repository, make_run):
    repository.publish(make_run({"g": 0.01}))
    page = page_of("/accounts?band=red")
    assert "No account is like this today." in page
    assert link(page, "Show all accounts") == "/accounts"


def test_empty_fields_of_the_form_choose_nothing(page_of, repository, make_run):
    repository.publish(make_run({"g": 0.01}))
    page = page_of("/accounts?find=&csm=&renews=&silent=&moved=&band=green")
    assert names(page) == ["Name of g"]


def test_the_tier_of_none_is_a_tier(client, page_of, repository, make_run):
    run = make_run({"a": 0.6, "b": 0.3})
    cards = [replace(run.cards[0], tier=""), run.cards[1]]
    repository.publish(replace(run, cards=cards))
    chosen = link(page_of("/accounts"), "no tier")
    assert names(page_of(chosen)) == ["Name of a"]
    form = {"name": "Without", "link": chosen}
    assert client.request("POST", "/views", data=form).headers["location"] == chosen


def test_a_chosen_csm_stays_among_the_choices(page_of, repository, make_run, monkeypatch):
    monkeypatch.setattr("serving.console.accounts.page.MOST_CSMS", 1)
    run = make_run({"a": 0.6, "b": 0.3})
    cards = [replace(run.cards[0], csm="Ada"), replace(run.cards[1], csm="Zoe")]
    repository.publish(replace(run, cards=cards))
    assert "<option selected>Zoe</option>" in page_of("/accounts?csm=Zoe")
    assert "Zoe</option>" not in page_of("/accounts")


def test_days_filter_renewals_and_moves(page_of, repository, make_run):
    repository.publish(make_run({"a": 0.1, "b": 0.1}, as_of=MAY))
    repository.publish(make_run({"a": 0.9, "b": 0.1}))
    assert names(page_of("/accounts?moved=30")) == ["Name of a"]
    assert rows(page_of("/accounts?renews=60")) == []
    assert len(names(page_of("/accounts?renews=92"))) == 2


def test_the_next_page_until_the_last(page_of, repository, make_run):
    repository.publish(make_run({f"a{n}": 0.9 - n / 10 for n in range(5)}))
    found, page = [], page_of("/accounts?limit=2&sort=risk")
    assert "Rows 1 to 2 of 5." in page
    assert link(page, "First page") is None
    while True:
        found += names(page)
        following = link(page, "Next")
        if following is None:
            break
        page = page_of(following)
    assert found == [f"Name of a{n}" for n in range(5)]
    assert "Rows 5 to 5 of 5." in page
    assert link(page, "First page") == "/accounts?sort=risk&limit=2"


def test_a_page_of_a_replaced_run_leads_to_the_first(client, page_of, repository, make_run):
    repository.publish(make_run({"a": 0.9, "b": 0.1}))
    following = link(page_of("/accounts?limit=1"), "Next")
    repository.publish(make_run({"a": 0.9, "b": 0.1}, as_of=JULY))

    answer = client.get(following, follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/accounts?limit=1"


def test_a_script_gets_the_part_and_the_address_it_stands_for(client, repository, make_run):
    repository.publish(make_run({"a": 0.9}))
    part = client.get("/accounts?band=red&renews=", headers=SWAP)
    assert part.text.count("<html") == 0
    assert names(part.text) == ["Name of a"]
    assert part.headers["hx-push-url"] == "/accounts?band=red"
    assert "HX-Request" in part.headers["vary"]
    back = client.get("/accounts", headers={**SWAP, "hx-history-restore-request": "true"})
    assert back.text.count("<html") == 1


def test_columns_nobody_fills_are_left_out_unless_asked_for(page_of, repository, make_run):
    repository.publish(make_run({"a": 0.9}, arr={"a": None}, csm=""))
    page = page_of("/accounts")
    head = page.partition("<thead")[2].partition("</thead>")[0]
    assert ("ARR" in head, "CSM" in head, "Tier" in head) == (False, False, True)
    asked = page_of("/accounts?cols=arr&cols=name").partition("<thead")[2].partition("</thead>")[0]
    assert ("ARR" in asked, "Tier" in asked) == (True, False)


def test_the_order_can_be_chosen(page_of, repository, make_run):
    arr = {"a": Decimal(1), "b": Decimal(2)}
    repository.publish(make_run({"a": 0.9, "b": 0.1}, arr=arr))
    assert link(page_of("/accounts"), "ARR") == "/accounts?sort=arr"
    page = page_of("/accounts?sort=arr")
    assert names(page) == ["Name of b", "Name of a"]
    assert 'aria-sort="descending"' in page
    assert 'aria-sort="ascending"' in page_of("/accounts?sort=name")


def test_a_view_is_kept_used_and_removed(client, page_of, repository, make_run):
    repository.publish(make_run({"a": 0.9, "b": 0.3}))
    form = {"name": " My <red> ", "link": "/accounts?band=red&sort=name&cols=arr&cols=name"}
    answer = client.request("POST", "/views", data=form)
    assert answer.status_code == 303
    page = page_of(answer.headers["location"])
    assert names(page) == ["Name of a"]
    tab = re.search(r'<a href="([^"]*)" aria-current="page">My &lt;red&gt;</a>', page)
    assert html.unescape(tab[1]) == answer.headers["location"]
    [view] = re.findall(r'name="view" value="(\w+)"', page)
    assert client.request("POST", "/views", data=form).status_code == 422
    client.request("POST", "/views/remove", data={"view": view})
    assert "My &lt;red&gt;" not in page_of("/accounts")


def test_a_view_that_asks_what_the_page_cannot_is_not_shown_as_the_whole_list(
    client, page_of, repository, make_run
):
    repository.publish(make_run({"a": 0.9}))
    for name, query in (("Soon", {"renews_to": 90}), ("Red ones", {"band": ["red"]})):
        made = client.request("POST", "/v1/views", json={"name": name, "query": query})
        assert made.status_code == 201
    page = page_of("/accounts")
    assert link(page, "Red ones") == "/accounts?band=red"
    assert "Soon" not in page


@pytest.mark.parametrize(
    "form", [{"name": "", "link": "/accounts"}, {"name": "x" * 81, "link": "/accounts"},
             {"name": "a", "link": "/accounts?nope=1"}, {"name": "a", "link": "/accounts?sort=up"}]
)  # fmt: skip
def test_a_view_that_cannot_be_kept_is_refused(client, form):
    assert client.request("POST", "/views", data=form).status_code == 422


def exported(client, address):
    answer = client.get(address)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    return list(csv.reader(io.StringIO(answer.text)))


def test_the_export_holds_exactly_what_is_shown(client, page_of, repository, make_run):
    chances = {f"a{n:03}": 0.9 if n % 2 else 0.3 for n in range(450)}
    repository.publish(make_run(chances))
    address = "/accounts?band=red&sort=name&cols=arr&cols=chance&cols=name"
    page = page_of(address)
    found = exported(client, html.unescape(link(page, "Export")))
    assert found[0] == ["Account id", "Account", "Chance to leave", "ARR"]
    assert [row[0] for row in found[1:]] == [key for key, p in sorted(chances.items()) if p > 0.5]
    assert found[1] == ["a001", "Name of a001", "0.9", "1200.5"]


def test_an_export_that_a_newer_run_cuts_short_breaks_off(repository, make_run):
    repository.publish(make_run({f"a{n:03}": 0.9 for n in range(LARGEST_PAGE + 1)}, as_of=MAY))
    console = SimpleNamespace(scores=repository)
    found = everything(console, ListQuery(), HERE)
    assert next(found).card.account_id == "a000"
    repository.publish(make_run({"a": 0.9}))
    with pytest.raises(StaleCursorError):
        list(found)


def test_no_cell_is_a_formula(client, repository, make_run):
    names_of = {"=1+1": HOSTILE}
    repository.publish(make_run({"=1+1": 0.9}, names=names_of, csm="@SUM(A1)"))
    [_, row] = exported(client, "/export/accounts.csv?cols=csm&cols=name")
    assert row == ["'=1+1", f"'{HOSTILE}", "'@SUM(A1)"]


def test_a_view_is_named_in_text_that_every_store_holds(store, connect):
    client = connect(create_app(store, str))
    form = {"name": "a\0b", "link": "/accounts"}
    assert client.request("POST", "/views", data=form).status_code == 303
    assert client.request("POST", "/views/remove", data={"view": "a\0b"}).status_code == 303
    [kept] = client.get("/v1/views").json()["items"]
    assert kept["name"] == "a\ufffdb"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_dangerous_beginnings_are_quoted(start):
    assert safe(f"{start}1") == f"'{start}1"
    assert safe(f"a{start}1") == f"a{start}1"


@pytest.mark.parametrize(
    ("cell", "written"),
    [(None, ""), (-3.5, "-3.5"), (Decimal("-1200.50"), "-1200.5"), (JUNE, "2026-06-30"),
     (0.00001, "0.00001"), (100.0, "100"), (Decimal("1E+3"), "1000"), ("-3", "'-3")],
)  # fmt: skip
def test_numbers_stay_numbers(cell, written):
    assert shown(cell) == written


class Lena:
    """A directory in which every key is Lena's, who may see only her own accounts."""

    def by_key(self, *_):
        return Principal("lena", Role.CSM, "Lena")

    def by_session(self, _):
        return None


def test_a_csm_exports_only_their_own(repository, make_run, sqlite_store, connect):
    run = make_run({"mine": 0.9, "theirs": 0.8})
    cards = [replace(card, csm=csm) for card, csm in zip(run.cards, ("Lena", "Ben"), strict=True)]
    repository.publish(replace(run, cards=cards))
    app = create_app(sqlite_store, lambda _: "")
    app.state.gate = Gate(Lena())
    key = {"authorization": f"Bearer fw_{'a' * 10}_{'b' * 43}"}
    answer = connect(app).get("/export/accounts.csv?cols=name", headers=key)
    assert answer.text.splitlines()[1:] == ["mine,Name of mine"]


def test_the_address_holds_the_whole_question():
    query = ListQuery(find="a b&c", tier=["x", "y"], renews=90, sort=Sort.ARR)
    assert query.link() == "/accounts?find=a+b%26c&tier=x&tier=y&renews=90&sort=arr"
    asked = query.question(JUNE)
    assert (asked.search, asked.tiers, asked.renews_to) == ("a b&c", ("x", "y"), 90)
    assert ListQuery(moved=7).question(JUNE).changed_since == JUNE - timedelta(days=6)


@pytest.fixture
def segments(repository, make_run):
    """Three accounts: two of Retail in the north, one of Energy."""
    run = make_run({"a": 0.1, "b": 0.2, "c": 0.6})
    words = {"a": ("Retail", "paid"), "b": ("Retail", "free"), "c": ("Energy", "paid")}
    cards = [
        replace(card, industry=words[card.account_id][0], paid_or_free=words[card.account_id][1])
        for card in run.cards
    ]
    repository.publish(replace(run, cards=tuple(cards)))


def options(page, name):
    found = page.partition(f'id="f-{name}"')[2].partition("</select>")[0]
    return [words(each) for each in re.findall(r"<option[^>]*>(.*?)</option>", found)]


@pytest.mark.usefixtures("segments")
def test_filters_by_segment_come_where_they_are_asked_for(page_of):
    page = page_of("/accounts")
    assert 'name="industry"' not in page
    more = page_of(link(page, "More filters"))
    assert options(more, "industry") == ["Industry: any", "Retail (2)", "Energy (1)"]
    assert options(more, "paid_or_free") == ["Free or paid: any", "paid (2)", "free (1)"]
    assert 'name="region"' not in more  # all are of one
    assert link(more, "Fewer filters") == "/accounts"


@pytest.mark.usefixtures("segments")
def test_each_segment_counts_what_the_other_filters_leave(page_of):
    page = page_of("/accounts?industry=Retail&more=true")
    assert sorted(names(page)) == ["Name of a", "Name of b"]
    assert options(page, "industry") == ["Industry: any", "Retail (2)", "Energy (1)"]
    assert options(page, "paid_or_free") == ["Free or paid: any", "free (1)", "paid (1)"]
    assert link(page, "Industry: Retail") == "/accounts?more=true"
    closed = page_of("/accounts?industry=Retail&paid_or_free=free")
    assert names(closed) == ["Name of b"]
    assert link(closed, "Free or paid: free") == "/accounts?industry=Retail"


@pytest.mark.usefixtures("segments")
def test_a_segment_nobody_is_in_any_more_can_be_left(page_of):
    page = page_of("/accounts?stage=%3Cb%3E&more=true")
    assert "No account is like this today." in page
    assert options(page, "stage") == ["Stage: any", "<b> (0)"]
    assert "<b> " not in page
