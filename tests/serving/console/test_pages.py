"""The pages as a browser gets them."""

import html
import re
from dataclasses import replace
from datetime import date

import pytest

from features.silence import Hole
from serving.notices import told_felt
from serving.store import ScoreRepository

MAY, JUNE, JULY = date(2026, 5, 31), date(2026, 6, 30), date(2026, 7, 31)
HOSTILE = "<img src=x onerror=alert(1)>\"'&{{ 7*7 }}"


@pytest.fixture
def repository(sqlite_store):
    return ScoreRepository(sqlite_store)


def test_an_empty_installation_names_the_next_command(page_of):
    page = page_of("/")
    assert "<h1>No scores yet</h1>" in page
    assert "<pre>forewarn demo</pre>" in page
    assert "forewarn run -c forewarn.toml" in page


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


@pytest.mark.parametrize("address", ["/", "/accounts", "/accounts/r", "/queue"])
def test_scores_that_a_hole_in_usage_spoils_carry_a_notice(page_of, repository, make_run, address):
    repository.publish(make_run({"r": 0.9, "g": 0.01}))
    assert "not to be trusted" not in page_of(address)
    hole = Hole(date(2026, 5, 2), date(2026, 5, 29))
    repository.publish(replace(make_run({"r": 0.9, "g": 0.01}), holes=(hole,)))
    (sentence,) = told_felt([hole])
    assert "until 2026-07-24 signals take that for silence" in sentence
    assert f'<p class="missing notice" role="note">{sentence}</p>' in page_of(address)


def test_accounts_that_went_missing_on_the_day_itself_are_told_of(page_of, repository, make_run):
    repository.publish(replace(make_run({"r": 0.9}), ended=1200))
    said = page_of("/accounts")
    assert "1,200 accounts are not scored: their paid subscription ended on 2026-06-30" in said
    assert "(--as-of 2026-06-29)" in said


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


def test_the_api_page_lists_every_route_and_schema(client, page_of):
    page, document = page_of("/docs"), client.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        for method in methods:
            assert f"<code>{method.upper()} {path}</code>" in page
    for name in document["components"]["schemas"]:
        assert f'id="{name}"' in page
    assert "One of red, yellow, green, grey." in page
    for anchor in set(re.findall(r'href="#(\w+)"', page)):
        assert f'id="{anchor}"' in page
