"""How long an account had been red without a break when it was lost."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from models.metrics import FIGURES, drawn_in_time, lead_days

MakeSample = Callable[..., tuple]
NONE = np.nan


def leads(reds: str, days_to_loss: list[float]) -> list[float]:
    """Of one account looked at every 30 days, `r` where it was red."""
    day = 30 * np.arange(len(reds))
    red = np.array([each == "r" for each in reds])
    return lead_days(np.zeros(len(reds), int), day, red, np.array(days_to_loss)).tolist()


@pytest.mark.parametrize(
    ("reds", "lead"), [(".rrr", 70.0), ("rr.r", 10.0), ("rrr.", 0.0), ("rrrr", 100.0), ("....", 0)]
)
def test_the_last_unbroken_reds_count(reds: str, lead: float) -> None:
    found = leads(reds, [100.0, 70.0, 40.0, 10.0])
    assert np.isnan(found[:3]).all()
    assert found[3] == lead


def test_only_an_account_looked_at_until_its_loss_counts() -> None:
    assert np.isnan(leads("rr", [75.0, 45.0])).all()
    assert np.isnan(leads("rr", [NONE, NONE])).all()


def test_dates_too_near_the_loss_to_be_asked_about_are_not_missed() -> None:
    """With a lead time of 30 days there is no row of the last 30 days before a loss."""
    owner, day, red = np.zeros(3, int), 30 * np.arange(3), np.ones(3, bool)
    to_loss = np.array([105.0, 75.0, 45.0])
    assert lead_days(owner, day, red, to_loss, after=30)[2] == 105.0
    assert np.isnan(lead_days(owner, day, red, to_loss + 20, after=30)).all()


def test_accounts_do_not_lend_one_another_their_reds() -> None:
    owner, day = np.array([0, 1, 0, 1]), np.array([0, 0, 30, 30])
    red = np.array([True, False, True, True])
    found = lead_days(owner, day, red, np.array([35.0, 32.0, 5.0, 2.0]))
    assert found[2:].tolist() == [35.0, 2.0]


def test_median_and_share_in_time(make_sample: MakeSample) -> None:
    sample, draws = make_sample(accounts=6, dates=1)
    sample = replace(sample, lead=np.array([0.0, 10, 40, 90, NONE, NONE]))
    assert FIGURES["lead_days_median"](sample, draws)[0] == 25.0
    assert drawn_in_time(sample, draws, 30)[0] == 0.5
    assert drawn_in_time(sample, draws, 0)[0] == 1.0
    rows = [np.repeat(sample.lead[:4], times[:4]) for times in draws.drawn]
    known = [np.median(r) if len(r) else NONE for r in rows]
    assert FIGURES["lead_days_median"](sample, draws)[1:] == pytest.approx(known, nan_ok=True)
