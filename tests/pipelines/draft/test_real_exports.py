"""The public data sets, drafted: what the configurations written by hand say of them."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.config import read_config
from pipelines.draft.job import draft_config

ROOT = Path(__file__).parents[3]
DATA = ROOT.parent / "shared" / "data"


def drafted(name: str, folder: Path) -> tuple[Any, Any]:
    if not (DATA / name).is_dir():
        pytest.skip(f"../shared/data/{name} is absent")
    found = draft_config([DATA / name], folder / "forewarn.toml", False, lambda _: None)
    by_hand = read_config(ROOT / "experiments" / name / "forewarn.toml")
    return found, (read_config(found.path), by_hand)


def test_orders_are_a_log_whose_customers_lapse(tmp_path: Path) -> None:
    found, (own, by_hand) = drafted("online_retail_ii", tmp_path)

    assert found.problems == ()
    assert set(own.sources) == set(by_hand.sources)
    assert own.outcome == by_hand.outcome
    assert "any_value(region) as region" in (own.sources["accounts"].sql or "")


def test_a_company_that_contradicts_itself(tmp_path: Path) -> None:
    found, (own, by_hand) = drafted("ravenstack", tmp_path)

    assert set(own.sources) == set(by_hand.sources)
    assert own.outcome == by_hand.outcome
    for table in ("accounts", "subscriptions"):
        assert own.sources[table].rename == by_hand.sources[table].rename
        assert set(own.sources[table].compute) == set(by_hand.sources[table].compute)
    assert "ravenstack_subscriptions" in (own.sources["usage"].sql or "")
    assert {problem.column for problem in found.problems} == {"event_id"}


@pytest.mark.slow
def test_enrolments_end(tmp_path: Path) -> None:
    found, (own, by_hand) = drafted("oulad", tmp_path)

    known = {"attributes"}  # what of the columns left over is worth reading, people decide
    assert set(own.sources) == set(by_hand.sources) - known
    assert own.learnt == by_hand.learnt
    assert {(p.source, p.column) for p in found.problems} == {("subscriptions", "started_at")}
