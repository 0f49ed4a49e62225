import pytest

from pipelines.errors import ConfigError, InputError, SourceError
from pipelines.ingest.problems import Problem, mask, nearest, render, shown

BAD = Problem("usage", "it is no date", "Correct it.", "u.csv", 7, "occurred_at", "soon")


def test_a_problem_says_where_what_and_what_to_do() -> None:
    assert str(BAD) == "usage: u.csv, line 7: occurred_at is 'soon': it is no date. Correct it."
    row = Problem("usage", "it is no date", file="u.parquet", line=7, unit="row")
    assert str(row) == "usage: u.parquet, row 7: it is no date"
    assert Problem("usage", "x", line=3).place == "row 3 of the query"
    assert Problem("", "x", "Do y.", column="outcome.name").as_dict()["remedy"] == "Do y."


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("postgresql://me:s3cret@host/db", "postgresql://me:***@host/db"),
        ("postgresql+psycopg://me:s3:c/r@et@host/db", "postgresql+psycopg://me:***@host/db"),
        ("postgresql://me@host/db", "postgresql://me@host/db"),
        ("x://h/d?user=me&password=s3cret&a=1", "x://h/d?user=me&password=***&a=1"),
        ("host=h password=s3cret dbname=d", "host=h password=*** dbname=d"),
    ],
)
def test_passwords_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_long_values_are_cut() -> None:
    assert shown("x" * 300) == "x" * 200 + "…"


def test_the_nearest_word() -> None:
    assert nearest("Acount_ID", ["event", "account_id"]) == "account_id"
    assert nearest("colour", ["event", "account_id"]) == ""


def test_problems_alike_are_shown_a_few_times_and_fatal_ones_first() -> None:
    fatal = Problem("tickets", "the file does not exist", fatal=True)
    other = Problem("usage", "it is empty", column="event")
    alike = [BAD, other, *[BAD] * 7, fatal]
    assert render(alike, examples=2).splitlines() == [
        "- tickets: the file does not exist",
        f"- {BAD}",
        f"- {BAD}",
        "  … and 6 more like this",
        "- usage: event: it is empty",
    ]


@pytest.mark.parametrize("error", [ConfigError, SourceError])
def test_errors_carry_their_problems(error: type[ConfigError | SourceError]) -> None:
    raised = error([BAD])
    assert isinstance(raised, InputError)
    assert raised.problems == (BAD,)
    assert str(raised).endswith(f":\n- {BAD}")
