"""What a cause of loss takes of an account's revenue."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest

from models.causes.revenue import revenue_taken
from models.dataset import Dataset

FIRST = date(2026, 1, 31)
INF = float("inf")


def day(month: int) -> date:
    return FIRST + timedelta(days=30 * month)


def rows(make: Callable[..., Dataset], mrr: list[float]) -> tuple[Dataset, np.ndarray]:
    """One account that contracts on day 45 of four dates; another that leaves."""
    given = [("a", day(n), 45 - 30 * n if n < 2 else INF, INF) for n in range(4)]
    found = make([*given, ("b", day(0), 10, INF)], date(2026, 12, 31))
    found.frame["mrr"] = [*mrr, 500.0]
    return found, np.array([True, True, False, False, False])


def test_the_last_level_before_beside_the_first_after(make_dataset: Callable[..., Dataset]) -> None:
    dataset, contracted = rows(make_dataset, [200, 100, 75, 10])
    assert revenue_taken(dataset, contracted, "mrr") == pytest.approx(
        {"logo_churn": 1.0, "contraction": 0.25}
    )


def test_a_level_back_where_it_was_took_nothing(make_dataset: Callable[..., Dataset]) -> None:
    dataset, contracted = rows(make_dataset, [200, 100, 130, 10])
    assert revenue_taken(dataset, contracted, "mrr")["contraction"] == 0.0


@pytest.mark.parametrize("mrr", [[200, np.nan, 75, 10], [200, 100, np.nan, 10], [0, 0, 1, 1]])
def test_unknown_revenue_takes_nothing_known(
    make_dataset: Callable[..., Dataset], mrr: list[float]
) -> None:
    dataset, contracted = rows(make_dataset, mrr)
    assert revenue_taken(dataset, contracted, "mrr").keys() == {"logo_churn"}
    assert revenue_taken(dataset, contracted, "none such").keys() == {"logo_churn"}


def test_a_contraction_known_late_is_held_against_the_first_date_that_knows_of_it(
    make_dataset: Callable[..., Dataset],
) -> None:
    """On day 60 the old level still shows: what happened on day 45 is not known yet."""
    given = [("a", day(n), event, INF) for n, event in enumerate((45, 15, 0, INF))]
    dataset = make_dataset(given, date(2026, 12, 31))
    dataset.frame["mrr"] = [100.0, 100.0, 100.0, 60.0]
    contracted = np.array([True, True, True, False])
    assert revenue_taken(dataset, contracted, "mrr")["contraction"] == pytest.approx(0.4)
