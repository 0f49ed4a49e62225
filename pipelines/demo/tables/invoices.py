"""The billing system's invoices: one a billing period; accounts in trouble pay late or never."""

from collections.abc import Iterator
from itertools import count

import numpy as np

from pipelines.demo.dates import NEVER, Array
from pipelines.demo.facts import Columns, Story, money, numbered, words, written
from pipelines.demo.tables.subscriptions import Line
from pipelines.demo.world import CURRENCIES

TERMS_DAYS = 14
FORM = "%d.%m.%Y"


def invoices(rng: np.random.Generator, story: Story, lines: list[Line]) -> Columns:
    """One row an invoice, in order of issue."""
    account, day, amount = _issued(story, lines)
    cal, world = story.calendar, story.world
    paid = day + TERMS_DAYS + _delay(rng, story, account, day)
    return {
        "invoice_no": numbered("RE", len(day)),
        "client_no": world.ids[account],
        "total": money(amount),
        "currency": words(world.currency[account], CURRENCIES),
        "issued": written(cal.stamps(day), FORM),
        "due": written(cal.stamps(day + TERMS_DAYS), FORM),
        "paid": written(cal.so_far(cal.stamps(paid)), FORM),
    }


def _issued(story: Story, lines: list[Line]) -> tuple[Array, Array, Array]:
    """Account, day and amount of every invoice of the history, in order of day."""
    paid_lines: dict[int, list[Line]] = {}
    for line in lines:
        if not line.free:
            paid_lines.setdefault(line.account, []).append(line)
    rows = sorted(row for mine in paid_lines.values() for row in _of_account(story, mine))
    days, accounts = (np.array([row[k] for row in rows], np.int64) for k in (0, 1))
    return accounts, days, np.array([row[2] for row in rows], float)


def _of_account(story: Story, lines: list[Line]) -> Iterator[tuple[int, int, float]]:
    """Day, account and amount of each invoice for the account's paid lines."""
    world, life, account = story.world, story.life, lines[0].account
    months = int(world.billing_months[account])
    for number in count():
        day = world.period_start(account, number)
        if day > life.last[account]:
            return
        if day >= life.first[account]:
            fee = sum(line.mrr for line in lines if line.start <= day < line.end)
            yield day, account, fee * months


def _delay(rng: np.random.Generator, story: Story, account: Array, day: Array) -> Array:
    """Days after the due date on which each is paid; negative is early, NEVER is not yet."""
    habit = rng.normal(-8.0, 4.0, story.world.size)[account]
    due_week = np.minimum((day + TERMS_DAYS) // 7, story.calendar.weeks - 1)
    late = 16.0 * story.mood.payment[account, due_week]
    delay = np.round(rng.normal(habit + late, 5.0)).astype(np.int64)
    after_notice = day >= story.life.notice[account]
    unpaid = rng.random(len(day)) < np.where(after_notice, 0.25, 0.004)
    return np.where(unpaid, NEVER, np.maximum(delay, 2 - TERMS_DAYS))
