"""The reason that is told first, chosen one score at a time and of many packed ones at once."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest

from models.score import OTHERS, Band, Reason
from serving.store import Question, ScoreRepository, Sort
from serving.store.leading import leading, pack_leading
from serving.store.packing import pack_reasons, unpack_reasons

CODES = {word: code for code, word in enumerate(["a", "b", OTHERS, "high"], 1)}
WORDS = {code: word for word, code in CODES.items()}
VALUES = (1.5, 3, None, "high")
A, B, REST = Reason("a", 1.5, -0.5), Reason("b", 3, 0.25), Reason(OTHERS, 9, 4.0, 9)


def codes(_words):
    return CODES


def drawn(draw):
    named = [Reason(w, draw.choice(VALUES), draw.choice((-1.0, 0.0, 0.5))) for w in ("a", "b")]
    found = [*draw.sample(named, draw.randrange(3)), REST]
    draw.shuffle(found)
    return found[: draw.randrange(4)]


@pytest.mark.parametrize(
    ("band", "reasons", "first"),
    [
        (Band.GREEN, [B, A, REST], A),
        (Band.RED, [A, B, REST], B),
        (Band.YELLOW, [A, REST], A),
        (Band.GREY, [A, B], A),
        (Band.RED, [REST], None),
        (Band.RED, [], None),
    ],
)
def test_it_speaks_for_the_band_where_any_does(band, reasons, first):
    assert leading(band, reasons) == first
    (packed,) = pack_leading(pack_reasons([reasons], codes), [band], CODES[OTHERS])
    assert unpack_reasons(packed, WORDS.__getitem__) == (() if first is None else (first,))


def test_many_at_once_are_chosen_as_one_by_one():
    draw = Random(5)
    accounts = [drawn(draw) for _ in range(500)]
    bands = [draw.choice([*Band]) for _ in accounts]
    packed = pack_leading(pack_reasons(accounts, codes), bands, CODES[OTHERS])
    found = [next(iter(unpack_reasons(each, WORDS.__getitem__)), None) for each in packed]
    assert found == [leading(*each) for each in zip(bands, accounts, strict=True)]
    assert {each and each.signal for each in found} == {"a", "b", None}


def test_no_accounts_have_none():
    assert pack_leading([], [], 0) == []


def test_it_is_published_with_a_run(store, make_run):
    scores = ScoreRepository(store)
    run = make_run({"a": 0.9, "b": 0.1, "c": 0.1}, as_of=date(2026, 6, 30))
    told = [
        replace(s, reasons=r) for s, r in zip(run.scores, ([A, B], [B, A], [REST]), strict=True)
    ]
    scores.publish(replace(run, scores=told))
    page = scores.lines(Question(), sort=Sort.NAME, limit=9, cursor=None, owner=None)
    assert {line.account_id: line.reason for line in page.items} == {"a": B, "b": A, "c": None}
