"""Delivering scores to a file that a CRM imports: only what changed, and nothing lost.

The file is a letter box. Every delivery adds the rows of the accounts whose content changed
since the last one, a newer row taking the place of an older one of the same account. Whoever
imports it moves the file away first and then reads it; the next delivery starts a new file.
While nobody has taken the file away its rows stay, so no change is lost however often
deliveries and imports miss one another. A file that is none of ours is never overwritten.

The file is written beside its place and renamed into it, and only then acknowledged in the
store: a delivery that is interrupted anywhere is simply made again.
"""

import csv
import io
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from models.score import AccountCard
from pipelines.delivery_rows import (
    COLUMNS,
    EARLIER,
    GONE,
    NOT_SCORED,
    Row,
    cells_of,
    content_of,
    harmless,
)
from pipelines.errors import InputError
from pipelines.exclusive import held
from pipelines.words import Words
from serving.store import DeliveryRepository, Payload, RunInfo, ScoreRepository

FIRST = 5
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a delivery did, or would do.

    Attributes:
        destination: the file, in full.
        due: what changed since the last delivery to this destination.
        unchanged: accounts it holds as they are.
        dry_run: nothing was written, nor was it where nothing is due.
    """

    destination: Path
    as_of: date
    due: tuple[Payload, ...]
    unchanged: int
    dry_run: bool

    @property
    def gone(self) -> int:
        """How many of those due are no longer scored."""
        return sum(each.content["band"] == NOT_SCORED for each in self.due)

    def summary(self) -> dict[str, Any]:
        """Everything worth telling, as plain JSON values, with the first changes."""
        return {
            "destination": str(self.destination),
            "as_of": self.as_of.isoformat(),
            "changed": len(self.due),
            "no_longer_scored": self.gone,
            "unchanged": self.unchanged,
            "dry_run": self.dry_run,
            "first_changes": [
                {"account_id": each.account_id, **each.content} for each in self.due[:FIRST]
            ],
        }


def deliver(
    engine: Engine,
    target: Path,
    as_of: date | None,
    words: Words,
    dry_run: bool = False,
    clock: Clock = lambda: datetime.now(UTC),
) -> Delivered:
    """Bring the CSV file `target` up to date with the scores of `as_of`.

    Args:
        engine: the store.
        target: the file; its full path names the destination, so that another path is
            another destination, which gets every account.
        as_of: the newest run unless given.
        words: gives the sentence of a reason.
        dry_run: find out what would be delivered, and write nothing.
        clock: says when it was delivered.

    Raises:
        InputError: the file is none of ours or cannot be written, nothing was published for
            `as_of`, or the destination already holds the scores of a later day.
    """
    path = _place(target)
    if dry_run:
        return _delivered(engine, path, as_of, words, None)
    with ExitStack() as meanwhile:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            meanwhile.enter_context(held(path.parent))
        except OSError as error:
            raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error
        return _delivered(engine, path, as_of, words, clock)


def _delivered(
    engine: Engine, path: Path, as_of: date | None, words: Words, clock: Clock | None
) -> Delivered:
    """The delivery, the only one to its folder meanwhile; without a clock what it would be.

    Two at a time would put their rows in place of each other's, and acknowledge them all.
    """
    deliveries, destination = DeliveryRepository(engine), f"file:{path}"
    scores, waiting = ScoreRepository(engine), _waiting(path)
    run = _run(scores, as_of, _last(deliveries.newest(destination), waiting), path)
    payloads = _payloads(scores, run, deliveries.held(destination), words)
    due = tuple(deliveries.changed(destination, payloads))
    if clock is not None:
        now = clock()
        if due:
            _write(path, [*waiting, *_rows(due, now)])
        deliveries.acknowledge(destination, due, now, run.as_of)
    return Delivered(path, run.as_of, due, len(payloads) - len(due), clock is None)


def _place(target: Path) -> Path:
    if target.suffix.lower() != ".csv":
        raise InputError(f"--to {target}: the file must end in .csv.")
    if target.is_dir():
        raise InputError(f"--to {target} is a folder; name a file in it.")
    return target.resolve()


def _last(given: date | None, waiting: Sequence[Row]) -> date | None:
    """The newest day the destination has, in the rows that wait too."""
    days = [row["as_of"] for row in waiting] + ([given.isoformat()] if given else [])
    return date.fromisoformat(max(days)) if days else None


def _run(scores: ScoreRepository, day: date | None, last: date | None, target: Path) -> RunInfo:
    """The run to deliver; never one older than what the destination has."""
    found = scores.newest() if day is None else scores.info(day)
    if found is None:
        known = ", ".join(each.isoformat() for each in scores.dates()[-5:]) or "none yet"
        given = "nothing to deliver" if day is None else f"--as-of {day}"
        raise InputError(f"{given}: no scores were published; the latest are {known}.")
    if last is not None and found.as_of < last:
        raise InputError(
            f"{target} was already given the scores of {last}; those of {found.as_of} are older "
            f"and would overwrite them. Deliver {last} or later, or to another file."
        )
    return found


def _payloads(
    scores: ScoreRepository, run: RunInfo, held: Iterable[str], words: Words
) -> list[Payload]:
    """What the destination is to hold: every account scored, and a word on those that left."""
    found = scores.run(run.as_of)
    times = {
        "as_of": run.as_of.isoformat(),
        "model_version": run.model_version,
        "scored_at": _instant(run.published_at),
    }
    scored = {each.score.account_id: content_of(each, words) for each in found}
    gone = {key: _gone(scores, key) for key in held if key not in scored}
    return [Payload(key, content, times) for key, content in sorted((scored | gone).items())]


def _gone(scores: ScoreRepository, account_id: str) -> Row:
    known = scores.account(account_id)
    card = known.card if known else AccountCard(account_id)
    return cells_of(card, band=NOT_SCORED, reason_1=GONE)


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _rows(due: Sequence[Payload], now: datetime) -> list[Row]:
    """The rows of a delivery, safe to open in a spreadsheet."""
    rows = [
        {"account_id": each.account_id, **each.content, **each.times, "delivered_at": _instant(now)}
        for each in due
    ]
    return [{column: harmless(cell) for column, cell in row.items()} for row in rows]


def _waiting(path: Path) -> list[Row]:
    """The rows of earlier deliveries that nobody has taken away yet.

    Raises:
        InputError: the file is not one of our deliveries.
    """
    if not path.exists():
        return []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            columns = tuple(reader.fieldnames or ())
            ours = columns in (COLUMNS, EARLIER)
            rows = [dict(row) for row in reader] if ours else []
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} exists and cannot be read: {error}.") from error
    if not ours or any(set(row) != set(columns) or None in row.values() for row in rows):
        raise InputError(
            f"{path} exists and is no delivery of ours, so it is left alone: move it away, or "
            "deliver to another file."
        )
    return [{column: row.get(column, "") for column in COLUMNS} for row in rows]


def _write(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    """Put the rows in place of the file in one step, the last row of each account only."""
    newest = {row["account_id"]: row for row in rows}
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(newest[key] for key in sorted(newest))
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        _write_through(temporary, text.getvalue())
        if path.exists():
            shutil.copymode(path, temporary)
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error


def _write_through(path: Path, text: str) -> None:
    """Write and wait for the disk: what is acknowledged must survive a loss of power."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
