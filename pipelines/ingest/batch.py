"""One source on its way to the lake: read, typed, checked, each fact once."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pyarrow as pa

from features.contract import TABLES, Table
from pipelines.config import Config, Source
from pipelines.ingest.convert import convert, without
from pipelines.ingest.doubts import doubts, totals
from pipelines.ingest.findings import Finding, Rows, bad_rows, rows_of
from pipelines.ingest.problems import Problem
from pipelines.ingest.project import project
from pipelines.ingest.raw import BadRow, Raw
from pipelines.ingest.report import SourceCounts
from pipelines.ingest.rules import (
    Money,
    before_account,
    broken_orders,
    owners,
    too_early,
    unknown_accounts,
    with_codes_upper,
    without_rate,
)
from pipelines.ingest.versions import single


@dataclass(frozen=True, slots=True)
class Batch:
    """One source, ready to be merged.

    Attributes:
        table: the declaration.
        raw: the rows as they were read.
        given: the contract's columns as taken from them, not yet typed.
        rows: the good rows in the contract's schema, each once, then their numbers.
        brought: the source says itself when rows became known.
        duplicates: rows left out because they repeat another.
        early: rows dated before their account was created.
        bad: the bad rows, one entry for each thing wrong.
        warnings: columns that look like a misspelt column of the contract, and doubts.
    """

    table: Table
    raw: Raw
    given: pa.Table
    rows: pa.Table
    brought: bool
    duplicates: int
    early: int
    bad: tuple[BadRow, ...]
    warnings: tuple[Problem, ...]

    def plus(self, findings: tuple[Finding, ...]) -> "Batch":
        """The batch with more of its rows found to be bad."""
        found = tuple(bad_rows(self.table.name, self.raw, self.given, findings))
        rows = without(self.rows, rows_of(findings))
        return replace(self, rows=rows, bad=self.bad + found)

    @property
    def counts(self) -> SourceCounts:
        """How many rows went where, as far as is known before merging."""
        read, good = self.raw.read, len(self.rows)
        bad = read - good - self.duplicates
        return SourceCounts(self.table.name, read, good, self.duplicates, bad, self.early)


def make_batch(name: str, raw: Raw, config: Config, accounts: pa.Table | None) -> Batch:
    """Type and check the rows of one source.

    Args:
        name: the table of the contract.
        raw: the source's rows.
        config: the configuration.
        accounts: account_id and created_at of every account known, once; None where they could
            not be read, so that nothing can be said about them.

    Raises:
        SourceError: columns are missing or cannot be computed.
    """
    table, source = TABLES[name], config.sources[name]
    projected = project(table, source, raw)
    converted = convert(table, projected.table, source.timestamp_formats)
    rows = with_codes_upper(table, converted.table)
    findings = [*broken_orders(table, rows), *without_rate(table, rows, Money.of(config))]
    findings += totals(table, rows)
    early = 0
    if name != "accounts" and accounts is not None:
        owner = owners(rows, accounts)
        findings += unknown_accounts(rows, owner)
        found, early = _early(table, source, rows, before_account(table, rows, accounts, owner))
        findings += found
    once = single(table, without(rows, rows_of(findings)), config.load.duplicates)
    asked = doubts(table, projected.table, once.rows, source.timestamp_formats)
    bad = bad_rows(name, raw, projected.table, [*converted.findings, *findings, *once.findings])
    return Batch(
        table,
        raw,
        projected.table,
        once.rows,
        converted.brought,
        once.duplicates,
        early,
        (*raw.bad, *bad),
        (*raw.warnings, *projected.warnings, *asked),
    )


def _early(
    table: Table, source: Source, rows: pa.Table, early: Rows
) -> tuple[Iterable[Finding], int]:
    """Rows dated before their account, as findings where they are to be set aside."""
    apart = source.before_account == "quarantine" and len(early) > 0
    return [too_early(table, rows, early)] if apart else [], len(early)
