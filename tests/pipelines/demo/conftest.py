import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.demo import DemoCompany, generate

Rows = list[dict[str, str]]


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> DemoCompany:
    """A small company: 150 accounts, two years."""
    return generate(tmp_path_factory.mktemp("demo"), accounts=150, years=2, seed=7)


@pytest.fixture(scope="session")
def rows(company: DemoCompany) -> Callable[[str], Rows]:
    """The rows of one of the company's CSV files, ragged ones with None in the last cells."""

    def read(file: str) -> Rows:
        return read_csv(company.folder / file)

    return read


@pytest.fixture(scope="session")
def lives(rows: Callable[[str], Rows]) -> dict[str, tuple[str, str]]:
    """The first and the last day of every account as text; 9999 for those still there."""
    last: dict[str, str] = {}
    for line in rows("billing/contract_lines.csv"):
        if is_clean(line["line_no"]) and line["client_no"] != "ORR-99999":
            end = line["valid_to"] or "9999"
            last[line["client_no"]] = max(end, last.get(line["client_no"], ""))
    return {
        row["client_no"]: (row["signed_up"], last.get(row["client_no"], "9999"))
        for row in rows("crm/accounts.csv")
        if is_clean(row["client_no"])
    }


def is_clean(identifier: str) -> bool:
    """Whether an id is the company's own, not that of a broken copy."""
    return "_" not in identifier


def read_csv(path: Path) -> Rows:
    text = path.read_text()
    delimiter = ";" if ";" in text.splitlines()[0] else ","
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))
