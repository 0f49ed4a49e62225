"""The training's doubts in words, from what the store keeps."""

from typing import Any

from pipelines.report.doubts import doubts

HALF = {"value": 0.51, "low": 0.44, "high": 0.58}


def stored(**changes: Any) -> dict[str, Any]:
    gate = {
        "columns": 1300,
        "findings": [{"column": "risk__open"}, {"column": ""}],
        "canaries": {"exact": True, "late": False},
        "blind": ["late"],
        "shuffled": {"auc": HALF, "shuffles": 1},
    }
    groups = [
        {"known_account": True, "accounts": 90, "auc": HALF},
        {"known_account": False, "accounts": 12, "auc": None},
    ]
    claim = {"claimed": {"auc": 0.96}, "held": {"auc": 0.78}}
    found = {"leak_gate": gate, "random_folds": claim, "known_and_new_accounts": {"90": groups}}
    return {"honesty": {**found, **changes}}


def test_in_words() -> None:
    said = [sentence.replace("\u202f", " ") for sentence in doubts(stored(), 90)]
    assert said == [
        "1,300 signals were searched for knowledge from the future; of 2 leaks planted as a "
        "trial, 1 were caught.",
        "Worth a look: “risk__open”.",
        "With outcomes dealt out to other accounts it ranked 51 (44 to 58) of 100 pairs right, "
        "where 50 is to be expected.",
        "Checked the usual way, on rows drawn at random, it would have claimed 96 of 100 pairs; "
        "on later dates it was 78. This report shows the latter.",
        "Accounts it had met in training (90): 51 (44 to 58) of 100 pairs.",
        "Accounts it had never met (12): too few were lost to tell.",
    ]


def test_what_was_not_looked_at_is_not_said() -> None:
    assert doubts({}, 90) == ()
    assert doubts({"honesty": {"leak_gate": None, "random_folds": None}}, 90) == ()
    assert len(doubts(stored(leak_gate=None, random_folds=None), 30)) == 0


def test_figures_of_rows_that_chose_the_model_say_so() -> None:
    assert not any("chosen by the very rows" in line for line in doubts(stored(), 90))
    line = doubts(stored(chosen_among=6), 90)[-1]
    assert line.startswith("Which of 6 ways to foretell is used was chosen by the very rows")
    assert line.endswith("its range to either side.")


def test_figures_that_are_no_numbers_are_left_out() -> None:
    gate = stored()["honesty"]["leak_gate"]
    gate |= {"shuffled": {"auc": {"value": None, "low": None, "high": None}}, "findings": []}
    said = doubts(stored(leak_gate=gate), 90)
    assert said[1] == "No signal was conspicuous."
    assert not any("dealt out" in sentence for sentence in said)
