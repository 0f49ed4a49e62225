"""What is handed to the driver gives what SQLAlchemy gives."""

from datetime import date

import pytest
from sqlalchemy import literal, select
from sqlalchemy.exc import SQLAlchemyError

from serving.store import ScoreRepository, direct
from serving.store.direct import fetched, names
from serving.store.publications import LAST, beside
from serving.store.scores import CHANGES, MINE, PAST
from serving.store.tables import SCORE
from serving.store.transactions import glancing

MAY = date(2026, 5, 31)
MARKED = (
    select(*beside(), literal("it's 100 %"), SCORE.c.reasons)
    .where(SCORE.c.as_of == MAY)
    .order_by(SCORE.c.account_id)
)
ASKED = [
    (LAST, {}),
    (MINE, {"account": "a"}),
    (MINE, {"account": "nobody"}),
    (PAST, {"account": "a", "most": 400}),
    (PAST, {"account": "a", "most": 1}),
    (CHANGES, {"account": "a", "most": 400}),
    (MARKED, {}),
]


@pytest.fixture
def filled(store, make_run):
    scores = ScoreRepository(store)
    scores.publish(make_run({"a": 0.1, "b": None}, as_of=MAY))
    scores.publish(make_run({"a": 0.6, "b": None}))
    return store


@pytest.mark.parametrize(("statement", "asked"), ASKED)
def test_rows_are_those_of_sqlalchemy(filled, statement, asked):
    with glancing(filled) as connection:
        wanted = connection.execute(statement, asked)
        wanted = [tuple(row) for row in wanted]
        for _ in range(2):  # the second time from what is known of the statement
            found = [tuple(row) for row in fetched(connection, statement, asked)]
            assert found == wanted
            assert [[*map(type, row)] for row in found] == [[*map(type, row)] for row in wanted]


def test_the_tests_ask_for_what_there_is(filled):
    with glancing(filled) as connection:
        assert len(fetched(connection, MARKED)) == 2
        assert len(fetched(connection, CHANGES, {"account": "a", "most": 400})) == 1


@pytest.mark.parametrize("statement", [MINE, CHANGES])
def test_columns_are_called_as_sqlalchemy_calls_them(filled, statement):
    with glancing(filled) as connection:
        found = connection.execute(statement, {"account": "a", "most": 1})
        assert names(statement) == tuple(found.keys())


def test_what_is_wrong_is_said_by_sqlalchemy(filled):
    broken = select(literal(1).op("/")(literal(0)))
    with glancing(filled) as connection:
        if connection.dialect.driver == direct.DRIVER:  # to SQLite that is null
            with pytest.raises(SQLAlchemyError, match="division by zero"):
                fetched(connection, broken)
        assert len(fetched(connection, LAST)) == 1  # the connection is as it was


def test_a_connection_that_is_gone_is_told_and_replaced(filled):
    if filled.dialect.driver != direct.DRIVER:
        pytest.skip("a file does not go away")
    with glancing(filled) as connection:
        fetched(connection, LAST)
        connection.connection.driver_connection.close()
        with pytest.raises(SQLAlchemyError):
            fetched(connection, LAST)
    with glancing(filled) as connection:
        assert len(fetched(connection, LAST)) == 1
