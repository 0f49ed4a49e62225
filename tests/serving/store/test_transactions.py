"""What reads in one go."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import create_engine, select, text

from serving.store import ScoreRepository
from serving.store.publications import last_published
from serving.store.tables import SCORING_RUN
from serving.store.transactions import at_one_go, glancing, going, once_in_a_go, reading


def test_glances_share_a_connection_only_in_one_go(store):
    with glancing(store) as first, glancing(store) as second:
        assert first is not second
    with at_one_go():
        with glancing(store) as first:
            first.execute(select(SCORING_RUN.c.as_of)).all()
        with glancing(store) as second:
            assert first is second
            second.execute(select(SCORING_RUN.c.as_of)).all()
    assert first.closed
    assert not going()


def test_what_is_read_once_is_read_anew_in_the_next_go(store, make_run):
    repository = ScoreRepository(store)
    before = last_published(store)
    with at_one_go():
        assert repository.newest() is None
        assert once_in_a_go("a", lambda: 1) == once_in_a_go("a", lambda: 2) == 1
    repository.publish(make_run({"a": 0.5}))
    with at_one_go():
        assert repository.newest().accounts == 1
        assert last_published(store) != before
    assert once_in_a_go("a", lambda: 2) == 2


def test_an_error_ends_a_go(store):
    try:
        with at_one_go(), glancing(store) as connection:
            connection.execute(text("SELECT nothing FROM nowhere"))
    except Exception:
        assert connection.closed
    assert not going()


def test_nobody_waits_for_a_second_connection_with_one_in_hand(tmp_path):
    address = f"sqlite:///{tmp_path / 'a.db'}"
    engine = create_engine(address, pool_size=2, max_overflow=0, pool_timeout=10)
    both = Barrier(2)

    def work(_):
        with at_one_go():
            with glancing(engine) as connection:
                connection.execute(text("SELECT 1"))
            both.wait(10)
            with reading(engine) as connection:
                found = connection.scalar(text("SELECT 2"))
            with glancing(engine) as connection:
                return found + connection.scalar(text("SELECT 1"))

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(work, range(2))) == [3, 3]
    engine.dispose()
