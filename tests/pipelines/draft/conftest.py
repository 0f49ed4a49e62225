"""Invented companies, exported the way that different systems write."""

import csv
import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from pipelines.cli.commands import app_of
from pipelines.config import Config, read_config
from pipelines.ingest.prepare import Prepared, prepare

BEGIN, END = date(2023, 1, 1), date(2025, 6, 30)
APP = app_of({"init", "check", "run"})


@dataclass(frozen=True)
class Life:
    """A customer: when it came and left, what it pays a month, and the days it did something."""

    number: int
    start: date
    end: date | None
    amount: int
    yearly: bool
    seats: int
    days: tuple[date, ...]

    @property
    def notice(self) -> date | None:
        return self.end and self.end - timedelta(days=20)


def lives(count: int, seed: int = 3) -> Iterator[Life]:
    """Customers who do less in the two months before they leave."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        start = BEGIN + timedelta(days=int(rng.integers(0, 600)))
        stays, gap = int(rng.exponential(500)) + 60, float(rng.uniform(1.5, 5))
        end, at, days = start + timedelta(days=stays), 0.0, []
        while (day := start + timedelta(days=int(at))) <= min(end, END):
            days.append(day)
            slow = 3 if end <= END and stays - at < 60 else 1
            at += float(rng.exponential(gap * slow)) + 0.5
        yield Life(
            number,
            start,
            end if end <= END else None,
            int(rng.integers(5, 60)) * 10,
            bool(rng.random() < 0.4),
            int(rng.integers(1, 30)),
            tuple(days),
        )


def write(path: Path, header: str, rows: Sequence[Sequence[object]], **how: Any) -> None:
    """A file of text; the header's names are parted by commas."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding=how.get("encoding", "utf-8")) as file:
        writer = csv.writer(file, delimiter=how.get("delimiter", ","))
        writer.writerow(header.split(","))
        writer.writerows(rows)


def epoch(day: date | None) -> int | str:
    moment = day and datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC)
    return int(moment.timestamp()) if moment else ""


def stripe(folder: Path, who: Sequence[Life]) -> None:
    """Seconds since 1970, cents for each seat, monthly and yearly; a log in milliseconds."""
    write(
        folder / "customers.csv",
        "id,email,name,created,delinquent,currency",
        [
            (f"cus_{x.number:05}x", f"c{x.number}@example.org", f"Firm {x.number}",
             epoch(x.start), "false", "usd")
            for x in who
        ],
    )  # fmt: skip
    write(
        folder / "subscriptions.csv",
        "id,customer,status,created,start_date,current_period_end,canceled_at,ended_at,plan_id,"
        "unit_amount,quantity,interval,currency",
        [
            (f"sub_{x.number:05}y", f"cus_{x.number:05}x", "canceled" if x.end else "active",
             epoch(x.start), epoch(x.start), epoch(x.end or END), epoch(x.notice), epoch(x.end),
             "pro" if x.seats > 10 else "basic", x.amount * (1000 if x.yearly else 100),
             x.seats, "year" if x.yearly else "month", "usd")
            for x in who
        ],
    )  # fmt: skip
    rows = [
        {"event": "login" if day.day % 2 else "report", "customer_id": f"cus_{x.number:05}x",
         "timestamp": int(epoch(day)) * 1000}
        for x in who for day in x.days
    ]  # fmt: skip
    (folder / "events.jsonl").write_text("\n".join(map(json.dumps, rows)))


def american(day: date | None) -> str:
    return f"{day.month:02}/{day.day:02}/{day.year}" if day else ""


def crm(folder: Path, who: Sequence[Life]) -> None:
    """Names with blanks, months first, dollars with commas between thousands."""
    write(
        folder / "Accounts.csv",
        "Account ID,Account Name,Industry,Billing Country,Number of Employees,Account Owner,"
        "Created Date,Churn Status",
        [
            (f"001{x.number:012}", f"Firm {x.number}", ("Retail", "Health")[x.number % 2], "US",
             x.seats * 10, "Ann", american(x.start), "Lost" if x.end else "Active")
            for x in who
        ],
    )  # fmt: skip
    write(
        folder / "Opportunities.csv",
        "Opportunity ID,Account ID,Stage,Annual Contract Value,Close Date,Contract Start Date,"
        "Contract End Date,Currency",
        [
            (f"006{x.number:012}", f"001{x.number:012}", "Closed Won", f"${x.amount * 12:,.2f}",
             american(x.start - timedelta(days=9)), american(x.start), american(x.end), "USD")
            for x in who
        ],
    )  # fmt: skip
    write(
        folder / "Cases.csv",
        "Case Number,Account ID,Date/Time Opened,Date/Time Closed,Priority,Type,Subject",
        [
            (f"{x.number * 1000 + i:08}", f"001{x.number:012}", f"{american(day)}, 9:05 AM",
             f"{american(day + timedelta(days=2))}, 4:45 PM",
             ("Low", "Medium", "High", "Urgent")[i % 4], "Bug", "Help")
            for x in who for i, day in enumerate(x.days[::9])
        ],
    )  # fmt: skip
    write(
        folder / "Tasks.csv",
        "Activity ID,Account ID,Type,Date,Subject",
        [
            (f"00T{x.number * 1000 + i:012}", f"001{x.number:012}", ("Call", "Email")[i % 2],
             american(day), "Catch up")
            for x in who for i, day in enumerate(x.days[::5])
        ],
    )  # fmt: skip


def german(day: date | None) -> str:
    return f"{day.day:02}.{day.month:02}.{day.year}" if day else ""


def comma(amount: float) -> str:
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def erp(folder: Path, who: Sequence[Life]) -> None:
    """Semicolons, decimal commas, days first, two encodings, amounts by the year."""
    how = {"delimiter": ";", "encoding": "latin-1"}
    write(
        folder / "Kundenstamm.csv",
        "Kundennummer,Firma,Branche,Land,Mitarbeiter,Kundenbetreuer,Kunde seit",
        [
            (10_000 + x.number, f"Müller {x.number} GmbH", ("Handel", "Öle & Fette")[x.number % 2],
             "Österreich", x.seats * 10, "Jörg Weiß", german(x.start))
            for x in who
        ],
        **how,
    )  # fmt: skip
    write(
        folder / "Verträge.csv",
        "Vertragsnummer,Kundennummer,Tarif,Lizenzen,Jahresbetrag,Währung,Vertragsbeginn,"
        "Vertragsende,Kündigungsdatum,Zahlungsweise",
        [
            (f"V-{x.number:04}", 10_000 + x.number, "Groß", x.seats, comma(x.amount * 12.5), "EUR",
             german(x.start), german(x.end), german(x.notice),
             "jährlich" if x.yearly else "monatlich")
            for x in who
        ],
        **how,
    )  # fmt: skip
    write(
        folder / "Rechnungen.csv",
        "Rechnungsnummer,Kundennummer,Rechnungsdatum,Fällig am,Bezahlt am,Rechnungsbetrag",
        [
            (f"R{x.number:04}{i:03}", 10_000 + x.number, german(day),
             german(day + timedelta(days=14)), german(day + timedelta(days=9)),
             f"{comma(x.amount * 1.5)} €")
            for x in who for i, day in enumerate(x.days[::12])
        ],
        delimiter=";", encoding="cp1252",
    )  # fmt: skip


def product(folder: Path, who: Sequence[Life]) -> None:
    """A file of packed JSON lines for each year; the account is inside another value."""
    folder.mkdir(parents=True, exist_ok=True)
    for year in (2023, 2024, 2025):
        rows = [
            {"messageId": f"m{x.number}-{i}", "eventName": ("Login", "Export")[i % 2],
             "userId": f"u{x.number}-{i % 3}", "sentAt": f"{day}T08:01:{i % 60:02}Z",
             "context": {"groupId": f"ws{x.number}", "ip": "10.0.0.1"}}
            for x in who for i, day in enumerate(x.days) if day.year == year
        ]  # fmt: skip
        packed(folder / f"events-{year}.jsonl.gz", rows)
    packed(
        folder / "workspaces.ndjson.gz",
        [
            {"workspaceId": f"ws{x.number}", "workspaceName": f"Team {x.number}",
             "createdAt": f"{x.start}T00:00:00Z", "country": "FR"}
            for x in who
        ],
    )  # fmt: skip


def packed(path: Path, rows: Sequence[dict[str, object]]) -> None:
    with gzip.open(path, "wt") as file:
        file.write("\n".join(map(json.dumps, rows)))


def listening(folder: Path, who: Sequence[Life]) -> None:
    """Dates as numbers, people as accounts, one number beside another and no event."""
    ids = {x.number: f"{x.number:06}aZ+x=" for x in who}
    write(
        folder / "members.csv",
        "msno,city,bd,gender,registered_via,registration_init_time",
        [(ids[x.number], x.number % 20, 30, "", 9, f"{x.start:%Y%m%d}") for x in who],
    )
    write(
        folder / "user_logs.csv",
        "msno,date,num_25,num_100,total_secs",
        [
            (ids[x.number], f"{day:%Y%m%d}", day.day % 5, x.seats, round(x.seats * 101.7, 3))
            for x in who
            for day in x.days
        ],
    )


def snapshot(folder: Path, who: Sequence[Life]) -> None:
    """One row a customer, who has left in a flag, and no date at all."""
    write(
        folder / "Telco-Customer-Churn.csv",
        "customerID,gender,tenure,Contract,MonthlyCharges,TotalCharges,Churn",
        [
            (f"{x.number:04}-ABCDE", "Male", 12, "Month-to-month", f"{x.amount / 10 + 0.35:.2f}",
             f"{x.amount * 3.3:.2f}", "Yes" if x.end else "No")
            for x in who
        ],
    )  # fmt: skip


EXPORTS = {
    "stripe": stripe, "crm": crm, "erp": erp, "product": product, "listening": listening,
    "snapshot": snapshot,
}  # fmt: skip


@dataclass
class Stranger:
    """A folder with exports, and the commands that are run in it."""

    folder: Path

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def export(self, kind: str, count: int = 60) -> list[Life]:
        who = list(lives(count))
        EXPORTS[kind](self.folder / "exports", who)
        return who

    def forewarn(self, *arguments: str) -> Result:
        return CliRunner().invoke(APP, list(arguments))

    def init(self, *more: str) -> Result:
        return self.forewarn("init", "exports", *more)

    @property
    def text(self) -> str:
        return (self.folder / "forewarn.toml").read_text()

    @property
    def config(self) -> Config:
        return read_config(self.folder / "forewarn.toml")

    def prepared(self) -> Prepared:
        return prepare(self.config, None, lambda _: None)


@pytest.fixture
def stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stranger:
    monkeypatch.chdir(tmp_path)
    return Stranger(tmp_path)


@pytest.fixture
def snapshots_of() -> Callable[[Path], dict[Path, int]]:
    """Every file below a folder, with when it was last written."""
    return lambda folder: {p: p.stat().st_mtime_ns for p in folder.rglob("*") if p.is_file()}
