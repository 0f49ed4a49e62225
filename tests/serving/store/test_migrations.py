"""Migrations up and down with data in them, and what opening does with each revision."""

from dataclasses import replace
from datetime import date

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from features.silence import Hole
from models.score import Outlook
from serving.store import (
    AuditRepository,
    Question,
    SchemaError,
    ScoreRepository,
    Sort,
    open_store,
)
from serving.store.audit import Deed, write_down
from serving.store.engine import connect, writing
from serving.store.latest import index_statements
from serving.store.partitions import partition_statements
from serving.store.schema import HEAD, migrate, revision_of, revisions
from serving.store.tables import LATEST, METADATA

MAY, JUNE, JULY = date(2026, 5, 31), date(2026, 6, 30), date(2026, 7, 31)
AHEAD = Outlook(30, {"logo_churn": {30: 0.1, 90: 0.25}}, {90: 0.1 + 0.2}, 0.3)


def revision(engine):
    with engine.connect() as connection:
        return revision_of(connection)


def filled(address, make_run):
    """A store of the newest revision with two runs, a change of band and an audit log."""
    engine = open_store(address)
    scores = ScoreRepository(engine)
    scores.publish(make_run({"a": 0.1, "b": 0.7, "gone": None}, as_of=MAY))
    run = make_run({"a": 0.7, "b": 0.7}, as_of=JUNE)
    first = replace(run.scores[0], outlook=AHEAD, primary=0.6, health_score=40.0)
    scores.publish(replace(run, scores=[first, *run.scores[1:]]))
    with writing(engine) as connection:
        write_down(connection, Deed(scores.newest().published_at, "Lena", "key.created", "x"))
    return engine


def told(engine):
    scores = ScoreRepository(engine)
    runs = {day: scores.run(day) for day in scores.dates()}
    moves = {key: scores.transitions(key) for key in ("a", "b", "gone")}
    page = [(each.card, each.score, each.risk, each.standing) for each in scores.latest().items]
    return runs, moves, page, scores.counts(), AuditRepository(engine).verify()


def test_the_newest_revision_is_the_one_this_version_works_with():
    assert revisions()[-1] == HEAD


@pytest.mark.parametrize("steps", [(), ("0001", HEAD)])
def test_tables_and_migrations_agree(address, steps):
    store = connect(address) if steps else open_store(address)
    for step in steps:
        migrate(store, step)
    assert revision(store) == HEAD
    made_by_publication = {name for table in LATEST for name in index_statements(table, "sqlite")}

    def ours(_thing, name, kind, _reflected, _compared):
        return name not in made_by_publication and not (kind == "table" and "score_2" in name)

    with store.connect() as connection:
        options = {"include_object": ours, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        found = compare_metadata(context, METADATA)
    assert [each for each in found if "comment" not in str(each[0])] == []
    assert "score_latest" in inspect(store).get_view_names()
    store.dispose()


def test_down_and_up_keep_what_both_revisions_hold(address, make_run):
    engine = filled(address, make_run)
    before = told(engine)

    assert migrate(engine, "0001") == HEAD
    assert revision(engine) == "0001"
    assert inspect(engine).has_table("outlook")
    with engine.connect() as connection:
        reasons = connection.scalar(text("SELECT reasons FROM score WHERE account_id = 'gone'"))
        latest = connection.scalars(text("SELECT account_id FROM score_latest ORDER BY 1")).all()
        cards = connection.execute(text("SELECT account_id, card_as_of FROM account ORDER BY 1"))
        dates = {account: str(day) for account, day in cards}
    assert reasons.startswith('[["adoption__users_30d",3.0,0.75,1],["risk__level","high"')
    assert latest == ["a", "b"]
    assert dates == {"a": "2026-06-30", "b": "2026-06-30", "gone": "2026-05-31"}

    assert migrate(engine, HEAD) == "0001"
    assert told(engine) == before
    with pytest.raises(Exception, match="audit only grows"), engine.begin() as connection:
        connection.execute(text("UPDATE audit SET action = 'nothing'"))
    engine.dispose()


def test_a_list_is_read_from_one_table_since_0004(address, make_run):
    engine = filled(address, make_run)
    before, lines = told(engine), shown(engine)
    assert lines[0].reason.signal == "adoption__users_30d"

    assert migrate(engine, "0003") == HEAD
    old = {f"ix_score_latest_1_csm_{name}" for name in ("risk", "expected_loss")}
    assert old <= indexes(engine)
    names = {each["name"] for each in inspect(engine).get_columns("score_latest_1")}
    assert names.isdisjoint({"name", "crm_id", "extra", "first_reason"})

    assert migrate(engine, HEAD) == "0003"
    assert told(engine) == before
    assert shown(engine) == lines
    assert old.isdisjoint(indexes(engine))
    assert "ix_score_latest_1_csm_account" in indexes(engine)
    ScoreRepository(engine).publish(make_run({"a": 0.7}, as_of=JULY))
    assert [line.account_id for line in shown(engine)] == ["a"]
    engine.dispose()


def test_holes_are_kept_since_0005(address, make_run):
    engine = filled(address, make_run)
    hole = Hole(date(2026, 7, 1), date(2026, 7, 20))
    ScoreRepository(engine).publish(replace(make_run({"a": 0.7}, as_of=JULY), holes=(hole,)))
    assert migrate(engine, "0004") == HEAD
    assert migrate(engine, HEAD) == "0004"
    assert ScoreRepository(engine).newest().holes == ()
    ScoreRepository(engine).publish(replace(make_run({"a": 0.6}, as_of=JULY), holes=(hole,)))
    assert ScoreRepository(engine).newest().holes == (hole,)
    engine.dispose()


def shown(engine):
    page = ScoreRepository(engine).lines(
        Question(), sort=Sort.RISK, limit=9, cursor=None, owner="Lena Fischer"
    )
    return page.items


def indexes(engine):
    return {each["name"] for each in inspect(engine).get_indexes("score_latest_1")}


def test_a_store_that_was_brought_up_goes_on(address, make_run):
    engine = filled(address, make_run)
    migrate(engine, "0001")
    migrate(engine, HEAD)
    scores = ScoreRepository(engine)
    scores.publish(make_run({"a": 0.7, "new": 0.1}, as_of=JULY))
    assert [item.card.account_id for item in scores.latest().items] == ["a", "new"]
    assert scores.latest().items[0].standing.since == JUNE
    engine.dispose()


def test_a_file_of_an_earlier_revision_is_upgraded_after_a_copy(tmp_path, make_run):
    address = f"sqlite:///{tmp_path / 'store.db'}"
    engine = filled(address, make_run)
    before = told(engine)
    migrate(engine, "0001")
    engine.dispose()

    engine = open_store(address)
    assert told(engine) == before
    engine.dispose()
    (copy,) = tmp_path.glob("store.db.revision-0001-*")
    old = connect(f"sqlite:///{copy}")
    assert revision(old) == "0001"
    old.dispose()


def test_a_file_of_before_revisions_is_one_of_the_first(tmp_path, make_run):
    address = f"sqlite:///{tmp_path / 'store.db'}"
    engine = filled(address, make_run)
    before = told(engine)
    migrate(engine, "0001")
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
        connection.execute(text("DROP TABLE silent_source"))  # came last, is missing in some
    assert revision(engine) == "0001"
    engine.dispose()

    engine = open_store(address)
    assert told(engine) == before
    assert inspect(engine).has_table("silent_source")
    engine.dispose()


def test_another_database_of_an_earlier_revision_is_refused(address, make_run):
    if address.startswith("sqlite"):
        pytest.skip("a file is upgraded")
    engine = filled(address, make_run)
    migrate(engine, "0001")
    with pytest.raises(SchemaError, match="run `forewarn db upgrade`"):
        open_store(address)
    assert revision(engine) == "0001"
    engine.dispose()


def test_a_newer_store_is_refused(address):
    engine = open_store(address)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaError, match="revision 9999, made by a newer version"):
        open_store(address)
    with pytest.raises(SchemaError, match="made by a newer version"):
        migrate(engine, HEAD)
    engine.dispose()


def test_an_unknown_revision_is_refused(store):
    with pytest.raises(SchemaError, match="'0000' is no revision; allowed: 0001"):
        migrate(store, "0000")


def test_scores_lie_in_the_partition_of_their_month(address, make_run):
    if address.startswith("sqlite"):
        pytest.skip("SQLite has no partitions")
    engine = filled(address, make_run)
    with engine.connect() as connection:
        counts = [
            connection.scalar(text(f"SELECT count(*) FROM score_2026_{month}"))
            for month in ("05", "06")
        ]
    assert counts == [3, 2]
    engine.dispose()


def test_a_year_ends_after_december():
    (made,) = partition_statements([date(2026, 12, 31)], "postgresql")
    assert "score_2026_12 " in made
    assert made.endswith("FROM ('2026-12-01') TO ('2027-01-01')")


def test_the_view_shows_the_newest_run(store, make_run):
    scores = ScoreRepository(store)
    for chances, as_of in (({"a": 0.7}, MAY), ({"b": 0.1}, JUNE), ({"c": 0.3}, JULY)):
        scores.publish(make_run(chances, as_of=as_of))
        with store.connect() as connection:
            shown = connection.scalars(text("SELECT account_id FROM score_latest")).all()
        assert shown == list(chances)
