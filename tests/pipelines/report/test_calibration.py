from models.metrics import Estimate
from models.scorecard import Scorecard, Slice
from pipelines.calibration_note import FIGURES, calibration_of
from pipelines.report.calibration import NOT_KEPT, calibration
from serving.store.columns import finite


def part(value: float) -> Slice:
    return Slice(90, 50, 25, {name: Estimate(value, value - 0.5, value + 0.5) for name in FIGURES})


def test_all_accounts_then_tiers_then_tenure() -> None:
    few = Slice(9, 5, 2, {}, "not enough: 2 accounts lost, 20 needed")
    slices = {"month": {"2026-01": part(1.0)}, "tier": {"high": part(2.0), "low": few}}
    card = Scorecard(90, part(1.0), {**slices, "tenure": {"beyond a year": part(-0.25)}})
    found = calibration(finite({"calibration": calibration_of(card)}))
    assert found.horizon == 90
    assert [row.of for row in found.rows] == [
        "all accounts", "tier: high", "tier: low", "tenure: beyond a year"
    ]  # fmt: skip
    whole, high, low, long = found.rows
    assert whole.cells[:4] == (
        "100 (50 to 150)", "1.00 (0.50 to 1.50)", "1.00 (0.50 to 1.50)", "100.0 (50.0 to 150.0)"
    )  # fmt: skip
    assert len(whole.cells) == 7
    assert high.cells[1] == "2.00 (1.50 to 2.50)"
    assert (low.cells, low.not_enough) == ((), "not enough: 2 accounts lost, 20 needed")
    assert long.cells[1] == "\u22120.25 (\u22120.75 to 0.25)"


def test_figures_that_are_no_numbers_are_dashes() -> None:
    gap = Slice(90, 50, 25, {"calibration_slope": Estimate(float("nan"), 1.0, 2.0)})
    found = calibration(finite({"calibration": calibration_of(Scorecard(30, gap, {}))}))
    assert found.rows[0].cells == ("\u2013",) * 7


def test_a_model_without_such_figures() -> None:
    assert calibration({}) == NOT_KEPT
    assert calibration({"calibration": calibration_of(None)}) == NOT_KEPT
