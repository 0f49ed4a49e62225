"""What a configuration means: labels, dates, tiers, unsafe columns."""

from datetime import date
from pathlib import Path

import pytest

from features.followed import Followed
from features.outcomes import Declared, Lapse, LogoChurn, Movement
from features.segments import DEFAULT_SEGMENTS
from features.signals import CATALOGUE
from features.snapshot import fingerprint
from pipelines.company import (
    baselines_of,
    catalogue_of,
    closer_dates,
    columns_of,
    details_of,
    label_of,
    learning_plan,
    rates_of,
    segments_of,
    snapshot_dates,
    weeks_teach,
)
from pipelines.config import Config, parse_config


def config(**sections: object) -> Config:
    raw = {"sources": {"accounts": {"files": "accounts.csv"}}, **sections}
    return parse_config(raw, Path())


@pytest.mark.parametrize(
    ("outcome", "connected", "label"),
    [
        ({}, {"subscriptions"}, LogoChurn(30)),
        ({"gap_days": 5}, {"subscriptions", "outcomes"}, LogoChurn(5)),
        ({"derive": "outcomes"}, {"subscriptions", "outcomes"}, Declared("logo_churn")),
        ({}, {"outcomes"}, Declared("logo_churn")),
        ({"name": "contraction", "share": 0.2}, {"subscriptions"}, Movement("contraction", 0.2)),
        (
            {"name": "lapse", "silent_days": 60, "events": ["order"]},
            {"usage"},
            Lapse(60, "usage", ("order",)),
        ),
    ],
)
def test_the_label_follows_outcome_and_what_is_connected(outcome, connected, label) -> None:
    assert label_of(config(outcome=outcome), connected) == label


def test_months_step_back_to_the_same_day() -> None:
    dates = snapshot_dates(config(), date(2026, 3, 15), begins=date(2025, 12, 1))
    assert dates == [date(2026, 1, 15), date(2026, 2, 15), date(2026, 3, 15)]


def test_the_end_of_a_month_stays_the_end_of_a_month() -> None:
    dates = snapshot_dates(config(), date(2024, 2, 29), begins=date(2023, 10, 20))
    assert dates == [
        date(2023, 11, 30),
        date(2023, 12, 31),
        date(2024, 1, 31),
        date(2024, 2, 29),
    ]


def test_a_day_that_a_month_lacks_becomes_its_last_day() -> None:
    dates = snapshot_dates(config(), date(2026, 3, 30), begins=date(2026, 1, 1))
    assert dates[0] == date(2026, 2, 28)


def test_weeks_step_back_by_seven_days() -> None:
    given = config(snapshots={"every": "week", "first": date(2026, 1, 1)})
    dates = snapshot_dates(given, date(2026, 1, 20), begins=date(2020, 1, 1))
    assert dates == [date(2026, 1, 6), date(2026, 1, 13), date(2026, 1, 20)]


def test_a_lapse_needs_a_whole_silence_before_the_first_snapshot() -> None:
    given = config(outcome={"name": "lapse", "silent_days": 90})
    dates = snapshot_dates(given, date(2026, 6, 30), begins=date(2026, 1, 1))
    assert dates[0] >= date(2026, 4, 1)


def test_a_history_too_short_still_has_the_day_itself() -> None:
    assert snapshot_dates(config(), date(2026, 1, 5), date(2026, 1, 4)) == [date(2026, 1, 5)]


def test_a_month_has_three_dates_between_which_only_teach() -> None:
    months = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
    found = closer_dates(config(), months, 1000)
    assert found == sorted(found)
    assert set(months) < set(found)
    assert found[:5] == [date(2026, 1, 31), *(date(2026, 2, n) for n in (7, 14, 21, 28))]
    assert len(found) == 9


def test_nothing_lies_between_where_it_would_not_teach() -> None:
    months = [date(2026, 1, 31), date(2026, 2, 28)]
    assert closer_dates(config(), months, 30_000)
    assert closer_dates(config(), months, 30_001) == []
    assert closer_dates(config(), months[:1], 10) == []
    lapse = {"outcome": {"name": "lapse", "silent_days": 90}}
    for given in (lapse, {"snapshots": {"every": "week"}}, {"snapshots": {"between": "never"}}):
        assert closer_dates(config(**given), months, 10) == []


def test_weeks_teach_as_they_are() -> None:
    weekly = {"every": "week"}
    assert weeks_teach(config(snapshots=weekly), 240_000)
    assert not weeks_teach(config(snapshots=weekly), 240_001)
    assert not weeks_teach(config(), 10)  # months have others between
    assert not weeks_teach(config(snapshots={**weekly, "between": "never"}), 10)
    assert not weeks_teach(
        config(snapshots=weekly, outcome={"name": "lapse", "silent_days": 90}), 9
    )


def test_overwritten_columns_are_unsafe_unless_versions_are_known() -> None:
    safe, unsafe = columns_of(CATALOGUE, accounts_versioned=False)
    assert unsafe == [c.name for c in CATALOGUE.columns if c.signal.changing]
    assert {"profile__employees", "profile__growth_potential"} <= set(unsafe)
    assert not set(safe) & set(unsafe)
    assert columns_of(CATALOGUE, accounts_versioned=True) == (
        [c.name for c in CATALOGUE.columns],
        [],
    )


def test_own_tiers_are_the_limits_of_segments() -> None:
    assert segments_of(config()) == DEFAULT_SEGMENTS
    given = config(tiers={"enterprise": 50000, "smb": 0, "mid": "10000.50"})
    assert segments_of(given).tiers == (("smb", 0.0), ("mid", 10000.5), ("enterprise", 50000.0))
    assert fingerprint(catalogue_of(given, Followed())) != fingerprint(
        catalogue_of(config(), Followed())
    )


def test_the_other_limits_of_segments_are_set_in_their_section() -> None:
    given = {"large": 1000, "promising": "Star", "onboarding_days": 30, "renewing_days": 60}
    found = segments_of(config(segments=given))
    assert (found.large, found.promising, found.stages) == (1000, ("star",), (30, 365, 60))


def test_every_baseline_reads_columns_that_exist() -> None:
    names = {c.name for c in CATALOGUE.columns}
    for activity in ("usage", "interactions"):
        outcome = {"name": "lapse", "activity": activity}
        for columns in baselines_of(config(outcome=outcome)).values():
            assert set(columns) <= names


def test_rates_hold_from_their_date() -> None:
    rates = rates_of(
        config(
            company={"currency": "EUR"},
            rates=[
                {"currency": "USD", "from": date(2026, 1, 1), "rate": "0.9"},
                {"currency": "USD", "from": date(2026, 6, 1), "rate": "0.8"},
            ],
        )
    )
    assert rates.at("USD", date(2026, 5, 31)) == 0.9
    assert rates.at("USD", date(2026, 6, 1)) == 0.8
    assert rates.at(None, date(2026, 6, 1)) == 1.0


def test_a_month_is_a_season_where_it_is_declared_as_one(tmp_path: Path) -> None:
    (tmp_path / "signals.py").write_text(
        "from features.measures import MonthOfYear\n"
        "from features.signal import GroupName, Signal\n"
        "SIGNALS = {GroupName.PROFILE: (Signal('month', 'accounts', MonthOfYear(), 'month'),)}\n"
    )
    raw = {"sources": {"accounts": {"files": "a.csv"}}, "signals": {"file": "signals.py"}}
    own = parse_config(raw, tmp_path)
    followed = Followed(words=("year ends in",))
    found = learning_plan(own, catalogue_of(own, followed))
    assert found.seasons == ("profile__month",)
    assert learning_plan(config(), catalogue_of(config(), followed)).seasons == ()


def test_columns_of_one_kind_of_event_alone_and_their_ranks() -> None:
    found = details_of(
        catalogue_of(config(signals={"peers": "company"}), Followed(("export", "share")))
    )
    assert {"consumption__export_days_30d", "consumption__share_last_rank"} <= set(found)
    assert all("__export_" in name or "__share_" in name for name in found)
    assert len(set(found)) == len(found)
    assert not details_of(catalogue_of(config(), Followed()))
