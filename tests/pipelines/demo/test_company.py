import hashlib
import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from features.contract.tables import TABLES
from pipelines.demo import DemoCompany, generate

Rows = list[dict[str, str]]


def sums(folder: Path) -> dict[str, str]:
    """SHA-256 of every file, by path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("one", 3), ("two", 3), ("other", 4)):
        generate(tmp_path / name, accounts=40, years=1, seed=seed)
    one, two, other = (sums(tmp_path / name) for name in ("one", "two", "other"))
    assert one == two
    assert [name for name in one if one[name] == other[name]] == ["forewarn.toml"]


def test_generating_again_in_a_folder_leaves_nothing_of_a_longer_history(tmp_path: Path) -> None:
    generate(tmp_path, accounts=40, years=2)
    generate(tmp_path, accounts=40, years=1)
    assert len(list(tmp_path.glob("product/usage-*.parquet"))) == 4


@pytest.mark.parametrize(("accounts", "years"), [(19, 1), (100, 0), (100, 11)])
def test_sizes_out_of_range_are_refused(tmp_path: Path, accounts: int, years: int) -> None:
    with pytest.raises(ValueError, match="at least 20 accounts and 1 to 10 years; got"):
        generate(tmp_path, accounts=accounts, years=years)


BROUGHT = set(TABLES) - {"attributes"}
"""The simulated company has told of its accounts all that it knows."""


def test_progress_names_every_table(tmp_path: Path) -> None:
    said: list[str] = []
    generate(tmp_path, accounts=20, years=1, progress=said.append)
    assert {f"writing {name}" for name in BROUGHT} <= set(said)


def test_every_other_table_of_the_contract_has_a_source_with_rows(company: DemoCompany) -> None:
    config = tomllib.loads(company.config.read_text())
    assert set(config["sources"]) == BROUGHT
    assert set(company.rows) == BROUGHT
    assert min(company.rows.values()) > 0
    for source in [*config["sources"].values(), *config["inputs"].values()]:
        if "files" in source:
            assert list(company.folder.glob(source["files"])), source["files"]


def test_the_truth_is_named_nowhere_in_the_configuration(company: DemoCompany) -> None:
    settings = "\n".join(
        line for line in company.config.read_text().splitlines() if not line.startswith("#")
    )
    assert company.truth.name not in settings


def test_rows_are_counted_as_written(company: DemoCompany, rows: Callable[[str], Rows]) -> None:
    assert len(rows("support/tickets.csv")) == company.rows["tickets"]
    assert len(rows("crm/accounts.csv")) == company.rows["accounts"]
    usage = company.folder.glob("product/*.parquet")
    assert sum(pq.read_metadata(path).num_rows for path in usage) == company.rows["usage"]


def test_the_truth_covers_exactly_who_pays_and_has_not_given_notice(
    company: DemoCompany, rows: Callable[[str], Rows]
) -> None:
    truth = pd.read_parquet(company.truth)
    lines = [r for r in rows("billing/contract_lines.csv") if "_" not in r["line_no"]]
    for as_of in ("2024-12-31", "2025-09-30", "2026-06-30"):
        paying = {
            line["client_no"]
            for line in lines
            if line["trial"] == "no"
            and line["product"] == "Orrery Core"
            and line["valid_from"] <= as_of
            and not "0" < line["valid_to"] <= as_of
            and not "0" < line["notice_on"][:10] <= as_of
        }
        mine = truth[truth["as_of"].astype(str) == as_of]
        assert set(mine["account_id"]) == paying
        assert len(mine) == len(paying)


def test_use_falls_with_the_state(company: DemoCompany) -> None:
    truth = pd.read_parquet(company.truth)
    usage = pd.concat(pd.read_parquet(p) for p in company.folder.glob("product/*.parquet"))
    usage["month"] = pd.to_datetime(usage["day"]).dt.to_period("M")
    volume = usage.groupby(["org", "month"], observed=True)["n"].sum()
    truth["month"] = pd.to_datetime(truth["as_of"]).dt.to_period("M")
    keys = pd.MultiIndex.from_frame(truth[["account_id", "month"]])
    truth["volume"] = volume.reindex(keys).fillna(0).to_numpy()
    calm = truth[truth["state"].isin(["thriving", "steady"])]
    troubled = truth[truth["state"].isin(["drifting", "sinking", "dying"])]
    assert troubled["volume"].median() < 0.9 * calm["volume"].median()
    through_use = troubled[troubled["cause"] == "usage"]
    assert len(through_use) > 20
    assert through_use["volume"].median() < 0.5 * calm["volume"].median()


def test_late_usage_is_two_to_four_percent(company: DemoCompany) -> None:
    assert 0.02 < company.late["usage"] / company.rows["usage"] < 0.04
    assert 0.015 < company.late["tickets"] / company.rows["tickets"] < 0.045


def test_late_usage_is_known_on_a_later_day_and_the_rest_on_its_own(company: DemoCompany) -> None:
    usage = pd.concat(pd.read_parquet(p) for p in company.folder.glob("product/*.parquet"))
    usage = usage[usage["org"].notna() & (usage["org"] != "ORR-99999")].drop_duplicates()
    loaded = usage["loaded_at"].dt.tz_localize(None).dt.normalize()
    delay = (loaded - pd.to_datetime(usage["day"])).dt.days
    assert delay.min() == 0
    assert delay.max() == 9
    assert (delay > 0).sum() == company.late["usage"]
    assert usage["loaded_at"].max() < pd.Timestamp("2026-07-01", tz="UTC")


def test_feedback_is_one_json_object_a_line(company: DemoCompany) -> None:
    lines = (company.folder / "product/feedback.jsonl").read_text().splitlines()
    assert len(lines) == company.rows["feedback"]
    assert set(json.loads(lines[0])) == {"ref", "client", "kind", "area", "words", "at"}


def test_some_accounts_have_several_versions(rows: Callable[[str], Rows]) -> None:
    accounts = pd.DataFrame(rows("crm/accounts.csv"))
    versions = accounts.groupby("client_no")["success_manager"].nunique()
    assert versions.max() > 1
    assert (accounts["changed_on"].str[:10] >= accounts["signed_up"]).mean() > 0.99


def test_lines_of_a_contract_follow_one_another(rows: Callable[[str], Rows]) -> None:
    lines = pd.DataFrame(rows("billing/contract_lines.csv"))
    lines = lines[~lines["line_no"].str.contains("_")].drop_duplicates()
    core = lines[(lines["product"] == "Orrery Core") & (lines["client_no"] != "ORR-99999")]
    for _, mine in core.groupby("client_no"):
        ordered = mine.sort_values("valid_from")
        assert list(ordered["valid_to"][:-1]) == list(ordered["valid_from"][1:])
