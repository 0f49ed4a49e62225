"""Rows made by column are what each account by itself would give."""

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from models.score import Outlook
from serving.store.columns import ten_thousandths
from serving.store.fingerprint import Fingerprint
from serving.store.packing import pack_outlooks, unpack_outlook
from serving.store.records import RunPart, loss_of
from serving.store.staged_rows import AMOUNTS, staged_part

JUNE = date(2026, 6, 30)
WORDS = {"logo_churn": 1, "contraction": 2}
BY_DAYS = {30: 0.1, 90: 1 / 3}
ALIKE = Outlook(0, {"logo_churn": BY_DAYS, "contraction": BY_DAYS}, {30: 0.5})
OTHERS = {
    "another cause": replace(ALIKE, p_by_cause={"contraction": BY_DAYS}),
    "causes in another order": replace(ALIKE, p_by_cause=dict([*ALIKE.p_by_cause.items()][::-1])),
    "another horizon": replace(ALIKE, p_expansion={90: 0.5}),
    "no growth": replace(ALIKE, p_expansion={}),
    "nothing": Outlook(),
}


class Known:
    """Codes of a store that has none."""

    def of(self, words):
        return {word: number for number, word in enumerate(sorted(words), 1)}

    def known(self, _word):
        return 0


def staged(run, lost, arr):
    scores = [
        replace(score, outlook=Outlook(revenue_lost=share))
        for score, share in zip(run.scores, lost, strict=True)
    ]
    cards = [replace(card, arr=amount) for card, amount in zip(run.cards, arr, strict=True)]
    return staged_part(RunPart(scores, cards), run.head, Known())


def test_expected_losses_are_exact_where_a_double_lies_between_two_cents(make_run):
    draw = random.Random(3)
    pairs = [(Decimal(draw.randrange(10**8)).scaleb(-4), draw.random()) for _ in range(2000)]
    pairs += [(Decimal(n), 0.005) for n in range(1, 200)]  # half cents: to the even one
    pairs += [(Decimal("-7.77"), 0.5), (Decimal("99999999999999.9999"), 0.123456789)]
    pairs += [(None, 0.5), (Decimal(5), None), (Decimal("12.34565"), 0.999), (Decimal(3), 2.5)]
    run = make_run({f"{n:05}": 0.1 for n in range(len(pairs))})
    arr, lost = zip(*pairs, strict=True)

    found = staged(run, lost, arr).amounts[AMOUNTS.index("expected_loss")]

    losses = [loss_of(*pair) for pair in pairs]
    assert found == [None if loss is None else ten_thousandths(loss) for loss in losses]
    assert {type(each) for each in found} == {int, type(None)}


@pytest.mark.parametrize("other", OTHERS)
def test_outlooks_that_differ_in_form_are_packed_like_those_that_do_not(other):
    mixed = [ALIKE, OTHERS[other], ALIKE]
    together = pack_outlooks(mixed, lambda _words: WORDS)
    assert together == [pack_outlooks([each], lambda _words: WORDS)[0] for each in mixed]
    causes = {code: cause for cause, code in WORDS.items()}
    for packed, each in zip(together, mixed, strict=True):
        by_cause, growth = unpack_outlook(packed, causes.__getitem__)
        assert (by_cause, growth) == (each.p_by_cause, each.p_expansion)


def test_a_run_is_recognised_wherever_its_parts_end(make_run):
    run = make_run(dict.fromkeys("abcdef", 0.3))

    def digest(*ends, lost=0.5):
        seen, begin = Fingerprint(run.head), 0
        for end in ends:
            few = replace(run, scores=run.scores[begin:end], cards=run.cards[begin:end])
            many = len(few.scores)
            seen.add(staged(few, [lost] * many, [Decimal(9)] * many))
            begin = end
        return seen.digest

    assert digest(6) == digest(1, 1, 4, 6) != digest(6, lost=0.4)
    assert digest(5) != digest(6)
