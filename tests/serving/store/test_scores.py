"""Publishing runs and reading them back, on SQLite and on PostgreSQL."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Engine, event, select, text

from models.bands.silence import SilentSource
from models.score import Band, Outlook
from serving.store import PublishError, RunPart, ScoreRepository, Sort, StoreError, Transition
from serving.store.tables import METADATA

MAY, JUNE, JULY = date(2026, 5, 31), date(2026, 6, 30), date(2026, 7, 31)
FORETOLD = Outlook(30, {"logo_churn": {90: 0.1}}, {90: 0.2, 30: 0.1}, 0.3)


def dump(store: Engine) -> dict[str, list[tuple]]:
    with store.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(*table.c))), key=repr)
            for table in METADATA.sorted_tables
            if table.name != "reason_code"  # a dictionary: words may be learnt and not used
        }


def ids(page) -> list[str]:
    return [item.card.account_id for item in page.items]


def test_scores_and_cards_come_back_exactly_as_published(store, make_run):
    run = make_run({"a": 0.7, "b": 0.1, "c": None}, arr={"a": Decimal("186400.1234"), "b": None})
    repository = ScoreRepository(store)

    assert repository.publish(run) == 3

    found = repository.run(JUNE)
    assert [each.score for each in found] == list(run.scores)
    assert [each.card for each in found] == list(run.cards)
    assert [each.risk for each in found] == [0.7, 0.1, None]
    assert repository.account("a").score == run.scores[0]
    assert repository.account("a").active is True
    assert repository.account("nobody") is None
    assert repository.run(MAY) == ()


def test_a_csms_accounts_lie_together_on_postgresql(store, make_run):
    run = make_run({"a": 0.3, "b": 0.9, "c": None, "d": 0.1, "e": 0.2})
    csms = {"a": "y", "b": "y", "c": "x", "d": "x", "e": "x"}
    cards = [replace(card, csm=csms[card.account_id]) for card in run.cards]
    ScoreRepository(store).publish(replace(run, cards=cards))
    place, expected = {"postgresql": ("ctid", "edcba"), "sqlite": ("rowid", "abcde")}[
        store.dialect.name
    ]
    with store.connect() as connection:
        found = connection.scalars(text(f"SELECT account_id FROM score_latest_0 ORDER BY {place}"))
        assert "".join(found) == expected


def test_money_is_exact_to_four_decimals(store, make_run):
    amounts = {"a": "0.1", "b": "99999999999999.9999", "c": "1200", "d": "3.00005", "e": "-2.5"}
    run = make_run(dict.fromkeys(amounts, 0.1), arr={k: Decimal(v) for k, v in amounts.items()})
    ScoreRepository(store).publish(run)

    found = {each.card.account_id: str(each.card.arr) for each in ScoreRepository(store).run(JUNE)}

    assert found == {
        "a": "0.10",
        "b": "99999999999999.9999",
        "c": "1200.00",
        "d": "3.00",
        "e": "-2.50",
    }


def test_publishing_again_changes_nothing(store, make_run):
    times = iter([datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 2, tzinfo=UTC)])
    repository = ScoreRepository(store, clock=lambda: next(times))
    run = make_run({"a": 0.7, "b": 0.1})
    repository.publish(run)
    before = dump(store)

    shuffled = replace(run, scores=run.scores[::-1], cards=run.cards[::-1])

    assert repository.publish(shuffled) == 0
    assert dump(store) == before
    assert repository.newest().published_at == datetime(2026, 7, 1, tzinfo=UTC)


def test_parts_and_their_order_do_not_matter(store, make_run):
    repository = ScoreRepository(store)
    run = make_run(dict.fromkeys("abcd", 0.7))
    run = replace(run, scores=[replace(run.scores[0], outlook=FORETOLD), *run.scores[1:]])
    repository.publish(run)
    before = dump(store)

    def part(*places):
        return RunPart([run.scores[n] for n in places], [run.cards[n] for n in places])

    for parts in ([part(0), part(1, 2, 3)], [part(2, 3), part(), part(1, 0)]):
        assert repository.publish_parts(run.head, parts) == 0
    assert dump(store) == before


def test_runs_in_any_order_are_kept_alike(store, make_run):
    repository = ScoreRepository(store)
    repository.publish(make_run({"c": 0.1, "a": 0.1}, as_of=MAY))
    run = make_run({"a": 0.7, "b": 0.2, "c": 0.1})
    parts = [RunPart([score], [card]) for score, card in zip(run.scores, run.cards, strict=True)]
    repository.publish_parts(run.head, parts)
    before = dump(store)

    repository.publish(make_run({"a": 0.3}))
    repository.publish_parts(run.head, parts[::-1])

    after = dump(store)
    for published in (before, after):
        published["scoring_run"] = [row[:5] for row in published["scoring_run"]]
        del published["score_latest_0"]  # the tables of the newest run have taken turns twice
    assert after == before


def test_an_account_in_two_parts_is_refused(store, make_run):
    run = make_run({"a": 0.7, "b": 0.1})
    part = RunPart(run.scores, run.cards)
    with pytest.raises(PublishError, match=r"more than one score: 'a', 'b' \(2 in all\)"):
        ScoreRepository(store).publish_parts(run.head, [part, part])


def test_another_run_of_the_same_date_replaces_it(store, make_run):
    repository = ScoreRepository(store)
    repository.publish(make_run({"a": 0.7, "b": 0.1}))

    assert repository.publish(make_run({"a": 0.3, "c": 0.1}, version="v2")) == 2

    assert [each.card.account_id for each in repository.run(JUNE)] == ["a", "c"]
    assert ids(repository.latest()) == ["a", "c"]
    assert repository.newest().model_version == "v2"
    assert repository.account("b") is None


def test_an_older_run_is_history_only(store, make_run):
    repository = ScoreRepository(store)
    repository.publish(make_run({"a": 0.7, "b": 0.1}, csm="New"))

    repository.publish(make_run({"a": 0.1, "b": 0.1, "gone": 0.9}, as_of=MAY, csm="Old"))

    page = repository.latest()
    assert [(item.card.account_id, item.risk) for item in page.items] == [("a", 0.7), ("b", 0.1)]
    assert {item.card.csm for item in page.items} == {"New"}
    assert page.run.as_of == JUNE
    assert repository.dates() == [MAY, JUNE]
    assert [point.risk for point in repository.history("a")] == [0.1, 0.7]
    gone = repository.account("gone")
    assert (gone.active, gone.score.as_of, gone.card.csm) == (False, MAY, "Old")


def test_an_account_that_left_is_not_listed(store, make_run):
    repository = ScoreRepository(store)
    repository.publish(make_run({"a": 0.7, "left": 0.9}))

    repository.publish(make_run({"a": 0.6}, as_of=JULY))

    assert ids(repository.latest()) == ["a"]
    assert repository.counts() == {Band.RED: 1, Band.YELLOW: 0, Band.GREEN: 0, Band.GREY: 0}


def test_transitions_follow_the_order_of_dates_not_of_publication(store, make_run):
    repository = ScoreRepository(store)
    repository.publish(make_run({"a": 0.1, "b": 0.1}, as_of=MAY))
    repository.publish(make_run({"a": 0.7, "b": 0.1}, as_of=JULY))
    assert repository.transitions("a") == [
        Transition("a", MAY, JULY, Band.GREEN, Band.RED, 0.1, 0.7)
    ]

    repository.publish(make_run({"a": 0.3, "b": 0.1}, as_of=JUNE))

    assert repository.transitions("a") == [
        Transition("a", MAY, JUNE, Band.GREEN, Band.YELLOW, 0.1, 0.3),
        Transition("a", JUNE, JULY, Band.YELLOW, Band.RED, 0.3, 0.7),
    ]
    assert repository.transitions("b") == []


def test_replacing_a_run_renews_the_transitions_around_it(store, make_run):
    repository = ScoreRepository(store)
    for as_of, p in ((MAY, 0.1), (JUNE, 0.7), (JULY, 0.1)):
        repository.publish(make_run({"a": p}, as_of=as_of))
    assert len(repository.transitions("a")) == 2

    repository.publish(make_run({"a": 0.1}, as_of=JUNE, version="v2"))

    assert repository.transitions("a") == []


OF_OTHERS = {
    "model_version",
    "model_change",
    "delivery",
    "destination",
    "api_key",
    "login",
    "audit",
    "job",
    "idempotency",
    "outbox",
    "saved_view",
    "reason_code",
    "score_latest_0",  # the first run lies there; the second fills the other one
}


@pytest.mark.parametrize("table", sorted(METADATA.tables.keys() - OF_OTHERS))
def test_a_failure_anywhere_leaves_the_old_run(store, make_run, table):
    repository = ScoreRepository(store)
    repository.publish(make_run({"a": 0.7, "b": 0.1}))
    before = dump(store)

    def fail(_connection, _cursor, statement, *_):
        if statement.startswith(f"INSERT INTO {table} "):
            raise RuntimeError("the power went out")

    event.listen(store, "before_cursor_execute", fail)
    run = make_run({"a": 0.1, "b": 0.1, "new": 0.1}, as_of=JULY)
    scores = [replace(each, outlook=Outlook(p_expansion={90: 0.2})) for each in run.scores]
    with pytest.raises(RuntimeError):
        repository.publish(replace(run, scores=scores, silent=(SilentSource("usage", MAY, 0.4),)))
    event.remove(store, "before_cursor_execute", fail)

    assert dump(store) == before
    assert repository.publish(make_run({"a": 0.1, "b": 0.1}, as_of=JULY)) == 2


def test_readers_see_the_old_run_until_the_new_one_is_whole(store, make_run):
    repository = ScoreRepository(store)
    repository.publish(make_run({"a": 0.7, "b": 0.1}))
    seen = []

    def look(_connection, _cursor, statement, *_):
        if statement.startswith("INSERT INTO scoring_run"):
            seen.append(ids(ScoreRepository(store).latest()))

    event.listen(store, "before_cursor_execute", look)
    repository.publish(make_run({"c": 0.4}, as_of=JULY))
    event.remove(store, "before_cursor_execute", look)

    assert seen == [["a", "b"]]
    assert ids(repository.latest()) == ["c"]


CONTRADICTIONS = {
    "more than one score": lambda run: replace(run, scores=[*run.scores, run.scores[0]]),
    "more than one card": lambda run: replace(run, cards=[*run.cards, run.cards[0]]),
    "but no card": lambda run: replace(run, cards=run.cards[1:]),
    "but no score": lambda run: replace(run, scores=run.scores[1:]),
    "are not of 2026-07-31": lambda run: replace(run, as_of=JULY),
    "by version v9": lambda run: replace(run, model_version="v9"),
    "primary horizon is 60": lambda run: replace(run, primary_horizon=60),
    "is 1.5; allowed is 0 to 1": lambda run: replace(
        run, scores=[replace(run.scores[0], p_loss={90: 1.5}), run.scores[1]]
    ),
    "is nan; allowed": lambda run: replace(
        run, scores=[replace(run.scores[0], p_loss={30: float("nan")}), run.scores[1]]
    ),
}


@pytest.mark.parametrize("words", CONTRADICTIONS)
def test_a_run_that_contradicts_itself_is_refused(sqlite_store, make_run, words):
    repository = ScoreRepository(sqlite_store)

    with pytest.raises(PublishError, match=words):
        repository.publish(CONTRADICTIONS[words](make_run({"a": 0.7, "b": 0.1})))

    assert repository.newest() is None


def test_text_no_database_holds(store, make_run):
    repository = ScoreRepository(store)
    with pytest.raises(PublishError, match="no database can hold"):
        repository.publish(make_run({"nul\0": 0.1}))

    repository.publish(make_run({"a": 0.1}, names={"a": "A\0B\ud800"}))

    assert repository.account("a").card.name == "A\ufffdB?"
    assert repository.account("nul\0") is None
    assert repository.history("nul\0") == []
    assert repository.transitions("nul\0") == []


def test_an_empty_store_answers(store):
    repository = ScoreRepository(store)
    page = repository.latest(bands=[Band.RED], sort=Sort.ARR)
    assert (page.items, page.run, page.total, page.next_cursor) == ((), None, 0, None)
    assert repository.newest() is None
    assert repository.dates() == []


def test_an_empty_run_is_a_run(store, make_run):
    repository = ScoreRepository(store)
    repository.publish(make_run({"a": 0.7}))
    assert repository.publish(make_run({}, as_of=JULY)) == 0
    assert repository.newest().as_of == JULY
    assert repository.latest().total == 0


def test_history_is_capped_from_the_old_end(store, make_run):
    repository = ScoreRepository(store)
    for as_of in (MAY, JUNE, JULY):
        repository.publish(make_run({"a": 0.1}, as_of=as_of))
    assert [point.as_of for point in repository.history("a", limit=2)] == [JUNE, JULY]


def test_every_refusal_is_a_store_error():
    assert issubclass(PublishError, StoreError)


def test_the_run_of_a_day(store, make_run):
    repository = ScoreRepository(store)
    repository.publish(make_run({"a": 0.9, "b": 0.1}))
    repository.publish(make_run({"a": 0.9}, as_of=MAY, version="v0"))
    found = repository.info(MAY)
    assert (found.as_of, found.model_version, found.accounts) == (MAY, "v0", 1)
    assert repository.info(date(2020, 1, 1)) is None
