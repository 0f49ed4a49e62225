"""Any filter in any order: its pages show every account that passes, once, and no other."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from models.score import Band, Outlook
from serving.store import Between, Question, ScoreRepository, Sort, in_memory, lists, word_index
from serving.store.by_ids import read_at_once
from serving.store.codes import Codes
from serving.store.kept import KEPT
from serving.store.lines import LINES
from serving.store.read_columns import Held
from serving.store.transactions import at_one_go

MAY, JUNE = date(2026, 5, 31), date(2026, 6, 30)
WORDS = ("", "a", "b")
ACCOUNTS = 23
SIGNAL = {kept.name: kept.signal for kept in KEPT}


def invented(make_run, as_of):
    """Accounts with ties, with nothing known and with odd names; bands move between the runs."""
    step = 1 if as_of == MAY else 2
    chances = {f"k{n:02}": (None, 0.1, 0.3, 0.6, 0.6, 0.9)[n * step % 6] for n in range(ACCOUNTS)}
    if as_of == MAY:
        del chances["k05"]
    names = {
        f"k{n:02}": ("", "Alpha", "beta 100%", "Beta_x", "Übung alpha")[n % 5] for n in range(23)
    }
    run = make_run(chances, as_of=as_of, names=names)
    cards = [described(card, int(card.account_id[1:])) for card in run.cards]
    shares = {f"k{n:02}": (None, 0.5, 0.0, 0.25)[n % 4] for n in range(ACCOUNTS)}
    scores = [
        replace(each, outlook=Outlook(revenue_lost=shares[each.account_id])) for each in run.scores
    ]
    return replace(run, cards=cards, scores=scores)


def described(card, n):
    return replace(
        card,
        csm=WORDS[n % 3],
        tier=WORDS[n % 2 + 1],
        industry=WORDS[n % 3],
        stage=WORDS[n % 2],
        arr=(None, Decimal(100), Decimal("99.5"), Decimal(100))[n % 4],
        renews_at=(None, JUNE + timedelta(n - 10), JUNE)[n % 3],
        signals={
            SIGNAL["last_spoke"]: (None, 5.0, float(n))[n % 3],
            SIGNAL["users"]: float(n % 4),
        },
    )


several = st.lists(st.sampled_from(WORDS), max_size=2).map(tuple)
bound = st.none() | st.sampled_from([0.0, 2.0, 5.0, 11.0])
questions = st.builds(
    Question,
    bands=st.lists(st.sampled_from(list(Band)), max_size=3).map(tuple),
    tiers=several,
    csms=several,
    segments=st.fixed_dictionaries({}, optional={"industry": several, "stage": several}),
    renews_from=st.none() | st.integers(-12, 12),
    renews_to=st.none() | st.integers(-12, 12),
    changed_since=st.none() | st.sampled_from([MAY, JUNE, JUNE + timedelta(1)]),
    signals=st.lists(
        st.builds(Between, st.sampled_from(["last_spoke", "users"]), bound, bound), max_size=2
    ).map(tuple),
    search=st.sampled_from(["", "al", "ALPHA", "beta 100%", "b%", "_", "k1", "K1", "übung", "a\0"]),
)


def passes(found, asked):
    """The question asked of one account, as plainly as can be."""
    card, standing = found.card, found.standing
    words = {"tier": asked.tiers, "csm": asked.csms, "band": asked.bands, **asked.segments}
    has = {"band": found.score.band, "tier": card.tier, "csm": card.csm}
    has |= {"industry": card.industry, "stage": card.stage}
    days = None if card.renews_at is None else (card.renews_at - JUNE).days
    return (
        all(has[name] in chosen for name, chosen in words.items() if chosen)
        and (asked.renews_from is None or (days is not None and days >= asked.renews_from))
        and (asked.renews_to is None or (days is not None and days <= asked.renews_to))
        and (
            asked.changed_since is None
            or (standing.since >= asked.changed_since and standing.previous_as_of is not None)
        )
        and all(within(standing.signals[each.signal], each) for each in asked.signals)
        and named(card, asked.search)
    )


def within(value, bounds):
    low = bounds.least is None or (value is not None and value >= bounds.least)
    high = bounds.most is None or (value is not None and value <= bounds.most)
    return value is not None and low and high


def named(card, search):
    name, key = (card.name or card.account_id).casefold(), search.casefold()
    begins = name.startswith(key) or f" {key}" in name
    return begins or card.account_id.startswith(search)


def place(found, sort):
    """What an account is sorted by: the unknown last, ties by id."""
    card = found.card
    values = {
        Sort.RISK: found.risk,
        Sort.EXPECTED_LOSS: found.expected_loss,
        Sort.CHANGE: found.standing.risk_change,
        Sort.ARR: card.arr,
        Sort.NAME: (card.name or card.account_id).casefold().encode(),
        Sort.RENEWAL: card.renews_at and card.renews_at.toordinal(),
    }
    value = values[sort]
    if value is None:
        return (1, 0, card.account_id)
    return (0, value if sort in (Sort.NAME, Sort.RENEWAL) else -value, card.account_id)


def walked(repository, question, sort, limit, owner):
    cursor, found, totals = None, [], set()
    while True:
        page = repository.latest(question, sort=sort, limit=limit, cursor=cursor, owner=owner)
        found += page.items
        totals.add(page.total)
        cursor = page.next_cursor
        if cursor is None:
            return found, totals


def test_pages_show_what_passes_once_in_order(store, make_run):
    repository = ScoreRepository(store)
    for day in (MAY, JUNE):
        repository.publish(invented(make_run, day))
    everybody = repository.latest(limit=ACCOUNTS).items
    assert len(everybody) == ACCOUNTS

    @settings(max_examples=60, deadline=None, database=None)
    @given(
        questions,
        st.sampled_from(Sort),
        st.integers(1, ACCOUNTS),
        st.none() | st.sampled_from("ab"),
    )
    def check(question, sort, limit, owner):
        mine = [each for each in everybody if owner is None or each.card.csm == owner]
        expected = [each for each in mine if passes(each, question)]
        found, totals = walked(repository, question, sort, limit, owner)
        ordered = sorted(expected, key=lambda each: place(each, sort))
        assert [each.card.account_id for each in found] == [e.card.account_id for e in ordered]
        assert totals == {len(expected)}
        first = repository.first(question, sort=sort, limit=7, owner=owner)
        assert first == tuple(e.card.account_id for e in ordered[:7])
        facets = repository.facets(question, owner)
        for band in Band:
            only = replace(question, bands=(band,))
            assert facets.bands[band] == sum(passes(each, only) for each in mine)
        for tier, number in facets.tiers.items():
            only = replace(question, tiers=(tier,))
            assert number == sum(passes(each, only) for each in mine)

    check()


def listed(repository, question, sort, limit, owner):
    """The pages of lines as a request reads them, in one go each."""
    cursor, found = None, []
    while True:
        with at_one_go():
            page = repository.lines(question, sort=sort, limit=limit, cursor=cursor, owner=owner)
        found.append(page)
        cursor = page.next_cursor
        if cursor is None:
            return found


@pytest.mark.parametrize("few", [in_memory.FEW, 1])
def test_memory_and_database_agree(store, make_run, monkeypatch, few):
    monkeypatch.setattr(in_memory, "FEW", few)
    for day in (MAY, JUNE):
        ScoreRepository(store).publish(invented(make_run, day))
    held = Held(store, least=1)
    plain, quick = ScoreRepository(store), ScoreRepository(store, columns=held)
    assert held.now(plain.newest()) is not None

    @settings(max_examples=25, deadline=None, database=None)
    @given(
        questions,
        st.sampled_from(Sort),
        st.integers(1, ACCOUNTS),
        st.none() | st.sampled_from("ab"),
    )
    def check(question, sort, limit, owner):
        assert walked(quick, question, sort, limit, owner) == walked(
            plain, question, sort, limit, owner
        )
        assert listed(quick, question, sort, limit, owner) == listed(
            plain, question, sort, limit, owner
        )
        assert quick.facets(question, owner) == plain.facets(question, owner)
        first, again = (
            each.first(question, sort=sort, limit=7, owner=owner) for each in (quick, plain)
        )
        assert first == again

    check()


def test_a_list_of_a_csm_takes_one_statement(sqlite_store, make_run):
    ScoreRepository(sqlite_store).publish(invented(make_run, JUNE))
    held = Held(sqlite_store, least=1)
    quick, said = ScoreRepository(sqlite_store, columns=held), []
    held.now(quick.newest())
    event.listen(sqlite_store, "before_cursor_execute", lambda *told: said.append(told[2]))
    for ask in (listed, walked):
        ask(quick, Question(csms=("a",)), Sort.RISK, 50, None)  # learns the words of reasons
        said.clear()
        ask(quick, Question(csms=("a",)), Sort.RISK, 50, None)
        asked = [each for each in said if each.startswith("SELECT")]
        assert len(asked) == 2  # what was published last, and the accounts


def test_a_page_is_of_one_state_of_the_store(store, make_run, monkeypatch):
    plain = ScoreRepository(store)
    plain.publish(make_run({"a": 0.3, "b": 0.2}, as_of=MAY))
    held = Held(store, least=1)
    quick = ScoreRepository(store, columns=held)
    held.now(quick.newest())
    read = lists.read_at_once

    def after_another_publication(*asked):
        ScoreRepository(store).publish(make_run({"a": 0.9, "b": 0.95}, as_of=MAY))
        return read(*asked)

    monkeypatch.setattr(lists, "read_at_once", after_another_publication)
    (page,) = listed(quick, Question(search="name"), Sort.RISK, 50, None)
    before, after = {"a": 0.3, "b": 0.2}, {"b": 0.95, "a": 0.9}
    as_at_its_begin = store.dialect.name == "sqlite"
    expected = before if as_at_its_begin else after
    assert [(line.account_id, line.risk) for line in page.items] == list(expected.items())
    held.now(plain.newest())  # being asked for the new run began to read it


@pytest.mark.parametrize("ids", [("a",), ("a", "gone")])
def test_lines_of_another_state_are_not_given(store, make_run, ids):
    repository = ScoreRepository(store)
    repository.publish(make_run({"a": 0.3}))
    run, words = repository.newest(), Codes(store).word
    with store.connect() as connection:
        now = run if len(ids) > 1 else replace(run, runs=2)
        assert read_at_once(connection, now, ids, LINES, words) is None
        (line,) = read_at_once(connection, run, ["a"], LINES, words)
    assert (line.account_id, line.risk, line.reason.signal) == ("a", 0.3, "adoption__users_30d")


@pytest.mark.parametrize("most_hits", [word_index.MOST_HITS, 0])
def test_words_are_looked_for_in_one_name_at_a_time(sqlite_store, make_run, monkeypatch, most_hits):
    names = {"a1": "Alpha", "a2": "Beta", "b1": "alpha beta", "é": "Beta Álpha", "é2": "Álpha"}
    names |= {"l1": "Une Longue Compagnie", "l2": "Une Longue Compagnon", "l3": "Une Longue Compa"}
    ScoreRepository(sqlite_store).publish(make_run(dict.fromkeys(names, 0.5), names=names))
    monkeypatch.setattr(word_index, "MOST_HITS", most_hits)
    held = Held(sqlite_store, least=1)
    quick = ScoreRepository(sqlite_store, columns=held)
    assert held.now(quick.newest()) is not None
    sought = {
        "ALPHA BETA": {"b1"}, "beta": {"a2", "b1", "é"}, "álpha": {"é", "é2"}, "é": {"é", "é2"},
        "a": {"a1", "a2", "b1"}, "eta": set(), "a2": {"a2"}, "zz": set(),
        "une longue compagni": {"l1"}, "longue compagn": {"l1", "l2"}, "longue": {"l1", "l2", "l3"},
        "une longue compagno": {"l2"}, "une longue compax": set(), "compa": {"l1", "l2", "l3"},
    }  # fmt: skip
    for words, found in sought.items():
        page = quick.latest(Question(search=words))
        assert {each.card.account_id for each in page.items} == found, words
        assert page.total == len(found)


def test_small_runs_are_left_to_the_database(store, make_run):
    repository = ScoreRepository(store)
    repository.publish(invented(make_run, JUNE))
    assert Held(store).now(repository.newest()) is None


def test_another_run_takes_the_place_of_the_columns(sqlite_store, make_run):
    held = Held(sqlite_store, least=1)
    repository = ScoreRepository(sqlite_store, columns=held)
    repository.publish(make_run({"a": 0.1}, as_of=MAY))
    first = repository.newest()
    assert held.now(first).ids.to_pylist() == ["a"]
    repository.publish(make_run({"a": 0.7, "b": 0.1}, as_of=JUNE))
    assert [each.card.account_id for each in repository.latest(Question(search="b")).items] == ["b"]
    assert held.now(repository.newest()).ids.to_pylist() == ["a", "b"]


@pytest.mark.parametrize("field", ["bands", "tiers", "csms"])
def test_what_the_sums_answer_is_countable(field):
    assert Question().countable
    assert replace(Question(), **{field: ("red",)}).countable
    assert not Question(renews_from=0).countable
    assert not Question(signals=(Between("users", 0.0),)).countable


def test_questions_that_mean_the_same_share_their_cursors():
    assert Question(tiers=("a", "b")).tag == Question(tiers=("b", "a", "a")).tag
    assert Question(tiers=("a",)).tag != Question(csms=("a",)).tag
    assert Question(renews_from=0).tag != Question().tag
