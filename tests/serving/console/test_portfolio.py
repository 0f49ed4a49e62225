"""The first page: whom to call, the figures, what moved."""

import html
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from models.score import Outlook
from serving.console.portfolio import pictures
from serving.store import ModelVersionRepository, ScoreRepository

MAY, JUNE = date(2026, 5, 31), date(2026, 6, 30)
HOSTILE = "<img src=x onerror=alert(1)>\"'&"


@pytest.fixture
def repository(sqlite_store):
    return ScoreRepository(sqlite_store)


def with_loss(run):
    """The run with an expected loss, without which nothing is at stake."""
    scores = [
        replace(score, outlook=Outlook(revenue_lost=score.p_loss[90])) for score in run.scores
    ]
    return replace(run, scores=scores)


def text(page):
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split())).replace("\u202f", " ")


def test_the_largest_loss_is_called_first(page_of, repository, make_run):
    arr = {"small": Decimal(1000), "large": Decimal(90_000), "safe": Decimal(900_000)}
    repository.publish(with_loss(make_run({"small": 0.9, "large": 0.5, "safe": 0.01}, arr=arr)))
    page = page_of("/")
    calls = re.findall(r'<li class="call"><h3><a href="[^"]*">([^<]*)', page)
    assert calls == ["Name of large", "Name of small"]
    said = text(page)
    assert "Call these two first" in said
    assert "50 % likely to leave within 90 days" in said
    assert "€45.0 k of €90.0 k at stake, renews 30 September, in 92 days, Lena Fischer" in said
    assert "Who stopped, and what for?" in said


def test_the_figures_and_their_change(page_of, repository, make_run):
    repository.publish(with_loss(make_run({"a": 0.1, "b": 0.6}, as_of=MAY)))
    repository.publish(with_loss(make_run({"a": 0.6, "b": 0.1, "c": 0.1})))
    said = text(page_of("/"))
    assert "Accounts 3 active +1 since 31 May" in said
    assert "Moves in 7 days 1 worse, 1 better 1 turned red" in said
    assert "Worse: 1 account " in said
    assert "Better: 1 account " in said


def test_pictures_need_something_to_draw(page_of, repository, make_run, champion, sqlite_store):
    bands = {"all": {"red_from": 0.5, "green_below": 0.2}}
    ModelVersionRepository(sqlite_store).promote(replace(champion, bands=bands))
    repository.publish(make_run({"a": 0.1}, arr={"a": None}))
    assert "ARR against risk" not in page_of("/")
    repository.publish(with_loss(make_run({"a": 0.6, "b": 0.1}, as_of=date(2026, 7, 31))))
    page = page_of("/")
    assert "ARR against risk" in page
    assert page.count('class="tR"') == 2  # wide and narrow
    assert "Expected loss of ARR by renewal month" in page


def test_pictures_drawn_before_anybody_asks_are_not_drawn_again(
    client, page_of, repository, make_run, monkeypatch
):
    client.app.state.prepare()  # nothing was published, nothing to draw
    repository.publish(with_loss(make_run({"a": 0.6, "b": 0.1})))
    client.app.state.prepare()
    monkeypatch.setattr(pictures, "risk_map", lambda *_: pytest.fail("drawn again"))
    assert "Call this one first" in text(page_of("/"))


def test_hostile_names_are_escaped(page_of, repository, make_run):
    repository.publish(make_run({"a": 0.1}, as_of=MAY, names={"a": HOSTILE}, csm=HOSTILE))
    repository.publish(with_loss(make_run({"a": 0.9}, names={"a": HOSTILE}, csm=HOSTILE)))
    page = page_of("/")
    assert "<img" not in page
    assert html.unescape(page).count(HOSTILE) >= 3


def test_nobody_to_call(page_of, repository, make_run):
    repository.publish(with_loss(make_run({"a": 0.01})))
    assert "Nobody has to be called today" in text(page_of("/"))
