"""The accounts before and after one in the list that it was opened from."""

from collections.abc import Sequence
from dataclasses import dataclass

from serving import format
from serving.auth.roles import Principal
from serving.console.accounts.query import ListQuery, from_query, view_of
from serving.console.frame import Console
from serving.console.links import account_link
from serving.store import AccountScore

MOST = 200
"""Accounts of a list, from its top, through which one can go one by one."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where an account stands in its list; a link is empty at either end."""

    place: str
    previous: str
    next: str


def neighbours(
    console: Console, found: AccountScore, view: str, principal: Principal
) -> Neighbours | None:
    """The accounts beside one; None where it is not among the first of its list.

    Args:
        console: what pages are made of.
        found: the account.
        view: see `accounts.query.view_of`; empty for the list as it opens.
        principal: whose accounts.
    """
    query, account_id = from_query(view) or ListQuery(), found.card.account_id
    asked = query.question(found.score.as_of)
    ids = console.scores.first(asked, sort=query.sort, limit=MOST, owner=principal.owner)
    return _beside(ids, account_id, view_of(query)) if account_id in ids else None


def _beside(ids: Sequence[str], account_id: str, view: str) -> Neighbours:
    at = ids.index(account_id)

    def link(place: int) -> str:
        return account_link(ids[place], view) if 0 <= place < len(ids) else ""

    return Neighbours(f"{at + 1} of {format.count(len(ids))}", link(at - 1), link(at + 1))
