"""A company's own signals: read from its file, and every mistake in it told with its line."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from features.followed import Followed
from features.measures import Count
from features.signal import GroupName
from features.signals import CATALOGUE, catalogue_for
from features.snapshot import fingerprint
from models.score import Reason
from pipelines.company import catalogue_of, own_columns
from pipelines.config import Config, parse_config
from pipelines.errors import ConfigError
from pipelines.ingest.problems import Problem
from pipelines.own_signals import event_problems, own_problems, own_signals
from pipelines.words import words_of
from pipelines.workspace import Workspace
from serving.store import open_store

HEAD = """\
from features.measures import Change, Count, Distinct, Latest, Total
from features.signal import Direction, GroupName, Signal
"""
EXPORTS = """
EXPORTS = (("event", ("export", "print")),)
SIGNALS = {
    "consumption": [
        Signal("exports", "usage", Count(), "reports exported", (30, 90), EXPORTS),
    ],
    GroupName.EXPERIENCE: (
        Signal("features_asked", "feedback", Distinct("feature"), "features asked about"),
    ),
}
"""
Written = Callable[..., Config]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """A configuration beside a file of signals."""

    def now(text: str, head: str = HEAD) -> Config:
        (tmp_path / "ours.py").write_text(head + dedent(text))
        raw = {"sources": {"accounts": {"files": "a.csv"}}, "signals": {"file": "ours.py"}}
        return parse_config(raw, tmp_path)

    return now


def problem(config: Config) -> Problem:
    """The only problem of its file."""
    with pytest.raises(ConfigError) as caught:
        own_signals(config)
    assert len(caught.value.problems) == 1
    assert own_problems(config) == caught.value.problems
    return caught.value.problems[0]


def test_the_example_of_the_readme_works(written: Written) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    catalogue = catalogue_of(written(example, head=""), Followed())
    own = [column.name for column in own_columns(catalogue, [])]
    assert own == ["consumption__exports_30d", "consumption__exports_90d"]
    assert all(name in readme for name in own)


def test_without_a_file_the_catalogue_is_the_common_one() -> None:
    config = parse_config({"sources": {"accounts": {"files": "a.csv"}}}, Path())
    assert own_signals(config) == {}
    assert catalogue_of(config, Followed(("login",))) == catalogue_for(["login"])


def test_own_signals_stand_at_the_end_of_their_groups(written: Written) -> None:
    config = written(EXPORTS)
    catalogue = catalogue_of(config, Followed(("login",)))
    own = [c.name for c in own_columns(catalogue, ["login"])]
    assert own == [
        "consumption__exports_30d",
        "consumption__exports_90d",
        "experience__features_asked",
    ]
    by_group = {g.name: [c.name for c in g.columns()] for g in catalogue.groups}
    assert by_group[GroupName.CONSUMPTION][-2:] == own[:2]
    assert by_group[GroupName.EXPERIENCE][-1] == own[2]
    common = [c for c in catalogue.columns if c.name not in own]
    assert common == list(catalogue_for(["login"]).columns)
    assert catalogue.column("consumption__exports_30d").signal.measure == Count()
    assert fingerprint(catalogue) != fingerprint(catalogue_for(["login"]))


def test_the_file_is_read_anew_and_leaves_nothing_behind(written: Written, tmp_path: Path) -> None:
    modules = set(sys.modules)
    first = own_signals(written(EXPORTS))
    second = own_signals(written(EXPORTS.replace("exports", "exporte")))  # same size and second
    assert first != second
    assert [path.name for path in tmp_path.iterdir()] == ["ours.py"]
    assert set(sys.modules) <= modules


def test_what_it_prints_goes_to_standard_error(
    written: Written, capsys: pytest.CaptureFixture[str]
) -> None:
    own_signals(written("print('hello')\nSIGNALS = {}"))
    assert capsys.readouterr() == ("", "hello\n")


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    raw = {"sources": {"accounts": {"files": "a.csv"}}, "signals": {"file": "gone.py"}}
    found = problem(parse_config(raw, tmp_path))
    assert (found.column, found.value) == ("signals.file", "gone.py")
    assert found.file == str(tmp_path / "gone.py")
    assert "No such file" in found.reason


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("SIGNALS = {\n", 3, "not valid Python: '{' was never closed"),
        ("x = 1\nSIGNALS = {} + x", 4, "TypeError: unsupported operand"),
        ("from features.measures import Counter", 3, "ImportError: cannot import name 'Counter'"),
        ("open('nowhere.txt')", 3, "FileNotFoundError"),
        ("raise SystemExit(0)", 3, "SystemExit"),
        ("SIGNALS = {'risk': (Signal('a'),)}", 3, "TypeError: Signal.__init__()"),
        ("SIGNAL = {}", None, "declares no SIGNALS"),
        ("SIGNALS = [Signal('a', 'usage', Count(), 'a')]", None, "is a list, not a dict"),
    ],
)
def test_a_file_that_declares_nothing(
    written: Written, text: str, line: int | None, reason: str
) -> None:
    found = problem(written(text))
    assert (found.file, found.line) == ("ours.py", line)
    assert reason in found.reason
    assert found.fatal


@pytest.mark.parametrize(
    ("signal", "said"),
    [
        ("Signal('Big Orders', 'usage', Count(), 'orders')", "single underscores: big_orders."),
        ("Signal('a', 'usages', Count(), 'a')", "Did you mean usage?"),
        ("Signal('a', 'usage', Total('quantities'), 'a')", "Did you mean quantity?"),
        ("Signal('a', 'usage', Count, 'a')", "Write Count()"),
        ("Signal('a', 'usage', 'count', 'a')", "str is none of the measures"),
        ("Signal('a', 'usage', Count(), ' ')", "the meaning is empty"),
        ("Signal('a', 'usage', Count(), 'a', (30))", "windows is a int, not a tuple"),
        ("Signal('a', 'usage', Count(), 'a', ())", "windows are different numbers"),
        ("Signal('a', 'usage', Count(), 'a', (30, 30))", "windows are different numbers"),
        ("Signal('a', 'usage', Count(), 'a', (30.5,))", "windows are different numbers"),
        ("Signal('a', 'usage', Count(), 'a', (-7,))", "windows are different numbers"),
        ("Signal('a', 'usage', Count(), 'a', where=('event', 'x'))", "where has another form"),
        ("Signal('a', 'usage', Count(), 'a', where=(('event', 'x'),))", "where has another form"),
        ("Signal('a', 'usage', Count(), 'a', where=(('evnt', ('x',)),))", "Did you mean event?"),
        ("Signal('a', 'tickets', Count(), 'a', where=(('csat', ('5',)),))", "csat holds none"),
        (
            "Signal('a', 'tickets', Count(), 'a', where=(('severity', ('hgh',)),))",
            "Did you mean high?",
        ),
        ("Signal('a', 'usage', Count(), 'a', direction=1)", "direction is a int"),
        ("Signal('a', 'usage', Count(), 'a', empty='none')", "empty is no number"),
        ("Signal('a', 'usage', Total('event'), 'a')", "cannot be measured"),
        ("Signal('a', 'usage', Total('occurred_at'), 'a')", "holds dates"),
        ("Signal('a', 'usage', Change(Total('occurred_at')), 'a', (30,))", "holds dates"),
        ("Signal('a', 'accounts', Latest('created_at'), 'a')", "holds dates"),
        ("Signal('a', 'usage', Change(Count()), 'a')", "give the signal windows"),
        ("Signal('a', 'accounts', Latest('employees'), 'a')", "Declare changing=True"),
        ("Signal('last_used', 'usage', Count(), 'a')", "has the column consumption__last_used"),
        ("'exports'", "number 1 is a str, not a Signal"),
    ],
)
def test_a_signal_that_does_not_fit_the_contract(written: Written, signal: str, said: str) -> None:
    found = problem(written(f"SIGNALS = {{\n    'consumption': (\n        {signal},\n    ),\n}}"))
    assert said in str(found)
    assert found.column.startswith(("consumption", "SIGNALS.consumption"))
    if signal.startswith("Signal"):
        assert found.line == 5


def test_a_group_that_is_none(written: Written) -> None:
    found = problem(written("SIGNALS = {'usage': (Signal('a', 'usage', Count(), 'a'),)}"))
    assert "no such group" in found.reason
    assert "consumption, adoption" in found.remedy


def test_a_comma_that_is_missing(written: Written) -> None:
    found = problem(written("SIGNALS = {'risk': (Signal('a', 'usage', Count(), 'a'))}"))
    assert "a tuple of one ends with a comma" in found.remedy


def test_two_signals_of_one_column(written: Written) -> None:
    config = written(
        """
        A = Signal("a", "usage", Count(), "a", (30,))
        B = Signal("a_30d", "usage", Count(), "b")
        SIGNALS = {"risk": (A, B)}
        """
    )
    problems = own_problems(config)
    assert [p.line for p in problems] == [4, 5]
    assert {p.reason for p in problems} == {"two signals make the column risk__a_30d"}


def test_all_problems_are_told_at_once(written: Written) -> None:
    config = written(
        """
        SIGNALS = {
            "risk": (
                Signal("a", "usges", Count(), "a"),
                Signal("b", "usage", Total("amount"), ""),
            ),
        }
        """
    )
    assert [(p.column, p.line) for p in own_problems(config)] == [
        ("risk.a", 6),
        ("risk.b", 7),
        ("risk.b", 7),
    ]


def test_a_main_event_may_have_taken_the_column(written: Written) -> None:
    config = written(
        "SIGNALS = {'consumption': (Signal('login_count', 'usage', Count(), 'a', (30,)),)}"
    )
    assert len(catalogue_of(config, Followed(("logout",))).columns) > len(CATALOGUE.columns)
    with pytest.raises(ConfigError, match="main events makes the column .*login_count_30d"):
        catalogue_of(config, Followed(("login",)))


def test_a_check_tells_them_beside_all_others(
    forewarn: Callable[..., object], company: object
) -> None:
    folder = company.config.parent
    text = (folder / "signals.py").read_text()
    (folder / "signals.py").write_text(text.replace('"usage"', '"usges"'))
    with (folder / "orders.csv").open("a") as file:
        file.write("c001,yesterday\n")
    place = ("-c", company.config, "--workspace", company.workspace)

    found = forewarn("check", "--json", *place)

    assert found.exit_code == 2
    reasons = [each["reason"] for each in json.loads(found.stdout)["problems"]]
    assert reasons[0] == "the contract has no such table"
    assert len(reasons) > 1


def test_reasons_of_own_signals_have_words(finished: object) -> None:
    engine = open_store(Workspace(finished.company.workspace).store_address)
    words = words_of(engine)
    engine.dispose()
    said = words(Reason("consumption__baskets_14d", 3.0, -0.1))
    assert said == "Baskets bought in the last 14 days: 3; lowers the risk."


def test_a_check_looks_at_all_events_for_such_columns(written: Written) -> None:
    config = written(
        "SIGNALS = {'consumption': (Signal('login_count', 'usage', Count(), 'a', (30,)),)}"
    )
    assert event_problems(config, ["logout", "log", "view"]) == ()
    (problem,) = event_problems(config, ["view", "login"])
    assert "login_count_30d" in problem.reason
