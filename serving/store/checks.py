"""What a scoring run may not be: a contradiction in itself."""

from collections import Counter
from collections.abc import Iterable, Sequence

from models.score import HORIZONS
from serving.store.errors import PublishError
from serving.store.records import RunHead, RunPart
from serving.store.rows import storable

SHOWN = 5


def check_head(head: RunHead) -> None:
    """Refuse what cannot hold for a run.

    Raises:
        PublishError: its horizon is none.
    """
    if head.primary_horizon not in HORIZONS:
        raise PublishError(
            f"The primary horizon is {head.primary_horizon} days; allowed are {HORIZONS}."
        )


def check_part(head: RunHead, part: RunPart) -> None:
    """Refuse a part that contradicts itself or its run.

    Raises:
        PublishError: names the first thing wrong and the accounts it is wrong for.
    """
    scored = [score.account_id for score in part.scores]
    carded = [card.account_id for card in part.cards]
    if scored != carded:
        refuse("Accounts with more than one score", _repeated(scored))
        refuse("Accounts with more than one card", _repeated(carded))
        refuse("Accounts with a score but no card", set(scored) - set(carded))
        refuse("Accounts with a card but no score", set(carded) - set(scored))
    refuse("Account ids no database can hold", (key for key in scored if not storable(key)))
    refuse(
        f"Scores that are not of {head.as_of} by version {head.model_version}",
        (
            score.account_id
            for score in part.scores
            if score.as_of != head.as_of or score.model_version != head.model_version
        ),
    )


def refuse(what: str, accounts: Iterable[str]) -> None:
    """Refuse a run for what is wrong with some of its accounts.

    Raises:
        PublishError: there are such accounts.
    """
    names = sorted(accounts)
    if names:
        raise PublishError(f"{what}: {', '.join(map(repr, names[:SHOWN]))} ({len(names)} in all).")


def _repeated(keys: Sequence[str]) -> list[str]:
    return [key for key, times in Counter(keys).items() if times > 1]
