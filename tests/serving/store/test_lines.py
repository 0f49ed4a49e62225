"""Lines of a list tell what whole accounts would."""

from serving.presentation import leading_reason
from serving.store import KEPT, Question, ScoreRepository, Sort
from serving.store.lines import OWN, STANDS, Line
from serving.store.listing import STANDING


def test_a_line_begins_as_its_columns_do():
    assert tuple(column.name for column in OWN) == Line._fields[: len(OWN)]
    assert Line._fields[len(OWN) + 2 : -1] == STANDING[:STANDS]
    assert STANDING[STANDS:] == tuple(kept.name for kept in KEPT)


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
        assert line.signals == tuple(before.signals.values())
