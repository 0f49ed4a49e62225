from dataclasses import replace
from datetime import date

import pytest

from models.bands.silence import SilentSource
from models.metrics import Estimate
from models.score import HORIZONS, AccountCard, Band, Score
from pipelines.report.evidence import Evidence, Source
from pipelines.report.gaps import Grounds, gaps
from pipelines.report.portfolio import portfolio
from pipelines.report.quality import Quality
from serving.store import AccountScore

JUNE, JULY = date(2026, 6, 30), date(2026, 7, 31)


def account(key, risk, band):
    score = Score(key, JUNE, dict.fromkeys(HORIZONS) | {30: risk, 90: risk}, None, band, "v1")
    return AccountScore(AccountCard(key), score, risk, 90, active=True)


@pytest.fixture
def grounds():
    checked = Quality(90, 9, 9, ("", ""), None, None, Estimate(100, 90, 110), None, ())
    return Grounds(
        portfolio=portfolio(JUNE, 90, [account("a", 0.1, Band.GREEN)]),
        evidence=Evidence(Source.SCORES),
        qualities=(checked, replace(checked, horizon=30)),
        outcome="logo_churn",
        quarantined={},
        newest=JUNE,
        trained_on=JUNE,
    )


def said(grounds, **changes):
    return " ".join(gaps(replace(grounds, **changes)))


def test_empty_and_untested_horizons(grounds):
    assert "within 180 and 365 days is left empty" in said(grounds)
    assert "could not be checked" not in said(grounds)
    untested = said(grounds, qualities=grounds.qualities[:1])
    assert "chances within 30 days could not be checked" in untested


def test_grey_accounts_and_missing_green(grounds):
    grey = portfolio(JUNE, 90, [account("a", None, Band.GREY), account("b", 0.5, Band.RED)])
    assert "1 account is grey" in said(grounds, portfolio=grey)
    assert "No account is green" in said(grounds, portfolio=grey)
    assert "grey" not in said(grounds)
    assert "No account is green" not in said(grounds)


def test_where_the_evidence_comes_from(grounds):
    assert "No published score is old enough" in said(grounds, evidence=Evidence(Source.CHECK))
    assert "not known yet" in said(grounds, evidence=Evidence(Source.NONE))
    assert "old enough" not in said(grounds)
    late = Evidence(Source.SCORES, hindsight=(JUNE,))
    assert "Scores published for 30 June 2026 are not counted" in said(grounds, evidence=late)


def test_bad_rows_and_hindsight(grounds):
    told = said(grounds, quarantined={"usage": 1200, "tickets": 3})
    assert "1,203 rows of the last load were bad" in told
    assert "1,200 of usage, 3 of tickets" in told
    assert "later than these scores" in said(grounds, trained_on=JULY)
    assert "later than these scores" not in said(grounds)


@pytest.mark.parametrize(
    ("found", "word"),
    [((77, 70, 85), "too low"), ((130, 110, 150), "too high"), ((97, 90, 105), None)],
)
def test_sums_known_to_be_off(grounds, found, word):
    checked = replace(grounds.qualities[0], foretold=Estimate(*found))
    told = said(grounds, qualities=(checked,))
    assert ("losses for every 100" in told) == (word is not None)
    if word:
        assert f"may be {word}" in told


def test_what_speaks_against_the_scores_is_told(grounds):
    assert "usage is missing" in gaps(replace(grounds, notices=("usage is missing",)))


def test_silent_sources_are_named(grounds):
    usage = SilentSource("usage", date(2026, 6, 10), 0.4)
    told = said(grounds, silent=(usage,))
    assert "Nothing has come from usage since 2026-06-10" in told
    assert "Every account is grey" in told
    assert "Nothing has come" not in said(grounds)
