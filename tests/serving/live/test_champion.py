"""The model that serves is swapped under requests, and what is not as promoted is refused."""

import threading
import time
import tracemalloc

import numpy as np
import pytest

from models.bundle import BrokenBundle
from serving.live.champion import Champion, NoBundle, Promoted, Watch


class Model:
    """Stands in for a model: says its version for every row, slowly enough to be overtaken."""

    def __init__(self, version):
        self.version = version
        self.weight = np.zeros(250_000)  # two megabytes: leaks are seen

    def answers(self):
        first = self.version
        time.sleep(0)
        return first, self.version


class World:
    def __init__(self):
        self.promoted = Promoted("v1", "a")
        self.broken = {}

    def wanted(self):
        return self.promoted

    def fetch(self, promoted):
        if promoted.version in self.broken:
            raise self.broken[promoted.version]
        return Model(promoted.version)


@pytest.fixture
def world():
    return World()


@pytest.fixture
def champion(world):
    return Champion(world.wanted, world.fetch, warm=lambda _: None)


def test_the_first_and_the_next(champion, world):
    assert champion.serving is None
    assert champion.look()
    assert champion.serving.promoted == Promoted("v1", "a")
    assert not champion.look()
    world.promoted = Promoted("v2", "b")
    assert champion.look()
    assert (champion.serving.model.version, champion.swaps) == ("v2", 1)
    world.promoted = Promoted("v2", "c")  # the same name, another bundle
    assert champion.look()
    assert champion.swaps == 2


def test_nothing_was_promoted(champion, world):
    world.promoted = None
    assert not champion.look()
    assert champion.serving is None
    assert champion.refused is None


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (BrokenBundle("a file was changed"), "a file was changed"),
        (NoBundle("there is no such model"), "there is no such model"),
        (MemoryError("too large"), "MemoryError: too large"),
    ],
)
def test_what_cannot_be_had_is_refused_and_the_old_one_stays(champion, world, caplog, error, told):
    champion.look()
    world.promoted, world.broken = Promoted("v2", "b"), {"v2": error}
    for _ in range(3):
        assert not champion.look()
    assert champion.serving.model.version == "v1"
    assert champion.refused.why == told
    assert told not in champion.refused.told  # anybody may read that
    assert [r.message for r in caplog.records if r.levelname == "ERROR"] == [
        f"model v2 is refused: {told}"
    ]
    world.broken = {}
    assert champion.look()
    assert champion.refused is None


def test_a_model_that_cannot_be_warmed_does_not_serve(world):
    def warm(model):
        if model.version == "v2":
            raise ValueError("no row can be scored")

    champion = Champion(world.wanted, world.fetch, warm)
    champion.look()
    world.promoted = Promoted("v2", "b")
    assert not champion.look()
    assert champion.serving.model.version == "v1"


def test_going_back_before_a_refused_one_was_mended(champion, world):
    champion.look()
    world.promoted, world.broken = Promoted("v2", "b"), {"v2": BrokenBundle("x")}
    champion.look()
    world.promoted = Promoted("v1", "a")
    champion.look()
    assert champion.refused is None


def test_no_request_fails_or_mixes_models_while_they_are_swapped(champion, world):
    champion.look()
    ended, wrong, counts = threading.Event(), [], []

    def ask():
        count = 0
        while not ended.is_set():
            serving = champion.serving
            first, last = serving.model.answers()
            if not first == last == serving.promoted.version:
                wrong.append((first, last))
            count += 1
        counts.append(count)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    with Watch(champion, seconds=0.001):
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 30
        while champion.swaps < 25 and time.monotonic() < deadline:
            world.promoted = Promoted(f"v{champion.swaps + 2}", "x")
            time.sleep(0.002)
        ended.set()
        for thread in threads:
            thread.join()
    assert champion.swaps >= 25
    assert wrong == []
    assert min(counts) > 0


def test_a_store_that_is_away_is_asked_again(world, caplog):
    champion = Champion(world.wanted, world.fetch, warm=lambda _: None)
    asked = threading.Semaphore(0)
    answers = iter([ConnectionError("secret address")] * 2)

    def wanted():
        asked.release()
        error = next(answers, None)
        if error:
            raise error
        return Promoted("v1", "a")

    champion.wanted = wanted
    with Watch(champion, seconds=0.001):
        for _ in range(4):
            assert asked.acquire(timeout=30)
    assert champion.serving.promoted.version == "v1"
    assert "secret" not in caplog.text


def test_what_requests_would_wait_for_is_made_before_the_first_look(champion):
    made = threading.Event()
    with Watch(champion, seconds=3600, also=(made.set,)):
        assert made.wait(timeout=30)
    assert champion.serving is None


def test_memory_stays_flat_over_many_swaps(champion, world):
    def swap(times):
        for _ in range(times):
            world.promoted = Promoted(f"v{champion.swaps + 2}", "x")
            champion.look()

    champion.look()
    tracemalloc.start()
    swap(5)
    before = tracemalloc.get_traced_memory()[0]
    swap(50)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 1_000_000  # half of one model
