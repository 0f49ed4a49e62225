"""Bands keep still where chances only wander, and move where they must."""

from dataclasses import replace

import numpy as np
import pytest

from models.bands import Limits, Published, Seen, Steps, settle
from models.bands.codes import GREEN, GREY, RED, YELLOW, Codes

STEPS = Steps(exit_share=0.8, dwell_days=7, jump=1.0)
RED_FROM, GREEN_BELOW = 0.4, 0.1
RED_EXIT = 0.8 * 0.4 / 0.6 / (1 + 0.8 * 0.4 / 0.6)
GREEN_ENTRY = 0.8 * 0.1 / 0.9 / (1 + 0.8 * 0.1 / 0.9)


def limits(rows: int) -> Limits:
    return Limits(np.full(rows, RED_FROM), np.full(rows, GREEN_BELOW))


def ids(rows: int) -> np.ndarray:
    return np.array([f"a{i}" for i in range(rows)], object)


def walk(chances: np.ndarray, every: int, steps: Steps = STEPS) -> np.ndarray:
    """Bands of successive runs, each seeing all that was published before; (runs, rows)."""
    accounts = ids(chances.shape[1])
    published: list[tuple[int, np.ndarray, Codes]] = []
    for number, chance in enumerate(chances):
        day, runs = number * every, []
        for then, before, band in reversed(published):
            runs.append(Published(day - then, accounts, before, band))
            if day - then >= steps.dwell_days:
                break
        seen = Seen.of(accounts.tolist(), runs)
        published.append((day, chance, settle(steps, chance, limits(len(chance)), seen)))
    return np.array([band for _, _, band in published])


def course(*chances: float, every: int = 1, steps: Steps = STEPS) -> list[int]:
    return walk(np.array(chances)[:, None], every, steps)[:, 0].tolist()


def test_without_anything_before_the_thresholds_alone_decide() -> None:
    chance = np.array([0.4, 0.39, 0.1, 0.09, np.nan])
    found = settle(STEPS, chance, limits(5), Seen.nothing(5))
    assert found.tolist() == [RED, YELLOW, YELLOW, GREEN, GREY]


@pytest.mark.parametrize("every", [1, 3, 7, 30])
@pytest.mark.parametrize(
    ("band", "low", "high"),
    [
        (RED, RED_EXIT + 1e-9, 1.0),
        (YELLOW, GREEN_ENTRY + 1e-9, RED_FROM - 1e-9),
        (GREEN, 0.0, GREEN_BELOW - 1e-9),
    ],
)
def test_nothing_moves_within_the_dead_zone(band: int, low: float, high: float, every: int) -> None:
    """However wildly the chance moves: between a band's own ends it is no change."""
    rng = np.random.default_rng(every)
    start = {RED: 0.5, YELLOW: 0.2, GREEN: 0.05}[band]
    chances = np.vstack([np.full(200, start), rng.uniform(low, high, (40, 200))])
    assert (walk(chances, every) == band).all()


def test_red_is_left_at_other_odds_than_it_is_entered() -> None:
    assert pytest.approx(0.8 * 0.4 / 0.6) == RED_EXIT / (1 - RED_EXIT)
    assert course(0.41, 0.35, 0.34, every=30) == [RED, RED, YELLOW]
    assert course(0.3, 0.39, 0.40, every=30) == [YELLOW, YELLOW, RED]


def test_green_is_left_at_its_threshold_so_that_its_promise_holds() -> None:
    assert course(0.2, 0.095, 0.08, 0.099, 0.1, every=30) == [YELLOW, YELLOW, GREEN, GREEN, YELLOW]


@pytest.mark.parametrize(("every", "runs"), [(1, 8), (2, 5), (3, 4), (5, 3), (7, 2)])
def test_a_change_must_have_lasted(every: int, runs: int) -> None:
    """Seven days from the first run that showed it; how often is scored does not matter."""
    bands = course(*[0.35] * 3, *[0.45] * (runs + 1), every=every)
    assert bands == [YELLOW] * (2 + runs) + [RED] * 2


def test_what_does_not_last_is_never_shown() -> None:
    blips = ([0.35] * 2 + [0.45] * 6) * 4
    assert set(course(*blips)) == {YELLOW}
    assert RED in course(*blips, steps=replace(STEPS, dwell_days=3))


def test_scores_further_apart_need_no_patience() -> None:
    assert course(0.35, 0.45, 0.35, 0.30, every=8) == [YELLOW, RED, RED, YELLOW]
    assert course(0.35, 0.45, 0.30, steps=replace(STEPS, dwell_days=0)) == [YELLOW, RED, YELLOW]


def test_a_jump_passes_at_once_either_way() -> None:
    assert course(0.25, 0.25, 0.5) == [YELLOW, YELLOW, RED]  # 1.10 in log-odds
    assert course(0.25, 0.25, 0.45) == [YELLOW] * 3  # 0.90
    assert course(0.6, 0.6, 0.3) == [RED, RED, YELLOW]
    assert course(0.05, 0.05, 0.9) == [GREEN, GREEN, RED]


def test_a_jump_may_take_some_of_the_days() -> None:
    assert course(0.25, 0.35, 0.45, 0.5) == [YELLOW, YELLOW, YELLOW, RED]


def test_a_long_way_goes_as_far_as_every_day_bears_out() -> None:
    """Yellow was reached for a week, green only today."""
    bands = course(0.45, *[0.3] * 7, 0.085, steps=replace(STEPS, jump=9.0))
    assert bands[-2:] == [RED, YELLOW]


def test_after_grey_an_account_starts_anew() -> None:
    assert course(0.35, np.nan, 0.45) == [YELLOW, GREY, RED]
    assert course(0.45, 0.45, np.nan) == [RED, RED, GREY]


def test_who_was_not_in_the_last_run_starts_anew() -> None:
    before = Published(1, np.array(["a"], object), np.array([0.45]), np.array([RED], np.int8))
    seen = Seen.of(["b", "a"], [before])
    assert seen.band.tolist() == [GREY, RED]
    found = settle(STEPS, np.array([0.36, 0.36]), limits(2), seen)
    assert found.tolist() == [YELLOW, RED]


def random_history(rows: int, seed: int) -> tuple[np.ndarray, list[Published]]:
    rng = np.random.default_rng(seed)
    chances = rng.beta(1, 3, (9, rows))
    chances[rng.random(chances.shape) < 0.02] = np.nan
    bands = rng.integers(0, 4, (8, rows)).astype(np.int8)
    runs = [Published(k + 1, ids(rows), chances[k + 1], bands[k]) for k in range(8)]
    return chances[0], runs


def test_the_order_of_rows_and_of_runs_means_nothing() -> None:
    chance, runs = random_history(500, 3)
    found = settle(STEPS, chance, limits(500), Seen.of(ids(500).tolist(), runs))
    rng = np.random.default_rng(4)
    order = rng.permutation(500)
    mixed = [
        Published(run.days_ago, run.accounts[mine], run.chance[mine], run.band[mine])
        for run in reversed(runs)
        for mine in [rng.permutation(500)]
    ]
    again = settle(STEPS, chance[order], limits(500), Seen.of(ids(500)[order].tolist(), mixed))
    assert again.tolist() == found[order].tolist()
    assert len(set(found.tolist())) == 4


def test_who_is_never_red_stays_so() -> None:
    never = Limits(np.full(2, np.inf), np.full(2, 0.1))
    seen = Seen.of(["a", "b"], [Published(30, ids(2), np.full(2, 0.5), np.full(2, RED, np.int8))])
    assert settle(STEPS, np.array([0.99, 1.0]), never, seen).tolist() == [YELLOW, YELLOW]


def test_a_million_accounts_settle_as_each_part_of_them_does() -> None:
    rows, half = 1_000_000, 400_000
    rng = np.random.default_rng(1)
    band, chance = rng.integers(0, 3, rows).astype(np.int8), rng.beta(1, 3, (8, rows))
    days, now = np.arange(1, 9), rng.beta(1, 3, rows)
    together = settle(STEPS, now, limits(rows), Seen(band, chance, days))
    parts = [
        settle(STEPS, now[some], limits(len(now[some])), Seen(band[some], chance[:, some], days))
        for some in (slice(half), slice(half, None))
    ]
    assert np.array_equal(together, np.concatenate(parts))
    assert set(np.unique(together)) == {RED, YELLOW, GREEN}
