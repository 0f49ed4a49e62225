import json
from datetime import date
from decimal import Decimal

import pytest
import typer

from features.runners.local import WorkerLost
from models.sufficiency import NoEvidence
from pipelines.errors import InputError, NoModel
from pipelines.terminal import Terminal, plain
from serving.store import StoreError


def ended(work, terminal=None):
    with pytest.raises(typer.Exit) as ending:
        (terminal or Terminal()).guard(work)
    return ending.value.exit_code


def failing(error):
    def work():
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("wrong file"), 2),
        (StoreError("no store"), 2),
        (WorkerLost("no memory"), 2),
        (NoModel("none"), 3),
        (NoEvidence("too little"), 3),
        (ZeroDivisionError("oops"), 1),
    ],
)
def test_every_failure_has_its_code_and_is_told_on_standard_error(capsys, error, code):
    assert ended(failing(error)) == code
    told = capsys.readouterr()
    assert told.out == ""
    assert f"forewarn: {'this is a fault of ours: ' if code == 1 else ''}" in told.err
    assert str(error) in told.err


def test_only_a_fault_of_ours_shows_where_it_happened(capsys):
    ended(failing(InputError("wrong file")))
    assert "Traceback" not in capsys.readouterr().err
    ended(failing(ZeroDivisionError("oops")))
    assert "Traceback" in capsys.readouterr().err


def test_a_failure_is_one_json_object_where_asked_for(capsys):
    assert ended(failing(InputError("wrong file")), Terminal(as_json=True)) == 2
    assert json.loads(capsys.readouterr().out) == {"exit_code": 2, "error": "wrong file"}


@pytest.mark.parametrize(("given", "code"), [(None, 0), (0, 0), (3, 3)])
def test_work_may_choose_its_code(given, code):
    assert ended(lambda: given) == code


def test_results_and_progress_go_their_own_ways(capsys):
    terminal = Terminal(as_json=True)
    terminal.say("half way")
    terminal.result({"share": float("nan"), "name": "Größe"}, "text")
    told = capsys.readouterr()
    assert json.loads(told.out) == {"share": None, "name": "Größe"}
    assert "Größe" in told.out
    assert "half way" in told.err
    Terminal().result({}, "text")
    assert capsys.readouterr().out == "text\n"


def test_values_json_has_no_word_for():
    body = {1: (date(2026, 6, 30), Decimal("1.50")), "n": [float("inf"), True, None, 2]}
    assert plain(body) == {"1": ["2026-06-30", "1.50"], "n": [None, True, None, 2]}
