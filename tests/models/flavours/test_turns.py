"""Work on one thread goes side by side, work on more goes alone."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from models.flavours.turns import Turns

SECONDS = 10


def test_work_on_one_thread_goes_side_by_side() -> None:
    turns, both = Turns(), Barrier(2, timeout=SECONDS)

    def work(_: int) -> None:
        with turns.taken(1):
            both.wait()  # broken where the other one has to wait for its turn

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))


@pytest.mark.parametrize(("first", "second"), [(1, 0), (0, 1), (0, 0), (4, 1)])
def test_work_on_more_threads_goes_alone(first: int, second: int) -> None:
    turns, began, told = Turns(), Event(), []

    def work() -> None:
        with turns.taken(second):
            told.append("second")

    with ThreadPoolExecutor(1) as pool:
        with turns.taken(first):
            waiting = pool.submit(work)
            assert not began.wait(0.05)
            told.append("first")
        waiting.result(SECONDS)
    assert told == ["first", "second"]


def test_a_turn_ends_with_an_error() -> None:
    turns = Turns()
    for threads in (1, 0):
        with pytest.raises(ZeroDivisionError), turns.taken(threads):
            raise ZeroDivisionError
    with turns.taken(0):
        pass


def test_whoever_wants_to_be_alone_is_not_passed_by_for_ever() -> None:
    turns, told = Turns(), []

    def work(threads: int) -> None:
        with turns.taken(threads):
            told.append(threads)

    with ThreadPoolExecutor(2) as pool, turns.taken(1):
        alone = pool.submit(work, 0)
        while not turns._waiting:
            pass
        beside = pool.submit(work, 1)
        assert told == []
    alone.result(SECONDS)
    beside.result(SECONDS)
    assert told[0] == 0
