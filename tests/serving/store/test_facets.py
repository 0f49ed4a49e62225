"""What a facet promises is what the list then shows, for every choice of every filter."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from models.score import Band
from serving.store import Question, ScoreRepository
from serving.store.facets import WINDOWS, FacetRepository
from serving.store.read_columns import Held
from serving.store.segments import SegmentRepository

JUNE = date(2026, 6, 30)
WORDS = ("", "a", "b")
QUESTIONS = (
    Question(),
    Question(bands=(Band.RED, Band.YELLOW), tiers=("a",)),
    Question(csms=("b",), search="name of k", segments={"industry": ("", "a"), "stage": ("b",)}),
    Question(renews_from=0, renews_to=90, segments={"region": ("a",)}),
)


@pytest.fixture
def published(store, make_run):
    chances = {f"k{n:02}": (None, 0.1, 0.3, 0.6, 0.9)[n % 5] for n in range(40)}
    run = make_run(chances, as_of=JUNE)
    ScoreRepository(store).publish(
        replace(run, cards=[described(card, int(card.account_id[1:])) for card in run.cards])
    )
    return store


def described(card, n):
    return replace(
        card,
        csm=WORDS[n % 3],
        tier=WORDS[n % 2 + 1],
        industry=WORDS[n % 3],
        region=WORDS[n % 2],
        stage=WORDS[n // 7 % 3],
        arr=Decimal(n),
        renews_at=(None, JUNE + timedelta((-400, -1, 0, 30, 31, 90, 180, 366)[n % 8]))[n % 5 > 0],
    )


@pytest.mark.parametrize("owner", [None, "a"])
def test_each_count_is_what_the_list_shows(published, owner):
    scores, facets = ScoreRepository(published), FacetRepository(published)

    def shown(question):
        return scores.latest(question, limit=1, owner=owner).total

    for asked in QUESTIONS:
        found = facets.all(asked, owner)
        assert found.accounts == shown(asked)
        for band, number in found.bands.items():
            assert number == shown(replace(asked, bands=(band,)))
        for tier, number in found.tiers.items():
            assert number == shown(replace(asked, tiers=(tier,)))
        for csm, number in found.csms.items():
            assert number == shown(replace(asked, csms=(csm,)))
        for name, words in found.segments.items():
            others = {key: of for key, of in asked.segments.items() if key != name}
            assert sum(words.values()) == shown(replace(asked, segments=others))
            for word, number in words.items():
                chosen = {**others, name: (word,)}
                assert number == shown(replace(asked, segments=chosen))
        whole = replace(asked, renews_from=None, renews_to=None)
        assert sum(found.renewals.values()) + found.renewal_unknown == shown(whole)
        for window in WINDOWS:
            inside = replace(asked, renews_from=window.first, renews_to=window.last)
            assert found.renewals[window] == shown(inside)


def test_nothing_before_the_first_run(sqlite_store):
    assert FacetRepository(sqlite_store).all(Question()) is None


def test_memory_counts_as_the_database_does(published):
    held = Held(published, least=1)
    assert held.now(ScoreRepository(published).newest()) is not None
    plain, quick = FacetRepository(published), FacetRepository(published, columns=held)
    for owner in (None, "a", "nobody"):
        for question in QUESTIONS:
            assert quick.all(question, owner) == plain.all(question, owner)


@pytest.mark.parametrize("owner", [None, "a", "nobody"])
def test_segments_are_summed_in_memory_as_by_the_database(published, owner):
    held = Held(published, least=1)
    held.now(ScoreRepository(published).newest())
    (_, plain), (_, quick) = (
        SegmentRepository(published, columns=each).all(owner) for each in (None, held)
    )
    for ours, theirs in zip(quick, plain, strict=True):
        assert ours.column == theirs.column
        for mine, other in zip(ours.words, theirs.words, strict=True):
            assert mine.risk == pytest.approx(other.risk, rel=1e-12)
            assert replace(mine, risk=other.risk) == other


def test_a_run_of_an_earlier_date_that_comes_late_is_counted(store, make_run):
    """It alone tells that a band was another before: what was counted until then is forgotten."""
    scores, facets = ScoreRepository(store), FacetRepository(store)
    asked = Question(changed_since=JUNE - timedelta(days=5))
    scores.publish(make_run({"a": 0.9}, as_of=JUNE - timedelta(days=20)))
    scores.publish(make_run({"a": 0.9}, as_of=JUNE))
    assert (facets.all(asked).accounts, scores.facets(asked).bands[Band.RED]) == (0, 0)
    scores.publish(make_run({"a": 0.05}, as_of=JUNE - timedelta(days=10)))
    assert (facets.all(asked).accounts, scores.facets(asked).bands[Band.RED]) == (1, 1)
