"""Small fits run on one thread each, and everything else as before."""

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from models.flavours.lightgbm import ROWS_WORTH_THREADS
from models.side_by_side import side_by_side


def threads() -> set[int]:
    found = {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}
    assert found, "no linear algebra that could be limited"
    return found


def test_answers_come_in_order() -> None:
    assert list(side_by_side(lambda n: n * n, range(20), 10)) == [n * n for n in range(20)]


def test_small_fits_have_one_thread_of_linear_algebra_each() -> None:
    before = threads()
    during = list(side_by_side(lambda _: threads(), range(4), ROWS_WORTH_THREADS - 1))
    assert during == [{1}] * 4
    assert threads() == before


def test_fits_of_many_rows_thread_by_themselves() -> None:
    before = threads()
    assert list(side_by_side(lambda _: threads(), range(2), ROWS_WORTH_THREADS)) == [before] * 2


def test_what_a_fit_raises_is_raised_and_the_threads_come_back() -> None:
    before = threads()
    with pytest.raises(np.linalg.LinAlgError):
        list(side_by_side(lambda _: np.linalg.inv(np.zeros((2, 2))), range(3), 10))
    assert threads() == before
