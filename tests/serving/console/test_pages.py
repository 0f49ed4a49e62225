"""The pages as a browser gets them."""

import html
import re
from datetime import date
from decimal import Decimal

import pytest

from serving.store import ScoreRepository

MAY, JUNE, JULY = date(2026, 5, 31), date(2026, 6, 30), date(2026, 7, 31)
HOSTILE = "<img src=x onerror=alert(1)>\"'&{{ 7*7 }}"


@pytest.fixture
def repository(sqlite_store):
    return ScoreRepository(sqlite_store)


def cells(page):
    """The table's rows as text, one list per account."""
    body = page.partition("<tbody data-rows>")[2].partition("</tbody>")[0]
    return [
        [
            html.unescape(re.sub(r"<[^>]+>", "", cell)).replace("\u202f", " ").strip()
            for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S)
        ]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.S)
    ]


def link(page, label):
    found = re.search(rf'<a [^>]*href="([^"]*)"[^>]*>{label}</a>', page)
    return html.unescape(found[1]) if found else None


def test_an_empty_installation_names_the_next_command(page_of):
    page = page_of("/")
    assert "<h1>No scores yet</h1>" in page
    assert "<pre>forewarn demo</pre>" in page
    assert "forewarn run -c forewarn.toml" in page


def test_accounts_by_risk(page_of, repository, make_run):
    arr = {"a": Decimal(412_000), "b": Decimal("48600000"), "c": None}
    repository.publish(make_run({"a": 0.05, "b": 0.62, "c": None}, arr=arr))

    page = page_of("/accounts")

    assert cells(page) == [
        ["Red", "Name of b", "62 %", "38", "€48.6 M", "core", "Lena Fischer",
         "<b>adoption__users_30d</b> is 3.0"],
        ["Green", "Name of a", "5.0 %", "95", "€412 k", "core", "Lena Fischer",
         "<b>experience__csat_90d</b> is None"],
        ["Grey", "Name of c", "–", "–", "–", "core", "Lena Fischer",
         "<b>adoption__users_30d</b> is 3.0"],
    ]  # fmt: skip
    assert "lower is better" in page
    assert "100 is healthy" in page
    assert "Snapshot of 30 June 2026" in page
    assert "Orrery &amp; Sons" in page


def test_a_band_is_shape_and_word_not_colour_alone(page_of, repository, make_run):
    repository.publish(make_run({"r": 0.9, "y": 0.3, "g": 0.01, "x": None}))
    marks = re.findall(
        r'<span class="band b(\w)"><svg.*?<(\w+) class="m(\w)".*?</svg>(\w+)</span>',
        page_of("/accounts"),
    )
    assert set(marks) == {
        ("R", "path", "R", "Red"),
        ("Y", "path", "Y", "Yellow"),
        ("G", "circle", "G", "Green"),
        ("X", "circle", "X", "Grey"),
    }


def test_hostile_words_are_escaped_everywhere(page_of, repository, make_run):
    names = {HOSTILE: HOSTILE}
    repository.publish(make_run({HOSTILE: 0.1}, as_of=MAY, names=names, csm=HOSTILE))
    repository.publish(make_run({HOSTILE: 0.9}, names=names, csm=HOSTILE))

    listed = page_of("/accounts")
    [address] = re.findall(r'<th scope="row"><a href="([^"]+)"', listed)
    shown = page_of(address)

    for page in (listed, shown):
        assert "<img" not in page
        assert "<b>adoption" not in page
        assert html.unescape(page).count(HOSTILE) >= 2
    assert "<h1>&lt;img src=x onerror=alert(1)&gt;" in shown


def test_filters_have_counts_and_toggle(page_of, repository, make_run):
    repository.publish(make_run({"r1": 0.9, "r2": 0.8, "y": 0.3, "g": 0.01}))

    page = page_of("/accounts?band=red&sort=name")

    assert [row[1] for row in cells(page)] == ["Name of r1", "Name of r2"]
    chips = re.findall(
        r'<a class="chip( on)?" href="([^"]*)"[^>]*>(.*?) <span class="k">(\d+)', page
    )
    found = [(bool(on), html.unescape(to), re.sub("<[^>]+>", "", of), n) for on, to, of, n in chips]
    assert found == [
        (False, "/accounts?sort=name", "All", "4"),
        (True, "/accounts?sort=name", "Red", "2"),
        (False, "/accounts?band=red&band=yellow&sort=name", "Yellow", "1"),
        (False, "/accounts?band=red&band=green&sort=name", "Green", "1"),
        (False, "/accounts?band=red&band=grey&sort=name", "Grey", "0"),
    ]


def test_a_filter_that_holds_nobody(page_of, repository, make_run):
    repository.publish(make_run({"g": 0.01}))
    page = page_of("/accounts?band=red")
    assert "No account is in red today." in page
    assert link(page, "Show all accounts") == "/accounts"


def test_the_next_page_until_the_last(page_of, repository, make_run):
    repository.publish(make_run({f"a{n}": 0.9 - n / 10 for n in range(5)}))
    names, page = [], page_of("/accounts?limit=2")
    assert "Rows 1 to 2 of 5." in page
    assert link(page, "First page") is None
    while True:
        names += [row[1] for row in cells(page)]
        following = link(page, "Next page")
        if following is None:
            break
        page = page_of(following)
    assert names == [f"Name of a{n}" for n in range(5)]
    assert "Rows 5 to 5 of 5." in page
    assert link(page, "First page") == "/accounts?limit=2"


def test_a_page_of_a_replaced_run_leads_to_the_first(client, page_of, repository, make_run):
    repository.publish(make_run({"a": 0.9, "b": 0.1}))
    following = link(page_of("/accounts?limit=1"), "Next page")
    repository.publish(make_run({"a": 0.9, "b": 0.1}, as_of=JULY))

    answer = client.get(following, follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/accounts?limit=1"


def test_columns_nobody_fills_are_left_out(page_of, repository, make_run):
    repository.publish(make_run({"a": 0.9}, arr={"a": None}, csm=""))
    head = page_of("/accounts").partition("<thead>")[2].partition("</thead>")[0]
    assert "ARR" not in head
    assert "CSM" not in head
    assert "Tier" in head


def test_the_order_can_be_chosen(page_of, repository, make_run):
    arr = {"a": Decimal(1), "b": Decimal(2)}
    repository.publish(make_run({"a": 0.9, "b": 0.1}, arr=arr))
    page = page_of("/accounts")
    assert link(page, "ARR") == "/accounts?sort=arr"
    assert [row[1] for row in cells(page_of("/accounts?sort=arr"))] == ["Name of b", "Name of a"]
    assert 'aria-sort="descending"' in page_of("/accounts?sort=arr")


def test_an_account(page_of, repository, make_run):
    repository.publish(make_run({"a/1": 0.1}, as_of=MAY))
    repository.publish(make_run({"a/1": 0.75}))

    page = page_of("/accounts/a%2F1").replace("\u202f", " ")

    assert "75 % likely to leave within 90 days." in page
    assert "Red since 30 June 2026." in page
    assert "Health score, 100 is healthy" in page
    assert "€1,201" in page
    shares = re.findall(r'<td class="n">([+−]\S+?)<span class="vh"> towards (\w+)', page)
    assert shares == [("+0.75", "leaving"), ("+0.50", "leaving"), ("−0.12", "staying")]
    assert "the start of −2.25, before any signal is looked at" in page
    assert page.count('class="up"') == 2 + 3
    assert page.count('class="down"') == 1
    assert "no evidence yet" in page
    assert "31 May 2026: green, health 90" in page


def test_an_account_without_a_chance(page_of, repository, make_run):
    repository.publish(make_run({"a": None}))
    page = page_of("/accounts/a")
    assert "Not enough fresh data to say." in page
    assert "Grey since 30 June 2026." in page


def test_an_account_that_left(page_of, repository, make_run):
    repository.publish(make_run({"a": 0.5}, as_of=MAY))
    repository.publish(make_run({"b": 0.5}))
    assert "This is its last score." in page_of("/accounts/a")
    assert "This is its last score." not in page_of("/accounts/b")


def test_the_api_page_lists_every_route_and_schema(client, page_of):
    page, document = page_of("/docs"), client.get("/openapi.json").json()
    for path in document["paths"]:
        assert f"<code>GET {path}</code>" in page
    for name in document["components"]["schemas"]:
        assert f'id="{name}"' in page
    assert "One of red, yellow, green, grey." in page
    for anchor in set(re.findall(r'href="#(\w+)"', page)):
        assert f'id="{anchor}"' in page
