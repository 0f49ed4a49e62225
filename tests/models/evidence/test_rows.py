"""Test rows say of whom, when, learnt from what, and what happened."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest

from models.dataset import Dataset
from models.evaluation import TestSet as Tested
from models.evidence import Described, evidence_rows, rivals_in

MakeDataset = Callable[..., Dataset]
JAN, APR, MAY = date(2024, 1, 31), date(2024, 4, 30), date(2024, 5, 31)


@pytest.fixture
def data(make_dataset: MakeDataset) -> Dataset:
    rows = [("a", JAN, 200.0, np.inf), ("a", APR, 20.0, np.inf), ("b", APR, np.inf, np.inf)]
    found = make_dataset(rows, MAY + timedelta(days=200))
    found.frame["mrr"] = [10.0, 10.0, np.nan]
    found.frame["age"] = [np.nan, 5.0, np.nan]
    found.frame["since"] = [7.0, 7.0, np.nan]
    found.frame["tier"] = ["high", "high", None]
    return found


@pytest.fixture
def tests() -> dict[int, Tested]:
    block = np.array([MAY.toordinal(), MAY.toordinal()])
    return {30: Tested(np.array([1, 2]), np.array([1.0, 0.0]), np.array([0.6, 0.1]), block)}


def test_a_row_is_described(data: Dataset, tests: dict[int, Tested]) -> None:
    described = Described("mrr", ("age", "since"), {"tier": "tier", "region": "region"})
    beside = {30: {"base rate": np.array([0.3, 0.3])}}
    lost, stayed = evidence_rows(data, tests, beside, described).to_dict("records")
    assert (lost["account_id"], lost["as_of"], lost["horizon"]) == ("a", APR, 30)
    assert (lost["lost"], lost["days_to_loss"], lost["chance"]) == (True, 20.0, 0.6)
    assert (lost["arr"], lost["tenure_days"], lost["learnt_until"]) == (120.0, 5.0, MAY)
    assert (lost["segment: tier"], lost["segment: region"]) == ("high", "")
    assert np.isnan([stayed["days_to_loss"], stayed["arr"], stayed["tenure_days"]]).all()
    assert stayed["segment: tier"] == ""
    assert stayed["beside: base rate"] == 0.3


def test_an_account_is_known_if_its_model_learnt_from_it(
    data: Dataset, tests: dict[int, Tested]
) -> None:
    """By the end of May a's row of January had matured at 30 days; April's rows had as well."""
    late = evidence_rows(data, tests, {}, Described())
    assert late["known_account"].tolist() == [True, True]
    early = Tested(**{**vars(tests[30]), "block": np.full(2, APR.toordinal())})
    found = evidence_rows(data, {30: early}, {}, Described())
    assert found["known_account"].tolist() == [True, False]


def test_what_was_recorded_too_late_to_learn_from_is_not_met(
    data: Dataset, tests: dict[int, Tested]
) -> None:
    """With an embargo of 31 days a block of May learnt as one of April would without."""
    found = evidence_rows(data, tests, {}, Described(), embargo=31)
    assert found["known_account"].tolist() == [True, False]
    assert set(found["learnt_until"]) == {APR}


def test_baselines_by_name(make_evidence: Callable) -> None:
    assert list(rivals_in(make_evidence().rows)) == ["base rate"]
