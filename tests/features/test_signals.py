"""Everything derives from a signal's declaration, and the declarations fit the contract."""

import subprocess
import sys
from dataclasses import replace

import pyarrow as pa
import pytest

from features.contract import TABLES, Kind
from features.measures import Count, Tier, Total
from features.signal import (
    Catalogue,
    Direction,
    GroupName,
    Signal,
    SignalGroup,
    SnapshotColumn,
    slug,
)
from features.signals import CATALOGUE, catalogue_for
from features.signals_page import signals_page
from features.snapshot import fingerprint, schema

EVENTS = ["login", "export report", "Login", "volume", "active days", "注文", "支払い"]
WHOLE = catalogue_for(EVENTS)
SIGNALS = {c.signal.name: c.signal for c in WHOLE.columns}


def one(signal: Signal) -> Catalogue:
    return Catalogue((SignalGroup(GroupName.CONSUMPTION, "?", (signal,)),))


def test_a_columns_name_derives_from_group_signal_and_window() -> None:
    signal = Signal("calls", "usage", Count(), "calls", windows=(7, None))
    names = [c.name for c in one(signal).columns]
    assert names == ["consumption__calls_7d", "consumption__calls"]
    assert [c.meaning for c in one(signal).columns] == ["calls in the last 7 days", "calls"]


def test_column_names_are_unique_and_fit_any_file() -> None:
    names = [c.name for c in WHOLE.columns]
    assert len(set(names)) == len(names) > 150
    assert [n for n in names if not n.replace("_", "").isalnum() or not n.isascii()] == []
    assert [n for n in names if n != n.lower()] == []


def test_two_signals_of_the_same_column_are_refused() -> None:
    signal = Signal("calls", "usage", Count(), "calls", windows=(7,))
    group = SignalGroup(GroupName.CONSUMPTION, "?", (signal, replace(signal, meaning="other")))
    with pytest.raises(ValueError, match="two signals make the same column: consumption__calls_7d"):
        Catalogue((group,))


def test_every_group_is_there_once_and_in_order() -> None:
    assert [g.name for g in CATALOGUE.groups] == list(GroupName)
    assert all(g.signals and g.question.endswith("?") for g in CATALOGUE.groups)


@pytest.mark.parametrize("signal", SIGNALS.values(), ids=list(SIGNALS))
def test_a_signal_says_what_it_means(signal: Signal) -> None:
    assert signal.meaning
    assert signal.meaning == signal.meaning.strip(" .")
    assert signal.meaning[0].islower() or signal.meaning.startswith("NPS")
    assert len(set(signal.windows)) == len(signal.windows) > 0
    assert all(window is None or window > 0 for window in signal.windows)


@pytest.mark.parametrize("signal", SIGNALS.values(), ids=list(SIGNALS))
def test_a_signal_reads_columns_and_words_of_the_contract(signal: Signal) -> None:
    table = TABLES[signal.table]
    for name, words in signal.where:
        column = table.column(name)
        assert column.kind in (Kind.TEXT, Kind.CATEGORY)
        assert words
        assert not column.allowed or set(words) <= set(column.allowed)
    for name in signal.measure.columns:
        assert table.column(name)


def test_a_measure_names_every_column_that_its_parameters_name() -> None:
    for signal in SIGNALS.values():
        named = {v for v in parameters(signal.measure) if v in TABLES[signal.table].names}
        assert named <= set(signal.measure.columns), signal.name


def parameters(measure: object) -> set[str]:
    """The words among a measure's parameters."""
    found: set[str] = set()
    for value in vars(measure).values():
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, tuple):
            found.update(v for v in value if isinstance(v, str))
        elif hasattr(value, "__dict__"):
            found |= parameters(value)
    return found


READ_ELSEWHERE = {Tier: ("employees", "growth_potential")}
"""What measures read of `accounts`, whatever the signal's own table."""


def test_signals_of_columns_that_are_overwritten_are_marked() -> None:
    for signal in SIGNALS.values():
        table, measure = TABLES[signal.table], signal.measure
        read = [table.column(name) for name in (*measure.columns, *dict(signal.where))]
        read += [TABLES["accounts"].column(n) for n in READ_ELSEWHERE.get(type(measure), ())]
        assert signal.changing is any(column.changes for column in read), signal.name


def test_the_schema_says_which_columns_hold_words() -> None:
    types = {field.name: field.type for field in schema(CATALOGUE)}
    words = {name for name, kind in types.items() if kind == pa.string()}
    profile = {"industry", "region", "growth_potential", "plan"}
    segments = {"tier", "size_class", "revenue_class", "paid_or_free", "stage", "renews"}
    assert words == {"account_id", *(f"profile__{name}" for name in profile | segments)}
    assert types["as_of"] == pa.date32()
    assert list(types) == ["account_id", "as_of", *(c.name for c in CATALOGUE.columns)]


def test_a_column_is_found_by_name() -> None:
    column = CATALOGUE.column("adoption__users_30d")
    assert isinstance(column, SnapshotColumn)
    assert (column.signal.name, column.window) == ("users", 30)
    with pytest.raises(KeyError, match="no signal makes the column 'adoption__nothing'"):
        CATALOGUE.column("adoption__nothing")


DEFINING = {
    "name": "other",
    "table": "interactions",
    "measure": Total("quantity"),
    "windows": (8,),
    "where": (("event", ("login",)),),
    "empty": None,
}
WORDING = {
    "meaning": "other",
    "unit": "other",
    "direction": Direction.WORSE,
    "actionable": True,
    "changing": True,
}


@pytest.mark.parametrize("field", DEFINING)
def test_the_fingerprint_changes_with_every_part_that_decides_a_value(field: str) -> None:
    signal = Signal("calls", "usage", Count(), "calls", windows=(7,))
    changed = replace(signal, **{field: DEFINING[field]})
    assert fingerprint(one(signal)) != fingerprint(one(changed))


@pytest.mark.parametrize("field", WORDING)
def test_better_words_make_no_other_fingerprint(field: str) -> None:
    signal = Signal("calls", "usage", Count(), "calls", windows=(7,))
    changed = replace(signal, **{field: WORDING[field]})
    assert fingerprint(one(signal)) == fingerprint(one(changed))


def test_the_fingerprint_tells_parameters_of_a_measure_apart() -> None:
    signal = Signal("calls", "usage", Total("quantity"), "calls")
    other = replace(signal, measure=Total("amount"))
    assert fingerprint(one(signal)) != fingerprint(one(other))
    assert fingerprint(one(signal)) == fingerprint(one(replace(signal)))


def test_the_fingerprint_is_the_same_in_another_process() -> None:
    code = (
        "from features.signals import catalogue_for; from features.snapshot import fingerprint; "
        f"print(fingerprint(catalogue_for({EVENTS!r})))"
    )
    for seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(filter(None, sys.path))},
            capture_output=True,
            text=True,
            check=True,
        )
        assert run.stdout.strip() == fingerprint(WHOLE)


def test_a_companys_events_get_signals_at_the_end_of_consumption() -> None:
    catalogue = catalogue_for(["Export report"])
    own = [c for c in catalogue.columns if c not in CATALOGUE.columns]
    assert own[0].name == "consumption__export_report_count_30d"
    assert {c.signal.where for c in own} == {(("event", ("Export report",)),)}
    assert {c.group for c in own} == {GroupName.CONSUMPTION}
    assert catalogue_for([]).columns == CATALOGUE.columns
    assert catalogue_for(["login", "login"]).columns == catalogue_for(["login"]).columns


def test_events_that_would_share_a_column_are_told_apart() -> None:
    followed = {words for s in SIGNALS.values() for column, words in s.where if column == "event"}
    assert followed == {(event,) for event in EVENTS}
    names = [c.name for c in catalogue_for(["login", "Login"]).columns]
    assert "consumption__login_count_30d" in names
    assert "consumption__login_6bc9e414_count_30d" in names


def test_an_event_without_letters_for_a_column_has_the_same_name_in_any_company() -> None:
    def names(*events: str) -> set[str]:
        own = [c for c in catalogue_for(events).columns if c not in CATALOGUE.columns]
        return {c.name for c in own}

    assert names("注文") | names("支払い") == names("支払い", "注文")
    assert len(names("注文", "支払い")) == 2 * len(names("注文"))


def test_slug() -> None:
    assert slug("  Export-Report (CSV) ") == "export_report_csv"
    assert slug("注文") == slug("--") == "unnamed"


def test_the_page_has_a_row_for_every_column() -> None:
    page = signals_page()
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == [c.name for c in CATALOGUE.columns]
    users = "| `adoption__users_30d` | people who used the product in the last 30 days | people |"
    assert f"{users} healthier | yes | 0 | `usage` |" in rows
    assert "| days until the contract renews | days | — |  | missing | `subscriptions` |" in page
    assert "| number of usage records in the last 7 days, scaled |" in page
    assert "(only where `known_at` tells old values) | people |" in page
    assert page.endswith("\n")
    assert not page.endswith("\n\n")
