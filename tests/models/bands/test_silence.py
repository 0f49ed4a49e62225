"""Silent sources matter by what the model makes of them."""

from datetime import date

import numpy as np
import pytest

from models.bands.silence import SilentSource, carried, matter

MAY = date(2026, 5, 1)


def test_what_tables_carry_adds_up_to_one() -> None:
    sizes = np.array([0.3, 0.1, 0.0, 0.2])
    names = ("consumption__a", "risk__b", "risk__c", "consumption__d")
    tables = {n: "usage" if n.startswith("consumption") else "risks" for n in names}
    found = carried(names, sizes, tables)
    assert found == pytest.approx({"usage": 0.5 / 0.6, "risks": 0.1 / 0.6})


def test_a_model_that_says_the_same_of_all_rests_on_nothing() -> None:
    assert carried(("a",), np.zeros(1), {"a": "usage"}) == {"usage": 0.0}


def test_small_shares_matter_together() -> None:
    small = SilentSource("surveys", MAY, 0.06)
    assert not matter([small])
    assert matter([small, SilentSource("tickets", MAY, 0.05)])
    assert not matter([])
