"""What a training says against itself at a terminal."""

from dataclasses import replace

from models.honesty import Honesty
from models.known_accounts import Group
from models.leaks import Finding, LeakReport, Probe, Shuffled
from models.metrics import Estimate
from models.random_folds import Claim
from pipelines.honesty_text import honesty

HALF = Estimate(0.51, 0.44, 0.58)
STRIKING = Finding(Probe.ALONE, "risk__open", Estimate(0.93, 0.91, 0.95), "risk__open alone", False)
REPORT = LeakReport(
    300, (STRIKING,), {"exact": True, "late": True}, Shuffled(HALF, 1), ("risk__open",)
)
FOUND = Honesty(
    REPORT,
    Claim(90, 500, {"auc": 0.96, "log_loss": 0.1}, {"auc": 0.78, "log_loss": 0.2}),
    {90: (Group(True, 400, 90, 30, HALF, HALF), Group(False, 100, 30, 4, None, None))},
)


def test_everything_is_said() -> None:
    assert honesty(FOUND) == [
        "  Leak gate: passed; 300 columns looked at, 2 of 2 planted leaks caught, shuffled "
        "outcomes give AUC 0.510 (0.440 to 0.580)",
        "    worth a look (trusted): risk__open alone",
        "  Not to be believed: random folds would have claimed AUC 0.960 and log loss 0.100 at "
        "90 days; on later dates it was 0.780 and 0.200",
        "  90 days, known accounts: AUC 0.510 (0.440 to 0.580), log loss 0.510 (0.440 to 0.580) "
        "(400 rows of 90 accounts, 30 before a loss)",
        "  90 days, new accounts: too few to tell (100 rows of 30 accounts, 4 before a loss)",
    ]


def test_a_gate_that_blocks_says_so_once() -> None:
    """The reasons stand in the verdict already."""
    report = replace(REPORT, findings=(replace(STRIKING, blocks=True),), shuffled=None)
    assert honesty(Honesty(report)) == [
        "  Leak gate: blocks; 300 columns looked at, 2 of 2 planted leaks caught"
    ]


def test_figures_of_rows_that_chose_the_model_say_so() -> None:
    (line,) = honesty(Honesty(chosen_among=6))
    assert line.startswith("  Which of 6 ways to foretell is used was chosen by the very rows")


def test_nothing_checked_is_nothing_said() -> None:
    assert honesty(Honesty()) == []
