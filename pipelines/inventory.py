"""Every source: where it comes from, what is in it, what it feeds, and what that is worth."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from features.contract import CONTRACT
from features.history import ends
from features.lake import Lake, TableInfo
from models.ablation import Kind
from pipelines.config import Config
from pipelines.errors import InputError
from pipelines.signals import signals_of
from pipelines.source_value import fed_by, kept
from pipelines.systems import system_of
from pipelines.workspace import Workspace

ACCOUNTS = "accounts"


@dataclass(frozen=True)
class SourceLine:
    """One table of the contract.

    Attributes:
        system: where its rows come from, without any password.
        rows: in the lake, all versions counted.
        first: when its earliest fact happened, ISO 8601; empty where nothing is dated.
        last: when its latest fact happened or became known, likewise.
        stale_days: days from then to the lake's last day; None where nothing is dated.
        covered: share of accounts with at least one row; None where it is not connected.
        signals: the snapshot columns it feeds, or would feed if it were connected.
        value: what it adds to the model, as last worked out; None where it was not.
    """

    table: str
    connected: bool
    system: str
    rows: int
    first: str
    last: str
    stale_days: int | None
    covered: float | None
    signals: tuple[str, ...]
    value: dict[str, Any] | None


@dataclass(frozen=True)
class Inventory:
    """All sources, connected or not, and what the signal groups add.

    Attributes:
        last_day: of the lake, ISO 8601.
        accounts: how many there are.
        sources: connected ones first, each in the contract's order.
        groups: what each signal group adds, as last worked out.
        valued: how that was worked out: model, date, horizon, rows; empty where it was not.
    """

    last_day: str
    accounts: int
    sources: tuple[SourceLine, ...]
    groups: tuple[dict[str, Any], ...]
    valued: dict[str, Any]

    def summary(self) -> dict[str, Any]:
        """Everything worth telling, as plain JSON values."""
        return asdict(self)


def inventory_of(workspace: Workspace, config: Config | None) -> Inventory:
    """Every source of the workspace with what was last worked out of its value.

    Args:
        workspace: where the lake is.
        config: where each table comes from; None where that is not known.

    Raises:
        InputError: nothing was loaded yet.
    """
    lake = workspace.lake()
    if not lake.exists:
        raise InputError(f"{workspace.root} holds no data: run `forewarn load` first.")
    catalogue = signals_of(workspace, config).catalogue
    found = kept(workspace)
    values = found.pop("values", [])
    worth = {value["name"]: value for value in values if value["kind"] == Kind.SOURCE}
    books = _Books(lake.manifest.tables, ends(lake), *coverage(lake))
    lines = [
        books.line(table.name, system_of(table.name, config), fed_by(catalogue, table.name), worth)
        for table in CONTRACT
    ]
    return Inventory(
        last_day=books.last_day.isoformat(),
        accounts=books.accounts,
        sources=tuple(sorted(lines, key=lambda line: not line.connected)),
        groups=tuple(value for value in values if value["kind"] == Kind.GROUP),
        valued=found,
    )


def coverage(lake: Lake) -> tuple[int, dict[str, int]]:
    """How many accounts there are, and how many have at least one row in each table.

    Buckets hold whole accounts, so each is counted by itself.
    """
    total, tally = 0, dict.fromkeys(lake.manifest.tables, 0)
    for index in range(lake.manifest.buckets):
        tables = lake.bucket(index, dict.fromkeys(tally, ()))
        ours = _accounts(tables[ACCOUNTS])
        total += len(ours)
        for name, rows in tables.items():
            tally[name] += pc.sum(pc.is_in(ours, value_set=_accounts(rows))).as_py() or 0
    return total, tally


def _accounts(rows: pa.Table) -> pa.Array:
    return pc.unique(rows.column("account_id").cast(pa.string()))


@dataclass(frozen=True)
class _Books:
    """What the lake says of its tables.

    Attributes:
        covered: by table, how many accounts have at least one row.
    """

    tables: dict[str, TableInfo]
    last_day: date
    accounts: int
    covered: dict[str, int]

    def line(
        self, name: str, system: str, signals: tuple[str, ...], worth: dict[str, dict[str, Any]]
    ) -> SourceLine:
        """One table; `worth` holds values by table."""
        info = self.tables.get(name)
        if info is None:
            return SourceLine(name, False, system, 0, "", "", None, None, signals, None)
        last = info.last[:10]
        return SourceLine(
            table=name,
            connected=True,
            system=system,
            rows=info.rows,
            first=info.first[:10],
            last=last,
            stale_days=(self.last_day - date.fromisoformat(last)).days if last else None,
            covered=self.covered[name] / self.accounts if self.accounts else None,
            signals=signals,
            value=worth.get(name),
        )
