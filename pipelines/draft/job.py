"""Drafting a configuration: from files to a file that loads."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from features.contract import TABLES
from pipelines.config import Config, parse_config, read_config
from pipelines.draft.compose import compose
from pipelines.draft.draft import Draft, currencies_of
from pipelines.draft.events import numbers, undone
from pipelines.draft.filling import looked_for
from pipelines.draft.found import find_files
from pipelines.draft.outcome import outcome_of
from pipelines.draft.plans import ended_after, planned
from pipelines.draft.report import Drafted, of_tables, table_of
from pipelines.draft.sheets import Sheet, read_sheets
from pipelines.draft.snapshots import not_learnt_from
from pipelines.draft.spoilt import left_out
from pipelines.errors import InputError
from pipelines.ingest.doubts import last_days
from pipelines.ingest.prepare import Progress, prepare
from pipelines.ingest.problems import Problem


def draft_config(given: Sequence[Path], to: Path, force: bool, say: Progress) -> Drafted:
    """Look at exported files, draft their configuration, write it and read it back.

    Args:
        given: files and folders.
        to: the configuration to write.
        force: write over one that is there.
        say: told what is being done.

    Raises:
        InputError: the file is there, nothing can be read, or nothing can be learnt from it.
    """
    if to.exists() and not force:
        raise InputError(f"{to} is there already: --force writes over it, --to FILE elsewhere.")
    if not to.parent.is_dir():
        raise InputError(f"there is no folder {to.parent}: make it, or give another --to.")
    folder = to.parent.resolve()
    found, skipped = find_files(given, folder)
    say(f"reading {len(found)} files")
    sheets, broken = read_sheets(found)
    say("telling what they are")
    plans, failed = planned(sheets)
    draft = Draft(tuple(plans), tuple(failed), (*skipped, *broken), currencies_of(plans))
    _usable(draft, sheets)
    draft, problems = _with_outcome(draft, folder, say)
    to.write_text(compose(draft), encoding="utf-8", newline="\n")
    read_config(to)
    return Drafted(draft, to, problems)


def _usable(draft: Draft, sheets: Sequence[Sheet]) -> None:
    """Refuse a draft that no outcome can come of, whatever its rows are."""
    if draft.of("accounts") or draft.derived:
        snapshot = not_learnt_from(sheets)
        if draft.tables != ["accounts"]:
            return
        _refuse(draft, snapshot or "there are accounts, and no table that tells of losses")
    snapshot = not_learnt_from(sheets)
    account = looked_for(TABLES["accounts"], TABLES["accounts"].column("account_id"))
    _refuse(draft, snapshot or f"no file lists accounts or what they did: {account}")


def _refuse(draft: Draft, reason: str) -> None:
    asked = "".join(f"\n  {line}" for line in of_tables(draft))
    raise InputError(f"nothing was written: {reason}\n\n{table_of(draft)}{asked}")


def _with_outcome(draft: Draft, folder: Path, say: Progress) -> tuple[Draft, tuple[Problem, ...]]:
    """The draft with its outcome, and without optional columns that spoil rows."""
    say("reading the rows as a load would")
    prepared = prepare(_parsed(draft, folder), None, lambda _: None)
    spoilt = left_out(prepared)
    if spoilt:
        draft = replace(draft, spoilt=spoilt)
        prepared = prepare(_parsed(draft, folder), None, lambda _: None)
    ends = prepared.batches.get("subscriptions")
    if ends is not None and last_days(ends.rows):
        draft = replace(draft, plans=tuple(map(ended_after, draft.plans)))
        prepared = prepare(_parsed(draft, folder), None, lambda _: None)
    rows = {name: batch.rows for name, batch in prepared.batches.items()}
    found = outcome_of(rows, _activity(draft), datetime.now(UTC))
    if isinstance(found, str):
        _refuse(draft, found)
    else:
        draft = replace(draft, outcome=found)
    bad = tuple(row.problem for row in prepared.bad)
    return draft, (*_of_sources(prepared.problems), *bad)


def _of_sources(problems: Iterable[Problem]) -> list[Problem]:
    """The problems without those of the outcome, which is not settled yet."""
    return [problem for problem in problems if problem.source]


def _parsed(draft: Draft, folder: Path) -> Config:
    return parse_config(tomllib.loads(compose(draft, trial=True)), folder)


def _activity(draft: Draft) -> tuple[str, ...]:
    """The events that are activity, where others stand beside them; else none, which is all."""
    plans = draft.of("usage")
    if not any(numbers(plan) or undone(plan) for plan in plans):
        return ()
    own = [plan.choices["event"] for plan in plans]
    return () if any(c.source for c in own) else tuple(c.sql.strip("'") for c in own)
