"""What only the company knows of its accounts: which value holds when, and columns for it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from features.contract import TABLES
from features.contract.arrow import schema
from features.followed import Followed
from features.history import begins
from features.lake import Lake
from features.main_attributes import followed, main_attributes
from features.measures import Count, Current
from features.ranks import with_ranks
from features.signal import GroupName
from features.signals import CATALOGUE, catalogue_for
from features.signals.attributes import NUMBERS_FOLLOWED, with_attributes
from features.snapshot import fingerprint

Spec = Callable[..., None]
PLAN, SIZE = (("attribute", ("plan",)),), (("attribute", ("size",)),)
FACTS = """
account | attribute | word | number | set_at     | known_at
a1      | plan      | free |        | 2026-01-10 | 2026-01-10
a1      | plan      | paid |        | 2026-02-10 | 2026-02-10
a1      | plan      |      |        | 2026-03-10 | 2026-03-10
a1      | size      |      | 3      | 2026-01-10 | 2026-01-20
a1      | size      |      | 4      | 2026-01-10 | 2026-02-20
a2      | size      |      | 7      | 2026-02-01 | 2026-02-01
"""


def test_a_row_set_later_replaces_the_earlier_one_from_then_on(spec: Spec) -> None:
    expected = {
        "2026-01-09": {"a1": None},
        "2026-01-10": {"a1": "free", "a2": None},
        "2026-02-09": {"a1": "free"},
        "2026-02-10": {"a1": "paid"},
    }
    spec(Current("word"), expected, where=PLAN, attributes=FACTS)


def test_a_row_that_says_nothing_clears_it(spec: Spec) -> None:
    expected = {"2026-03-09": "paid", "2026-03-10": None}
    spec(Current("word"), expected, where=PLAN, attributes=FACTS)


def test_a_correction_holds_from_when_it_was_known(spec: Spec) -> None:
    known = {"2026-01-19": None, "2026-01-20": 3, "2026-02-19": 3, "2026-02-20": 4}
    spec(Current("number"), known, where=SIZE, attributes=FACTS)


def test_a_value_of_today_says_nothing_of_the_past(spec: Spec) -> None:
    today = """
    account | attribute | word    | set_at
    a1      | plan      | partner | 2026-06-30
    """
    spec(Current("word"), {"2026-06-29": None, "2026-06-30": "partner"}, attributes=today)


def test_what_is_known_of_an_account_begins_no_life(spec: Spec) -> None:
    facts = """
    account | attribute | word | set_at
    a1      | founded   | x    | 1998-01-01
    """
    usage = """
    account | occurred_at
    a1      | 2026-01-22
    """
    young = {"2026-01-31": 3.0}  # once in ten days of life is three times in thirty
    spec(Count(), young, window=30, of="usage", attributes=facts, usage=usage)


def test_a_column_that_is_hidden_at_first_is_refused(spec: Spec) -> None:
    tickets = """
    account | opened_at
    a1      | 2026-01-10
    """
    with pytest.raises(TypeError, match="tickets.csat is hidden at first; take Latest of it"):
        spec(Current("csat"), {"2026-01-31": None}, tickets=tickets)


def own(numbers: tuple[str, ...] = (), words: tuple[str, ...] = ()) -> dict[str, Any]:
    catalogue = with_attributes(CATALOGUE, numbers, words)
    return {c.name: c.signal for c in catalogue.columns if c not in CATALOGUE.columns}


def test_an_attribute_has_one_column_at_the_end_of_the_profile() -> None:
    found = own(("Seats wanted",), ("Sales channel",))
    assert list(found) == ["profile__own_seats_wanted", "profile__own_sales_channel"]
    assert [signal.is_word for signal in found.values()] == [False, True]
    assert [signal.meaning for signal in found.values()] == ["“Seats wanted”", "“Sales channel”"]
    assert {signal.where for signal in found.values()} == {
        (("attribute", ("Seats wanted",)),),
        (("attribute", ("Sales channel",)),),
    }


def test_attributes_that_would_share_a_column_are_told_apart() -> None:
    found = own(("size", "size rank", "注文"), ("Size", "size"))
    assert list(found)[0] == "profile__own_size"
    assert len(found) == 5
    assert all(name.startswith("profile__own_") for name in found)
    whole = with_ranks(with_attributes(CATALOGUE, ("size", "size rank"), ()), "company")
    assert {"profile__own_size_rank", "profile__own_size"} <= {c.name for c in whole.columns}
    turned = with_ranks(with_attributes(CATALOGUE, ("size rank", "size"), ()), "company")
    assert len(turned.columns) == len(whole.columns)


def test_a_companys_own_signal_keeps_its_name() -> None:
    signal = own(words=("size",))["profile__own_size"]
    declared = CATALOGUE.with_signals(GroupName.PROFILE, (signal,))
    names = [c.name for c in with_attributes(declared, ("size",), ()).columns]
    assert names[-2] == "profile__own_size"
    assert names[-1].startswith("profile__own_size_")


def test_without_attributes_nothing_changes() -> None:
    assert fingerprint(with_attributes(CATALOGUE, (), ())) == fingerprint(CATALOGUE)
    assert Followed(("a",)).as_dict() == {"events": ["a"]}


def test_what_is_followed_is_kept_as_plain_values() -> None:
    whole = Followed(("a",), ("n",), ("w", "v"))
    assert Followed.from_dict(whole.as_dict()) == whole
    assert Followed.from_dict({"events": ["a"], "other": 1}) == Followed(("a",))


# --- which attributes have columns --------------------------------------------------------


def at(day: int) -> datetime:
    return datetime(2026, 1, day, tzinfo=UTC)


def fact(account: int, attribute: str, value: object, day: int = 2, known: int = 0) -> Any:
    """A row; the value is a number, a word or nothing."""
    kind = "word" if isinstance(value, str) else "number"
    clocks = {"set_at": at(day), "known_at": at(known or day)}
    return {"account_id": f"a{account:03}", "attribute": attribute, kind: value, **clocks}


@pytest.fixture
def laid(tmp_path: Path) -> Callable[..., Lake]:
    def lay(facts: list[dict[str, Any]], accounts: int = 100) -> Lake:
        there = [{"account_id": f"a{n:03}", "known_at": at(1)} for n in range(accounts)]
        lake = Lake(tmp_path / "lake", buckets=3)
        given = {"accounts": there, "attributes": facts}
        rows = {n: pa.Table.from_pylist(r, schema(TABLES[n])) for n, r in given.items()}
        lake.replace(rows, frozenset())
        return lake

    return lay


END = date(2026, 1, 31)


def test_attributes_of_most_accounts_come_first_by_kind(laid: Callable[..., Lake]) -> None:
    facts = [fact(n, "some", float(n % 2)) for n in range(40)]
    facts += [fact(n, "most", float(n)) for n in range(90)]
    facts += [fact(n, "word", "xy"[n % 2]) for n in range(60)]
    lake = laid(facts)
    assert main_attributes(lake, END) == (("most", "some"), ("word",))
    assert followed(lake, END) == Followed((), ("most", "some"), ("word",))


def test_no_more_than_the_limit_are_followed(laid: Callable[..., Lake]) -> None:
    names = [f"n{number:02}" for number in range(NUMBERS_FOLLOWED + 3)]
    numbers, words = main_attributes(
        laid([fact(n, name, float(n % 3)) for name in names for n in range(50)]), END
    )
    assert (list(numbers), words) == (names[:NUMBERS_FOLLOWED], ())


def test_what_tells_no_accounts_apart_is_left_out(laid: Callable[..., Lake]) -> None:
    facts = [fact(n, "same", "yes" if n else "no") for n in range(100)]
    facts += [fact(n, "name", f"no. {n // 2 if n < 4 else n}") for n in range(100)]
    facts += [fact(n, "of one", 3.0) for n in range(1)]
    facts += [fact(n, "of two", "yes") for n in range(2)]
    facts += [fact(n, "pairs", f"no. {n // 2}") for n in range(100)]
    assert main_attributes(laid(facts), END) == ((), ("pairs", "of two"))


def test_only_what_held_by_then_counts(laid: Callable[..., Lake]) -> None:
    facts = [fact(n, "early", "xy"[n % 2], 3) for n in range(50)]
    facts += [fact(n, "late", "xy"[n % 2], 20) for n in range(50)]
    facts += [fact(n, "known late", "xy"[n % 2], 3, 20) for n in range(50)]
    facts += [
        row
        for n in range(50)
        for row in (fact(n, "cleared", "xy"[n % 2]), fact(n, "cleared", None, 5))
    ]
    facts += [
        row for n in range(50) for row in (fact(n, "now one", f"{n}"), fact(n, "now one", "x", 5))
    ]
    facts += [
        row
        for n in range(99)
        for row in (fact(n, "put right", "xy"[n % 2]), fact(n, "put right", "z", 2, 6))
    ]
    lake = laid(facts)
    assert main_attributes(lake, date(2026, 1, 10)) == ((), ("early", "now one"))
    assert main_attributes(lake, date(2026, 1, 5)) == ((), ("put right", "early", "now one"))
    assert main_attributes(lake, END) == ((), ("early", "known late", "late", "now one"))
    assert main_attributes(lake, date(2026, 1, 1)) == ((), ())


def test_one_that_is_now_a_number_and_now_a_word(laid: Callable[..., Lake]) -> None:
    facts = [fact(n, "number", 1.0 * n if n < 30 else "none") for n in range(50)]
    facts += [fact(n, "word", 1.0 * n if n < 20 else "xy"[n % 2]) for n in range(50)]
    assert main_attributes(laid(facts), END) == (("number",), ("word",))


def test_attributes_do_not_begin_a_history(tmp_path: Path) -> None:
    used = {"account_id": "a001", "event": "login", "occurred_at": at(9), "known_at": at(9)}
    rows = {"usage": pa.Table.from_pylist([used], schema(TABLES["usage"]))}
    there = Lake(tmp_path / "other", buckets=1)
    facts = pa.Table.from_pylist([fact(1, "founded", 1.0)], schema(TABLES["attributes"]))
    accounts = pa.Table.from_pylist([{"account_id": "a001"}], schema(TABLES["accounts"]))
    there.replace({"accounts": accounts, "attributes": facts, **rows}, frozenset())
    assert begins(there, END) == date(2026, 1, 9)


def test_without_attributes_none_are_followed(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake", buckets=2)
    accounts = pa.Table.from_pylist([{"account_id": "a"}], schema(TABLES["accounts"]))
    lake.replace({"accounts": accounts}, frozenset())
    assert followed(lake, END) == Followed()
    assert catalogue_for(()).columns == CATALOGUE.columns
