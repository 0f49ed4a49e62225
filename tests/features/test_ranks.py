"""Ranks among peers: what they are, and that one account alone gets what all together get."""

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from features.content import content_sha256
from features.ladders import LENT, RUNGS, Ladder, PeerRanks, ranked_by_date, ranked_schema
from features.measures import Count, Latest
from features.ranks import EVERYONE, with_ranks
from features.signal import Catalogue, Direction, GroupName, Signal, SignalGroup
from features.snapshot import fingerprint, schema

SIGNALS = (
    Signal("calls", "usage", Count(), "calls", (7, 30), direction=Direction.HEALTHIER),
    Signal("plan", "subscriptions", Latest("plan"), "plan"),
    Signal("people", "accounts", Latest("employees"), "people", changing=True),
)
CATALOGUE = Catalogue((SignalGroup(GroupName.PROFILE, "?", SIGNALS),))
CALLS, PLAN = "profile__calls_7d", "profile__plan"


def rows(calls: list[float], plans: list[str | None], day: date = date(2026, 1, 31)) -> pa.Table:
    """A date's snapshot."""
    n = len(calls)
    known = {"account_id": [f"a{i}" for i in range(n)], "as_of": [day] * n, PLAN: plans}
    numbers = dict.fromkeys((CALLS, "profile__calls_30d", "profile__people"), calls)
    return pa.table({**known, **numbers}).select(schema(CATALOGUE).names).cast(schema(CATALOGUE))


def test_a_rank_is_the_share_with_less_ties_by_half_and_unknown_stays_unknown() -> None:
    ranked = ranked_by_date(rows([5, 1, 1, np.nan], [None] * 4), with_ranks(CATALOGUE, EVERYONE))
    found = ranked.column("profile__calls_rank_7d").to_numpy()
    np.testing.assert_array_equal(found, [5 / 6, 2 / 6, 2 / 6, np.nan])


def test_a_rank_leans_on_the_company_where_peers_are_few() -> None:
    plans = ["big"] * 60 + ["small"] * 3
    calls = [float(i) for i in range(60)] + [100.0, 200.0, 300.0]
    ranked = ranked_by_date(rows(calls, plans), with_ranks(CATALOGUE, PLAN))
    found = ranked.column("profile__calls_rank_7d").to_numpy()
    own, company, weight = 0.5 / 3, 60.5 / 63, 3 / (3 + LENT)
    assert found[60] == pytest.approx(weight * own + (1 - weight) * company)
    assert found[59] > found[0]
    assert found[59] == pytest.approx(60 / 80 * 59.5 / 60 + 20 / 80 * 59.5 / 63)


def test_peers_are_those_of_the_same_date() -> None:
    catalogue = with_ranks(CATALOGUE, EVERYONE)
    first, later = rows([1, 2], ["x"] * 2), rows([10, 20, 30], ["x"] * 3, date(2026, 2, 28))
    both = ranked_by_date(pa.concat_tables([first, later]), catalogue)
    alone = [ranked_by_date(each, catalogue) for each in (first, later)]
    assert content_sha256(both) == content_sha256(pa.concat_tables(alone))
    assert both.schema.equals(ranked_schema(schema(CATALOGUE), catalogue))


def test_one_account_alone_gets_what_all_together_get_to_the_last_bit(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    calls = np.where(rng.random(3000) < 0.1, np.nan, rng.poisson(40, 3000).astype(float))
    plans = rng.choice(np.array(["x", "y", "rare", None], object), 3000, p=[0.5, 0.4, 0.002, 0.098])
    table, catalogue = rows(calls.tolist(), plans.tolist()), with_ranks(CATALOGUE, PLAN)
    made = PeerRanks.of(catalogue.ranks, table.column)
    made.write(tmp_path / "ranks.arrow", "abc")
    kept, whole = PeerRanks.read(tmp_path / "ranks.arrow", "abc"), made.added(table)
    names = [rank.name for rank in catalogue.ranks]
    for i in range(0, 3000, 97):
        one = {name: table.column(name)[i].as_py() for name in table.column_names}
        expected = [whole.column(name)[i].as_py() for name in names]
        np.testing.assert_array_equal([kept.of_cells(one)[name] for name in names], expected)
    parts = [made.added(table.slice(a, 700)) for a in range(0, 3000, 700)]
    assert content_sha256(pa.concat_tables(parts)) == content_sha256(whole)
    with pytest.raises(ValueError, match="another snapshot"):
        PeerRanks.read(tmp_path / "ranks.arrow", "other")
    with pytest.raises(ValueError, match="cannot be read"):
        PeerRanks.read(tmp_path / "lost.arrow", "abc")


def test_a_long_ladder_says_nearly_what_all_values_say() -> None:
    values = np.random.default_rng(1).normal(size=50_000)
    ladder, exact = Ladder.of(values), (np.argsort(np.argsort(values)) + 0.5) / 50_000
    assert (len(ladder.rungs), ladder.known) == (RUNGS, 50_000)
    assert np.abs(ladder.share_below(values) - exact).max() <= 1 / RUNGS


def test_a_rank_is_declared_by_the_signal_that_it_ranks() -> None:
    catalogue = with_ranks(CATALOGUE, PLAN)
    found = {column.name: column for column in catalogue.columns}
    rank = found["profile__calls_rank_30d"]
    assert rank.meaning == (
        "share of accounts with the same plan that have less: calls in the last 30 days"
    )
    assert rank.signal.direction is Direction.HEALTHIER
    assert [c.name for c in catalogue.columns if c.signal.changing] == [
        "profile__people", "profile__people_rank",
    ]  # fmt: skip
    assert "profile__plan_rank" not in found
    assert catalogue.computed == CATALOGUE.columns
    assert (
        len({fingerprint(c) for c in (CATALOGUE, catalogue, with_ranks(CATALOGUE, EVERYONE))}) == 3
    )


def test_peers_must_share_a_word() -> None:
    with pytest.raises(
        ValueError, match=r"'profile__calls_7d' is no column of words.*profile__plan"
    ):
        with_ranks(CATALOGUE, CALLS)
