"""Lines of a list tell what whole accounts would."""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

from models.score import AccountCard
from serving.presentation import leading_reason
from serving.store import Question, ScoreRepository, Sort
from serving.store.kept import KEPT
from serving.store.lines import ALIKE, END, OTHERS, SIGNALS_FROM, Line
from serving.store.records import Standing
from serving.store.rows import CARD
from serving.store.whole import MOVED


def test_columns_are_read_in_the_order_of_their_fields():
    assert tuple(each.name for each in fields(AccountCard)) == CARD + ("signals",)
    assert MOVED[:2] == ("since", "previous_as_of")
    standing = [each.name for each in fields(Standing)]
    assert [*MOVED[:2], "previous_band", *MOVED[2:], "signals"] == standing
    assert Line._fields[: len(ALIKE)] == ALIKE
    assert (*OTHERS[:-1], "reason") == Line._fields[len(ALIKE) : SIGNALS_FROM]
    assert len(KEPT) == END - SIGNALS_FROM


def test_lines_are_of_the_same_accounts(store, make_run):
    repository = ScoreRepository(store)
    repository.publish(make_run({"a": 0.6, "b": 0.3, "c": 0.1}))
    whole = repository.latest(limit=2)
    page = repository.lines(Question(), sort=Sort.RISK, limit=2, cursor=None, owner=None)
    assert (page.run, page.total, page.counts) == (whole.run, whole.total, whole.counts)
    assert page.next_cursor == whole.next_cursor
    for line, found in zip(page.items, whole.items, strict=True):
        assert line.account_id == found.card.account_id
        assert (line.band, line.risk) == (found.score.band, found.risk)
        assert line.reason == leading_reason(found.score)
        assert line.expected_loss == found.expected_loss
        before = found.standing
        assert (line.since, line.previous_band) == (before.since, before.previous_band)
        assert (line.as_of, line.model_version) == (found.score.as_of, found.score.model_version)
        assert [getattr(line, name) for name in CARD if name != "extra"] == [
            getattr(found.card, name) for name in CARD if name != "extra"
        ]
        assert line.signals == tuple(before.signals.values())


def test_a_list_shows_what_one_account_is(store, make_run):
    repository = ScoreRepository(store)
    for day, chance in ((date(2026, 5, 31), 0.1), (date(2026, 6, 30), 0.6)):
        run = make_run({"a": chance, "b": None}, as_of=day, arr={"a": Decimal("99.1234")})
        cards = [replace(card, extra={"plan": card.account_id}) for card in run.cards]
        repository.publish(replace(run, cards=cards))
    for listed in repository.latest().items:
        alone = repository.account(listed.card.account_id)
        assert alone == replace(listed, standing=None)
        assert repr(alone) == repr(replace(listed, standing=None))  # 1 and 1.0, 0.5 and 0.50
