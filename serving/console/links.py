"""Addresses of the console's pages."""

from urllib.parse import quote

ACCOUNTS = "/accounts"


def account_link(account_id: str) -> str:
    """The page of an account, whatever characters its id holds."""
    return f"{ACCOUNTS}/{quote(account_id, safe='')}"


def what_if_link(account_id: str) -> str:
    """The page of an account with sliders moved."""
    return f"/what-if/{quote(account_id, safe='')}"
