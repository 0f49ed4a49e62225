"""The main signals computed again in plain Python, row by row, over random companies."""

import math
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.contract import KNOWN_AT, TABLES, Table
from features.currency import Rate, Rates
from features.facts import Bucket, View
from features.signals import catalogue_for
from features.snapshot import snapshots

Row = dict[str, Any]
Rows = dict[str, list[Row]]
Found = float | str | None

AS_OF = date(2026, 2, 20)
CUT = datetime(2026, 2, 21, tzinfo=UTC)
DAY = timedelta(days=1)
FACTORS = {"EUR": 1.0, None: 1.0, "USD": 0.5, "chf": 1.25}
RATES = Rates(
    "EUR",
    (
        Rate("USD", date(2026, 1, 1), 0.9),  # type: ignore[arg-type]
        Rate("USD", date(2026, 2, 1), 0.5),  # type: ignore[arg-type]
        Rate("CHF", date(2026, 3, 1), 1.25),  # type: ignore[arg-type]
    ),
)
CATALOGUE = catalogue_for(["login"])


def visible(table: Table, rows: list[Row], fact: Callable[[Table, Row], Any]) -> list[Row]:
    """The version of each fact that held, if it had happened, with late columns emptied."""
    known = [r for r in rows if r[KNOWN_AT.name] is None or r[KNOWN_AT.name] < CUT]
    newest: dict[Any, Row] = {}
    for number, row in enumerate(known):
        key = fact(table, row) or ("row", number)
        if key not in newest or clock(newest[key][KNOWN_AT.name]) < clock(row[KNOWN_AT.name]):
            newest[key] = row
    return [hidden(table, r) for r in newest.values() if clock(r[table.occurred]) < CUT]


def clock(moment: datetime | None) -> datetime:
    return moment or datetime(1, 1, 1, tzinfo=UTC)


def hidden(table: Table, row: Row) -> Row:
    shown = dict(row)
    for column in table.columns:
        until = row[column.hidden_until] if column.hidden_until else datetime(1, 1, 1, tzinfo=UTC)
        if until is None or until >= CUT:
            shown[column.name] = None
    return shown


class Account:
    """What was visible of one account."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    def within(self, table: str, days: float = math.inf, back: int = 0, **words: Any) -> list[Row]:
        occurred = TABLES[table].occurred
        kept = []
        for row in self.rows[table]:
            if any(row[name] not in among for name, among in words.items()):
                continue
            if days == math.inf:
                kept.append(row)
            elif row[occurred] is not None:
                end = CUT - back * days * DAY
                if end - days * DAY <= row[occurred] < end:
                    kept.append(row)
        return kept

    def running(self, table: str, *closing: str, **words: Any) -> list[Row]:
        rows = self.within(table, **words)
        return [r for r in rows if all(r[c] is None or r[c] >= CUT for c in closing)]


def total(rows: Iterable[Row], column: str) -> float:
    return math.fsum(float(r[column]) * FACTORS[r.get("currency")] for r in rows)


def values(rows: Iterable[Row], column: str) -> list[Any]:
    return [r[column] for r in rows if r[column] is not None]


def mean(numbers: list[float]) -> float | None:
    return math.fsum(numbers) / len(numbers) if numbers else None


def change(now: float, before: float) -> float:
    size = abs(now) + abs(before)
    return (now - before) / size if size else 0.0


def ago(moments: list[datetime], which: Callable[..., datetime]) -> float | None:
    return (CUT - which(moments)) / DAY if moments else None


def days(rows: list[Row]) -> list[date]:
    return sorted({r["occurred_at"].date() for r in rows})


def spans(rows: list[Row], begin: str, end: str, unit: timedelta) -> list[float]:
    pairs = [(r[begin], r[end]) for r in rows if r[begin] is not None and r[end] is not None]
    return [(late - early) / unit for early, late in pairs]


def silence(rows: list[Row]) -> float | None:
    active = days(rows)
    if len(active) < 3:
        return None
    gaps = [(b - a).days for a, b in zip(active, active[1:], strict=False)]
    return (AS_OF - active[-1]).days / (sum(gaps) / len(gaps))


def share(part: list[Row], whole: list[Row], empty: float | None) -> float | None:
    return len(part) / len(whole) if whole else empty


def latest(rows: list[Row], column: str, occurred: str) -> Any:
    """The latest value, where it is beyond doubt which one that is."""
    with_value = [r for r in rows if r[column] is not None]
    if not with_value:
        return None
    last = max((clock(r[occurred]), clock(r[KNOWN_AT.name])) for r in with_value)
    found = {r[column] for r in with_value if (clock(r[occurred]), clock(r[KNOWN_AT.name])) == last}
    return found.pop() if len(found) == 1 else AMBIGUOUS


AMBIGUOUS = object()


def consumption(a: Account) -> dict[str, Any]:
    usage = a.within("usage")
    moments = values(usage, "occurred_at")
    logins = a.within("usage", event=("login",))
    found: dict[str, Any] = {
        "consumption__last_used": ago(moments, max),
        "consumption__first_used": ago(moments, min),
        "consumption__silence": silence(usage),
        "consumption__records": len(usage),
        "consumption__invoiced_90d": total(a.within("invoices", 90), "amount"),
        "consumption__login_days": len(days(logins)),
        "consumption__login_silence": silence(logins),
    }
    for n in (7, 30):
        now, before = a.within("usage", n), a.within("usage", n, 1)
        volumes = total(now, "quantity"), total(before, "quantity")
        found[f"consumption__volume_{n}d"] = volumes[0]
        found[f"consumption__volume_change_{n}d"] = change(*volumes)
        found[f"consumption__active_days_{n}d"] = len(days(now))
    login = a.within("usage", 30, event=("login",)), a.within("usage", 30, 1, event=("login",))
    found["consumption__login_count_30d"] = len(login[0])
    found["consumption__login_change_30d"] = change(*(total(r, "quantity") for r in login))
    found["consumption__active_days_change_30d"] = change(
        len(days(a.within("usage", 30))), len(days(a.within("usage", 30, 1)))
    )
    return found


def adoption(a: Account) -> dict[str, Any]:
    now, before = a.within("usage", 30), a.within("usage", 30, 1)
    users, users_before = ({*values(rows, "user_id")} for rows in (now, before))
    seats = sum(values(a.running("subscriptions", "ended_at"), "seats"))
    return {
        "adoption__users_30d": len(users),
        "adoption__users_change_30d": change(len(users), len(users_before)),
        "adoption__features_7d": len({*values(a.within("usage", 7), "event")}),
        "adoption__seats": seats,
        "adoption__utilisation_30d": len(users) / seats if seats else None,
    }


def engagement(a: Account) -> dict[str, Any]:
    talks, inbound = a.within("interactions", 90), ("inbound",)
    sponsors = ("executive", "champion")
    known = a.within("contacts", role=sponsors)
    return {
        "engagement__touches_30d": len(a.within("interactions", 30)),
        "engagement__inbound_share_90d": share(
            a.within("interactions", 90, direction=inbound), talks, None
        ),
        "engagement__meetings_30d": len(a.within("interactions", 30, channel=("meeting", "call"))),
        "engagement__customer_last_spoke": ago(
            values(a.within("interactions", direction=inbound), "occurred_at"), max
        ),
        "engagement__people_spoken_90d": len({*values(talks, "contact_id")}),
        "engagement__contacts": len(a.running("contacts", "left_at")),
        "engagement__sponsors": len(a.running("contacts", "left_at", role=sponsors)),
        "engagement__sponsors_left": share([r for r in known if r["left_at"]], known, 0.0),
        "engagement__known_for": ago(values(a.within("contacts"), "joined_at"), min),
    }


def experience(a: Account) -> dict[str, Any]:
    tickets, answers = a.within("tickets", 90), a.within("surveys", 365, kind=("nps",))
    hour = timedelta(hours=1)
    return {
        "experience__tickets_30d": len(a.within("tickets", 30)),
        "experience__severe_tickets_90d": len(
            a.within("tickets", 90, severity=("high", "critical"))
        ),
        "experience__open_tickets": len(a.running("tickets", "resolved_at")),
        "experience__escalated_90d": share([r for r in tickets if r["escalated_at"]], tickets, 0.0),
        "experience__first_response_90d": mean(
            spans(tickets, "opened_at", "first_response_at", hour)
        ),
        "experience__resolution_90d": mean(spans(tickets, "opened_at", "resolved_at", hour)),
        "experience__ticket_rating_90d": mean(values(tickets, "csat")),
        "experience__nps_365d": latest(answers, "score", "occurred_at"),
        "experience__nps_mean_365d": mean(values(answers, "score")),
        "experience__complaints_30d": len(a.within("feedback", 30, kind=("complaint", "bug"))),
    }


def risk(a: Account) -> dict[str, Any]:
    closed = ("resolved_at", "expires_at")
    invoices = a.running("invoices", "paid_at")
    recent = a.within("invoices", 90)
    return {
        "risk__open_risks": len(a.running("risks", *closed)),
        "risk__serious_risks": len(a.running("risks", *closed, level=("high", "critical"))),
        "risk__risk_kinds_180d": len({*values(a.within("risks", 180), "category")}),
        "risk__unpaid": len(invoices),
        "risk__overdue": len([r for r in invoices if r["due_at"] and r["due_at"] < CUT]),
        "risk__payment_delay_90d": mean(spans(recent, "due_at", "paid_at", DAY)),
    }


def profile(a: Account) -> dict[str, Any]:
    held = a.running("subscriptions", "ended_at")
    ahead = [moment for moment in values(held, "renews_at") if moment >= CUT]
    all_held = a.within("subscriptions")
    return {
        "profile__industry": latest(a.within("accounts"), "industry", "created_at"),
        "profile__employees": latest(a.within("accounts"), "employees", "created_at"),
        "profile__age": ago(values(a.within("accounts"), "created_at"), min),
        "profile__mrr": total(held, "mrr"),
        "profile__products": len(held),
        "profile__plan": latest(all_held, "plan", "started_at"),
        "profile__auto_renew": latest(all_held, "auto_renew", "started_at"),
        "profile__product_range": len({*values(all_held, "product")}),
        "profile__renewal": (min(ahead) - CUT) / DAY if ahead else None,
        "profile__contract_age": ago(values(all_held, "started_at"), max),
        "profile__playbooks_90d": len(a.within("interventions", 90)),
    }


def everyone(view: View) -> np.ndarray:
    return np.ones(view.size, dtype=bool)


@settings(max_examples=100)
@given(st.data())
def test_snapshots_say_what_a_reader_of_the_rows_would_say(
    companies: st.SearchStrategy[Rows],
    fact: Callable[[Table, Row], Any],
    bucket: Callable[..., Bucket],
    data: st.DataObject,
) -> None:
    company = data.draw(companies)
    shown = {name: visible(TABLES[name], rows, fact) for name, rows in company.items()}
    for found in snapshots(bucket(company, RATES), CATALOGUE, [AS_OF], everyone).to_pylist():
        mine = {
            name: [r for r in rows if r["account_id"] == found["account_id"]]
            for name, rows in shown.items()
        }
        for group in (consumption, adoption, engagement, experience, risk, profile):
            for name, expected in group(Account(mine)).items():
                assert agrees(found[name], expected), f"{name}: {expected}, found {found[name]}"


def agrees(found: Found, expected: Any) -> bool:
    if expected is AMBIGUOUS:
        return True
    if expected is None or isinstance(expected, str):
        return found == expected or (expected is None and found != found)
    return found == pytest.approx(float(expected), rel=1e-9, abs=1e-9)
