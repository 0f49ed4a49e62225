"""Writing one scoring run into the store, within the caller's transaction."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from models.score import HORIZONS, Outlook
from serving.store.columns import compact
from serving.store.errors import PublishError
from serving.store.records import ScoringRun
from serving.store.rows import card_row, outlook_row, score_row, storable
from serving.store.tables import (
    ACCOUNT,
    OUTLOOK,
    SCORE,
    SCORE_LATEST,
    SCORING_RUN,
    SILENT_SOURCE,
    TRANSITION,
)

Rows = list[dict[str, Any]]


def publish_run(connection: Connection, run: ScoringRun, now: datetime) -> int:
    """Write a run; return the number of scores written, 0 where nothing changed.

    Raises:
        PublishError: the run contradicts itself.
    """
    check(run)
    scores = [score_row(score, run) for score in run.scores]
    cards = [card_row(card, run) for card in run.cards]
    ahead = [outlook_row(score) for score in run.scores if score.outlook != Outlook()]
    digest = _digest(run, scores, cards, ahead)
    if _published_digest(connection, run.as_of) == digest:
        return 0
    _withdraw(connection, run.as_of)
    _write_cards(connection, cards, run.as_of)
    _write_run(connection, run, digest, now)
    _insert_many(connection, insert(SCORE), scores)
    _insert_many(connection, insert(OUTLOOK), ahead)
    silent = [{"as_of": run.as_of, **asdict(each)} for each in run.silent]
    _insert_many(connection, insert(SILENT_SOURCE), silent)
    _refresh_latest(connection, run.as_of)
    _refresh_transitions(connection, run.as_of)
    return len(scores)


def check(run: ScoringRun) -> None:
    """Refuse a run that contradicts itself.

    Raises:
        PublishError: names the first thing wrong and the accounts it is wrong for.
    """
    if run.primary_horizon not in HORIZONS:
        raise PublishError(
            f"The primary horizon is {run.primary_horizon} days; allowed are {HORIZONS}."
        )
    scored = [score.account_id for score in run.scores]
    carded = [card.account_id for card in run.cards]
    _refuse("Accounts with more than one score", _repeated(scored))
    _refuse("Accounts with more than one card", _repeated(carded))
    _refuse("Accounts with a score but no card", set(scored) - set(carded))
    _refuse("Accounts with a card but no score", set(carded) - set(scored))
    _refuse("Account ids no database can hold", (key for key in scored if not storable(key)))
    _refuse(
        f"Scores that are not of {run.as_of} by version {run.model_version}",
        (
            score.account_id
            for score in run.scores
            if (score.as_of, score.model_version) != (run.as_of, run.model_version)
        ),
    )


def _refuse(what: str, accounts: Iterable[str]) -> None:
    names = sorted(accounts)
    if names:
        raise PublishError(f"{what}: {', '.join(map(repr, names[:5]))} ({len(names)} in all).")


def _repeated(keys: Sequence[str]) -> list[str]:
    return [key for key, times in Counter(keys).items() if times > 1]


def _digest(run: ScoringRun, scores: Rows, cards: Rows, ahead: Rows) -> str:
    total = hashlib.sha256(f"{run.as_of}|{run.model_version}|{run.primary_horizon}".encode())
    for row in [*_sorted(scores), *_sorted(cards), *_sorted(ahead)]:
        total.update(compact([str(value) for value in row.values()]).encode())
    for silent in run.silent:
        total.update(repr(silent).encode())
    return total.hexdigest()


def _sorted(rows: Rows) -> Rows:
    return sorted(rows, key=lambda row: str(row["account_id"]))


def _published_digest(connection: Connection, as_of: date) -> str | None:
    digest = select(SCORING_RUN.c.digest).where(SCORING_RUN.c.as_of == as_of)
    return connection.scalar(digest)


def _withdraw(connection: Connection, as_of: date) -> None:
    touched = or_(TRANSITION.c.as_of == as_of, TRANSITION.c.previous_as_of == as_of)
    connection.execute(delete(TRANSITION).where(touched))
    for table in (OUTLOOK, SCORE_LATEST, SCORE, SILENT_SOURCE, SCORING_RUN):
        connection.execute(delete(table).where(table.c.as_of == as_of))


def _write_cards(connection: Connection, cards: Rows, as_of: date) -> None:
    """Add unknown accounts; renew those whose card is not newer than this run."""
    known = {row.account_id: row.card_as_of for row in connection.execute(_known_cards())}
    fresh = [card for card in cards if card["account_id"] not in known]
    dated = [card for card in cards if known.get(card["account_id"], date.max) <= as_of]
    _insert_many(connection, insert(ACCOUNT), fresh)
    renew = update(ACCOUNT).where(ACCOUNT.c.account_id == bindparam("key"))
    _insert_many(
        connection,
        renew.values({c.name: bindparam(c.name) for c in ACCOUNT.c if c.name != "account_id"}),
        [{"key": card["account_id"], **card} for card in dated],
    )


def _known_cards() -> Any:
    return select(ACCOUNT.c.account_id, ACCOUNT.c.card_as_of)


def _write_run(connection: Connection, run: ScoringRun, digest: str, now: datetime) -> None:
    row = {
        "as_of": run.as_of,
        "model_version": run.model_version,
        "primary_horizon": run.primary_horizon,
        "accounts": len(run.scores),
        "digest": digest,
        "published_at": now,
    }
    connection.execute(insert(SCORING_RUN), row)


def _insert_many(connection: Connection, statement: Any, rows: Rows) -> None:
    if rows:
        connection.execute(statement, rows)


def _refresh_latest(connection: Connection, as_of: date) -> None:
    """Make `score_latest` this run's scores, unless a newer run is published."""
    if connection.scalar(select(func.max(SCORING_RUN.c.as_of))) != as_of:
        return
    connection.execute(delete(SCORE_LATEST))
    newest = select(*SCORE.c).where(SCORE.c.as_of == as_of)
    connection.execute(insert(SCORE_LATEST).from_select(SCORE.c.keys(), newest))


def _refresh_transitions(connection: Connection, as_of: date) -> None:
    """Band changes into this run from the one before, and out of it into the one after."""
    runs = SCORING_RUN.c.as_of
    before = connection.scalar(select(func.max(runs)).where(runs < as_of))
    after = connection.scalar(select(func.min(runs)).where(runs > as_of))
    if after is not None:
        connection.execute(delete(TRANSITION).where(TRANSITION.c.as_of == after))
        _write_transitions(connection, as_of, after)
    if before is not None:
        _write_transitions(connection, before, as_of)


def _write_transitions(connection: Connection, before: date, after: date) -> None:
    old, new = SCORE.alias("old"), SCORE.alias("new")
    changed = (
        select(new.c.account_id, new.c.as_of, old.c.as_of, old.c.band, new.c.band)
        .join_from(new, old, new.c.account_id == old.c.account_id)
        .where(new.c.as_of == after, old.c.as_of == before, new.c.band != old.c.band)
    )
    names = ["account_id", "as_of", "previous_as_of", "from_band", "to_band"]
    connection.execute(insert(TRANSITION).from_select(names, changed))
