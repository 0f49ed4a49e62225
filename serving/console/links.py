"""Addresses of the console's pages."""

from collections.abc import Collection
from urllib.parse import quote, urlencode

from models.score import Band
from serving.api.accounts import AccountQuery

ACCOUNTS = "/accounts"


def account_link(account_id: str) -> str:
    """The page of an account, whatever characters its id holds."""
    return f"{ACCOUNTS}/{quote(account_id, safe='')}"


def list_link(query: AccountQuery) -> str:
    """The list as a query asks for it; what is left at its default stays out."""
    chosen = query.model_dump(mode="json", exclude_defaults=True)
    return f"{ACCOUNTS}?{urlencode(chosen, doseq=True)}" if chosen else ACCOUNTS


def toggled(bands: Collection[Band], band: Band) -> list[Band]:
    """The bands with one switched on or off, in their usual order."""
    chosen = set(bands) ^ {band}
    return [each for each in Band if each in chosen]
