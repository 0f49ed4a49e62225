"""Expected maximum profit against the reference package of the method's field."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from models.metrics import FIGURES, Campaign, drawn_profit

MakeSample = Callable[..., tuple]


@pytest.mark.parametrize("decimals", [12, 1])
@pytest.mark.parametrize(
    "campaign", [Campaign(), Campaign(2, 5, 0.2, 300.0), Campaign(6, 14, 0.05, 1e9)]
)
def test_as_empulse(make_sample: MakeSample, campaign: Campaign, decimals: int) -> None:
    empulse = pytest.importorskip("empulse.metrics")
    sample, draws = make_sample()
    sample = replace(sample, chance=sample.chance.round(decimals))  # with few decimals, ties
    wanted = empulse.empb_score(
        sample.lost.astype(int),
        sample.chance,
        clv=sample.arr,
        alpha=campaign.alpha,
        beta=campaign.beta,
        incentive_fraction=campaign.incentive,
        contact_cost=campaign.contact_cost,
    )
    assert drawn_profit(sample, draws, campaign)[0] == pytest.approx(wanted, rel=1e-9)


def test_a_better_order_earns_more(make_sample: MakeSample) -> None:
    sample, draws = make_sample()
    random = replace(sample, chance=np.random.default_rng(0).random(len(sample.lost)))
    ours, theirs = (FIGURES["expected_profit"](each, draws) for each in (sample, random))
    assert (ours > theirs).all()
