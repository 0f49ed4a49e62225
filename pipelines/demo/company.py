"""Generating the whole company: hidden story first, then its exports, table by table."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pipelines.demo.config import write_config
from pipelines.demo.dates import Array, Calendar, calendar
from pipelines.demo.dirt import DUPLICATE, MESSES, ORPHAN, soil
from pipelines.demo.facts import Columns, Story
from pipelines.demo.hazard import Fate, draw_fate
from pipelines.demo.life import draw_life
from pipelines.demo.mood import draw_mood
from pipelines.demo.nature import draw_nature
from pipelines.demo.people import draw_people
from pipelines.demo.tables.accounts import accounts as accounts_table
from pipelines.demo.tables.contacts import contacts
from pipelines.demo.tables.feedback import feedback
from pipelines.demo.tables.interactions import interactions
from pipelines.demo.tables.interventions import interventions
from pipelines.demo.tables.invoices import invoices
from pipelines.demo.tables.risks import risks
from pipelines.demo.tables.subscriptions import (
    draw_changes,
    draw_lines,
    outcomes,
    subscriptions,
)
from pipelines.demo.tables.surveys import surveys
from pipelines.demo.tables.tickets import tickets
from pipelines.demo.tables.usage import Uses, export, loaded, usage
from pipelines.demo.truth import truth
from pipelines.demo.world import draw_world
from pipelines.demo.write import write_csv, write_json_lines, write_parquet

TRUTH_NAME = "truth.parquet"
FILES = {
    "accounts": "crm/accounts.csv",
    "subscriptions": "billing/contract_lines.csv",
    "contacts": "crm/people.csv",
    "tickets": "support/tickets.csv",
    "interactions": "crm/conversations.csv",
    "feedback": "product/feedback.jsonl",
    "surveys": "surveys/answers.csv",
    "invoices": "billing/invoices.csv",
    "risks": "crm/risks.csv",
    "outcomes": "crm/changes.csv",
    "interventions": "crm/playbook_runs.csv",
}
DELIMITERS = {"invoices": ";"}
USAGE_FILE = "product/usage-{quarter}.parquet"
USAGE_ORPHANS, USAGE_NOBODY, USAGE_DUPLICATES = 0.001, 0.0005, 0.002
STREAMS = (
    *("world", "fate", "life", "mood", "people", "changes", "lines", "usage", "dirt", *FILES),
    "nature",
)


@dataclass(frozen=True, slots=True)
class DemoCompany:
    """What was generated.

    Attributes:
        folder: where the exports lie.
        config: the forewarn.toml that maps them.
        truth: Parquet file with the exact probabilities, which the config does not name.
        rows: rows written by table of the contract, dirt included.
        dirt: broken copies by table and flaw. All but `duplicate` belong in quarantine.
        late: rows by table that became known on a later day than they happened.
    """

    folder: Path
    config: Path
    truth: Path
    rows: dict[str, int] = field(default_factory=dict)
    dirt: dict[str, dict[str, int]] = field(default_factory=dict)
    late: dict[str, int] = field(default_factory=dict)

    def quarantined(self, table: str) -> int:
        """Rows of `table` that a loader must refuse."""
        return sum(n for flaw, n in self.dirt.get(table, {}).items() if flaw != DUPLICATE)


@dataclass(frozen=True, slots=True)
class _Pen:
    """The streams of chance by purpose, so that one table's draws never move another's."""

    streams: dict[str, np.random.Generator]

    @classmethod
    def of(cls, seed: int) -> "_Pen":
        spawned = np.random.SeedSequence(seed).spawn(len(STREAMS))
        pairs = zip(STREAMS, spawned, strict=True)
        return cls({name: np.random.default_rng(sequence) for name, sequence in pairs})

    def __getitem__(self, name: str) -> np.random.Generator:
        return self.streams[name]


def _silent(message: str) -> None:
    """Report nothing."""
    del message


def generate(
    folder: Path,
    *,
    accounts: int = 1500,
    years: int = 3,
    seed: int = 7,
    progress: Callable[[str], None] = _silent,
) -> DemoCompany:
    """Write the raw exports of a simulated B2B software company, its config and its truth.

    The history ends on 2026-06-30. The same arguments give the same bytes. Interventions are
    recorded but have no effect on losses.

    Args:
        folder: where to write; created when missing, files of the same names are replaced.
        accounts: how many customers ever sign up, at least 20.
        years: length of the history, 1 to 10.
        seed: what all chance derives from.
        progress: told in a few words what is being written.

    Raises:
        ValueError: `accounts` or `years` is out of range.
    """
    if accounts < 20 or not 1 <= years <= 10:
        raise ValueError(
            f"the demo takes at least 20 accounts and 1 to 10 years; got {accounts} and {years}"
        )
    pen, cal = _Pen.of(seed), calendar(years)
    folder.mkdir(parents=True, exist_ok=True)
    progress(f"imagining {accounts} accounts and {years} years")
    story, fate = _story(pen, cal, accounts)
    company = DemoCompany(folder, write_config(folder), folder / TRUTH_NAME)
    progress("writing their true probabilities of loss, kept aside")
    write_parquet(company.truth, truth(story.world, fate, story.nature))
    for name, columns in _tables(pen, story):
        progress(f"writing {name}")
        _write_table(pen["dirt"], company, name, columns)
    progress("writing usage")
    _write_usage(pen["usage"], company, story)
    return company


def _story(pen: _Pen, cal: Calendar, accounts: int) -> tuple[Story, Fate]:
    world = draw_world(pen["world"], cal, accounts)
    fate = draw_fate(pen["fate"], world)
    life = draw_life(pen["life"], world, fate)
    nature = draw_nature(pen["nature"], world)
    mood = draw_mood(pen["mood"], fate, nature)
    people = draw_people(pen["people"], world, life, nature, mood)
    return Story(world, life, nature, mood, people), fate


def _tables(pen: _Pen, story: Story) -> Iterator[tuple[str, Columns]]:
    """Every table but usage, as the company exports it and still clean."""
    changes = draw_changes(pen["changes"], story)
    lines = draw_lines(pen["lines"], story, changes)
    yield "accounts", accounts_table(pen["accounts"], story)
    yield "subscriptions", subscriptions(pen["subscriptions"], story, lines)
    yield "contacts", contacts(pen["contacts"], story)
    yield "tickets", tickets(pen["tickets"], story)
    yield "interactions", interactions(pen["interactions"], story)
    yield "feedback", feedback(pen["feedback"], story)
    yield "surveys", surveys(pen["surveys"], story)
    yield "invoices", invoices(pen["invoices"], story, lines)
    yield "risks", risks(pen["risks"], story)
    yield "outcomes", outcomes(pen["outcomes"], story, changes)
    yield "interventions", interventions(pen["interventions"], story)


def _write_table(
    rng: np.random.Generator, company: DemoCompany, name: str, columns: Columns
) -> None:
    if name == "tickets":
        opened, synced = columns["opened"].tolist(), columns["synced_at"].tolist()
        company.late[name] = sum(o[:10] != s[:10] for o, s in zip(opened, synced, strict=True))
    soiled, company.dirt[name] = soil(rng, columns, MESSES[name])
    company.rows[name] = len(next(iter(soiled.values())))
    path = company.folder / FILES[name]
    if path.suffix == ".jsonl":
        write_json_lines(path, soiled)
    else:
        write_csv(path, soiled, DELIMITERS.get(name, ","))


def _write_usage(rng: np.random.Generator, company: DemoCompany, story: Story) -> None:
    for former in company.folder.glob(USAGE_FILE.format(quarter="*")):
        former.unlink()
    rows, late, dirt = 0, 0, {ORPHAN: 0, "no_account": 0, DUPLICATE: 0}
    for quarter, uses in usage(rng, story):
        loaded_on = loaded(rng, uses)
        source, org = _soil_usage(rng, story, uses, loaded_on, dirt)
        late += int((loaded_on > uses.day)[loaded_on <= story.calendar.last_day].sum())
        chosen = Uses(*(getattr(uses, name)[source] for name in Uses.__slots__))
        table = export(story, chosen, loaded_on[source], org)
        write_parquet(company.folder / USAGE_FILE.format(quarter=quarter), table)
        rows += table.num_rows
    company.rows["usage"], company.late["usage"], company.dirt["usage"] = rows, late, dirt


def _soil_usage(
    rng: np.random.Generator, story: Story, uses: Uses, loaded_on: Array, dirt: dict[str, int]
) -> tuple[Array, Array]:
    """The rows to write, in order, and the account of each; counts what is wrong in `dirt`."""
    known = np.flatnonzero(loaded_on <= story.calendar.last_day)
    source, org = [known], [story.people.account[uses.person[known]]]
    for flaw, share in zip(dirt, (USAGE_ORPHANS, USAGE_NOBODY, USAGE_DUPLICATES), strict=True):
        copies = rng.choice(known, round(share * len(known)), replace=False)
        account = story.people.account[uses.person[copies]]
        wrong = {ORPHAN: story.world.size, "no_account": -1}.get(flaw)
        source.append(copies)
        org.append(account if wrong is None else np.full(len(copies), wrong))
        dirt[flaw] += len(copies)
    rows, orgs = np.concatenate(source), np.concatenate(org)
    order = np.argsort(rows, kind="stable")
    return rows[order], orgs[order]
