"""What reads in one go."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import create_engine, event, select, text

from serving.app import create_app
from serving.store import ModelVersionRepository, ScoreRepository
from serving.store.memory import RunMemory
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


@pytest.mark.parametrize(
    "asked", ["/v1/accounts", "/v1/accounts/a", "/v1/portfolio", "/v1/segments", "/v1/history/a",
                "/", "/accounts?more=true", "/accounts/a", "/queue", "/models", "/insights"]
)  # fmt: skip
def test_a_first_question_takes_one_connection_at_a_time(store, connect, make_run, champion, asked):
    """Each as the first question to a process; with two, many at once keep one another waiting."""
    ScoreRepository(store).publish(make_run({"a": 0.5, "b": None}, as_of=date(2026, 5, 31)))
    ScoreRepository(store).publish(make_run({"a": 0.1, "b": 0.9}))
    ModelVersionRepository(store).promote(champion)
    client, held, most = connect(create_app(store, str)), [], []
    event.listen(store, "checkout", lambda *_: (held.append(1), most.append(len(held))))
    event.listen(store, "checkin", lambda *_: held.pop())
    assert client.get(asked, headers={"accept": "text/html"}).status_code == 200
    assert max(most) == 1


def test_an_answer_of_before_a_publication_is_kept_for_nobody_after():
    memory = RunMemory()

    class Before:
        """A stamp that holds until it is compared; then another thread is told of the next."""

        def __eq__(self, other):
            memory.under("after", "something", lambda: "else")
            return other == "before"

        __hash__ = None

    memory.under("before", "something", lambda: "else")
    assert memory.under(Before(), "accounts", lambda: "stale") == "stale"
    assert memory.under("after", "accounts", lambda: "new") == "new"


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
