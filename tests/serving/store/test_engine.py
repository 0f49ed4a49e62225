"""Opening the store."""

import sqlite3
import threading
from datetime import date

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError

from serving.store import ScoreRepository, StoreAddressError, open_store
from serving.store.engine import AT_ONCE, PAGE
from serving.store.room import room
from serving.store.tables import METADATA, SCORE, SCORING_RUN
from serving.store.transactions import IN_BYTES


def test_opening_twice_keeps_what_is_there(address, make_run):
    for _ in range(2):
        engine = open_store(address)
        ScoreRepository(engine).publish(make_run({"a": 0.7}))
        assert set(METADATA.tables) <= set(inspect(engine).get_table_names())
        assert len(ScoreRepository(engine).run(date(2026, 6, 30))) == 1
        engine.dispose()


def test_sqlite_is_in_wal_mode_and_enforces_foreign_keys(sqlite_store):
    with sqlite_store.connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_a_new_sqlite_file_has_pages_for_many_scores_and_an_old_one_keeps_its_own(
    tmp_path, make_run
):
    with sqlite3.connect(tmp_path / "old.db") as old:
        old.execute("PRAGMA page_size = 4096")
        old.execute("VACUUM")
    old.close()
    for name, size in (("new.db", PAGE), ("old.db", 4096)):
        engine = open_store(f"sqlite:///{tmp_path / name}")
        ScoreRepository(engine).publish(make_run({"a": 0.7}))
        with engine.connect() as connection:
            assert connection.scalar(text("PRAGMA page_size")) == size
        assert ScoreRepository(engine).newest().accounts == 1
        engine.dispose()


def test_a_publication_has_room_of_its_own_and_gives_it_back(sqlite_store):
    def cache(connection):
        return connection.scalar(text("PRAGMA cache_size"))

    with sqlite_store.connect() as connection:
        before = cache(connection)
        with room(connection):
            connection.execute(text("CREATE TEMPORARY TABLE aside (word)"))
            assert connection.scalar(text("PRAGMA temp.page_size")) == 65536
            assert cache(connection) < 100 * before < 0  # KiB where negative
        assert cache(connection) == before


def test_connections_to_postgresql_are_kept(store):
    if store.dialect.name != "postgresql":
        pytest.skip("SQLite opens a file")
    held = [store.connect() for _ in range(AT_ONCE)]
    for connection in held:
        connection.close()
    assert store.pool.checkedin() == AT_ONCE


def test_many_values_come_in_bytes_and_are_the_same(store, make_run):
    if store.dialect.name != "postgresql":
        pytest.skip("SQLite hands its values over as they are")
    ScoreRepository(store).publish(make_run({"a": 1 / 3, "b": None}))
    plain = select(*SCORE.c, SCORING_RUN.c.published_at).join_from(
        SCORE, SCORING_RUN, SCORE.c.as_of == SCORING_RUN.c.as_of
    )
    formats, found = [], []
    with store.connect() as connection:
        for asked in (plain, plain.execution_options(**{IN_BYTES: True})):
            result = connection.execute(asked)
            formats.append(result.cursor.pgresult.fformat(0))
            found.append(result.all())
    assert formats == [0, 1]
    assert found[0] == found[1]
    assert len(found[0]) == 2


def test_a_transition_needs_its_account(store):
    orphan = (
        "INSERT INTO transition (account_id, as_of, previous_as_of, from_band, to_band) "
        "VALUES ('x', '2026-06-30', '2026-05-31', 'red', 'green')"
    )
    with pytest.raises(IntegrityError), store.begin() as connection:
        connection.execute(text(orphan))


def test_a_band_is_one_of_four(store, make_run):
    ScoreRepository(store).publish(make_run({"a": 0.7}))
    with pytest.raises(IntegrityError), store.begin() as connection:
        connection.execute(text("UPDATE score SET band = 'blue'"))


def test_two_writers_wait_for_one_another(store, make_run):
    runs = [make_run({"a": 0.1 * n, "b": 0.1}, as_of=date(2026, n, 1)) for n in range(1, 7)]
    failed = []

    def publish(run):
        try:
            ScoreRepository(store).publish(run)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=publish, args=[run]) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    repository = ScoreRepository(store)
    assert [point.risk for point in repository.history("a")] == [0.1 * n for n in range(1, 7)]
    assert repository.newest().as_of == date(2026, 6, 1)


@pytest.mark.parametrize(
    "address", ["", "store.db", "postgresql//x", "postgresql://user@host:port/x"]
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(StoreAddressError, match="allowed is a SQLAlchemy address"):
        open_store(address)


def test_an_unknown_driver_is_refused():
    with pytest.raises(StoreAddressError, match="No driver for the store address"):
        open_store("oracle9://host/x")


def test_a_refusal_never_shows_the_password(tmp_path):
    with pytest.raises(StoreAddressError, match="cannot be opened") as nobody:
        open_store(f"postgresql://user:hunter2@/x?host={tmp_path}")
    with pytest.raises(StoreAddressError) as malformed:
        open_store("postgresql user:hunter2@host/x")
    with pytest.raises(StoreAddressError) as no_port:
        open_store("postgresql://user:hunter2@host:port/x")
    assert "hunter2" not in str(nobody.value) + str(malformed.value) + str(no_port.value)


def test_a_file_where_a_folder_should_be(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreAddressError, match="cannot be opened"):
        open_store(f"sqlite:///{tmp_path / 'file' / 'store.db'}")
