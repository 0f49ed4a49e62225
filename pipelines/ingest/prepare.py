"""All sources read, typed and checked, with everything that is wrong collected."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from features.contract import TABLES
from features.contract.arrow import schema
from features.lake import Lake
from pipelines.config import Config
from pipelines.errors import SourceError
from pipelines.ingest.batch import Batch, make_batch
from pipelines.ingest.outcome import outcome_problems
from pipelines.ingest.problems import Problem
from pipelines.ingest.raw import BadRow
from pipelines.ingest.report import SourceCounts
from pipelines.ingest.sources import Inputs, read_inputs, read_source

Progress = Callable[[str], None]
CREATED = ["account_id", "created_at"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What all sources of a configuration came to.

    Attributes:
        inputs: the inputs of SQL.
        batches: the sources that could be read, by table.
        problems: why others could not be read; all are fatal.
    """

    inputs: Inputs
    batches: dict[str, Batch] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def bad(self) -> Iterator[BadRow]:
        """All bad rows, those of inputs first."""
        for rows in self.inputs.bad.values():
            yield from rows
        for batch in self.batches.values():
            yield from batch.bad

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What a person should know and need not change."""
        given = [w for batch in self.batches.values() for w in batch.warnings]
        shares = _shares(batch.counts for batch in self.batches.values())
        return (*self.inputs.warnings, *given, *shares)

    @property
    def input_counts(self) -> list[SourceCounts]:
        """The counts of the inputs."""
        return [
            SourceCounts(f"inputs.{name}", read, read - bad, 0, bad)
            for name, read in self.inputs.read.items()
            for bad in [len(self.inputs.bad[name])]
        ]


def prepare(config: Config, lake: Lake | None, progress: Progress) -> Prepared:
    """Read and check every source; nothing is raised, everything wrong is collected.

    Args:
        config: the configuration.
        lake: what was loaded before, whose accounts are known too; None to ignore it.
        progress: told what is being done.
    """
    inputs = read_inputs(config)
    prepared = Prepared(inputs, problems=list(inputs.problems))
    accounts: pa.Table | None = None
    # The contract's order: accounts come first, because all others are checked against them.
    for name in [name for name in TABLES if name in config.sources]:
        progress(f"reading {name}")
        try:
            raw = read_source(name, config.sources[name], config, inputs)
            batch = make_batch(name, raw, config, accounts)
        except SourceError as error:
            prepared.problems.extend(error.problems)
            continue
        prepared.batches[name] = batch
        if name == "accounts":
            accounts = _created(
                pa.concat_tables([*_known_accounts(lake), _of_accounts(batch.rows)])
            )
            prepared.problems.extend(_no_accounts(batch, lake))
    connected = {*config.sources, *(lake.manifest.tables if lake else ())}
    read = {name: batch.rows for name, batch in prepared.batches.items()}
    prepared.problems.extend(outcome_problems(config, connected, read))
    return prepared


def share_problems(
    config: Config, counts: Iterable[SourceCounts], kept_in: str = ""
) -> list[Problem]:
    """A fatal problem for each source of which more is bad than the configuration allows.

    Args:
        config: the configuration.
        counts: the counts of all sources.
        kept_in: where the bad rows can be looked at.
    """
    problems = []
    for count in counts:
        source = config.sources.get(count.source)
        own = source.max_bad_share if source else None
        allowed = config.load.max_bad_share if own is None else own
        if count.bad_share > allowed:
            reason = (
                f"{count.quarantined:,} of {count.read:,} rows are bad ({count.bad_share:.1%}), "
                f"more than max_bad_share = {allowed:g} allows"
            )
            look = f"See {kept_in}/{count.source}.csv. " if kept_in else ""
            remedy = f"{look}Correct the rows, or raise max_bad_share."
            problems.append(Problem(count.source, reason, remedy, fatal=True))
    return problems


def _known_accounts(lake: Lake | None) -> Iterator[pa.Table]:
    """Which accounts the lake holds, and when each version says that they were created."""
    for rows in lake.every("accounts", CREATED) if lake else ():
        yield _of_accounts(rows)


def _of_accounts(rows: pa.Table) -> pa.Table:
    wanted = [schema(TABLES["accounts"]).field(name) for name in CREATED]
    return rows.select(CREATED).cast(pa.schema(wanted))


def _created(accounts: pa.Table) -> pa.Table:
    """Each account once, and when it was created by the earliest that any version says."""
    ids = accounts.column("account_id").combine_chunks().dictionary_encode()
    said, none = accounts.column("created_at"), np.iinfo(np.int64).max
    first = np.full(len(ids.dictionary), none)
    moments = said.cast(pa.int64()).fill_null(none).to_numpy()
    np.minimum.at(first, ids.indices.to_numpy(), moments)
    created = pa.array(first, said.type, mask=first == none)
    return pa.table([ids.dictionary, created], CREATED)


def _no_accounts(batch: Batch, lake: Lake | None) -> list[Problem]:
    if len(batch.rows) or (lake and lake.exists):
        return []
    remedy = "Bring at least one good row."
    return [Problem("accounts", "it has no rows that can be used", remedy, fatal=True)]


def _shares(counts: Iterable[SourceCounts]) -> Iterator[Problem]:
    """Warnings about repeated and early rows, and about logs without any."""
    for count in counts:
        if count.read == 0:
            yield Problem(count.source, "it has no rows", "Check its files or its query.")
        if count.duplicates:
            share = f"{count.duplicates:,} rows ({count.duplicate_share:.1%})"
            reason = f"{share} repeat another row and were counted once"
            remedy = 'If logs without ids repeat for real: [load] duplicates = "keep".'
            yield Problem(count.source, reason, remedy)
        if count.early:
            share = f"{count.early:,} rows ({count.early / count.read:.1%})"
            remedy = 'before_account = "quarantine" sets them aside, "keep" keeps them.'
            yield Problem(count.source, f"{share} lie before their account's created_at", remedy)
