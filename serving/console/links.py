"""Addresses of the console's pages."""

from urllib.parse import quote, urlencode

ACCOUNTS = "/accounts"


def account_link(account_id: str, view: str = "") -> str:
    """The page of an account, whatever characters its id holds.

    Args:
        account_id: its id.
        view: what the address of the list holds that it is opened from; see `neighbours`.
    """
    page = f"{ACCOUNTS}/{quote(account_id, safe='')}"
    return f"{page}?{urlencode({'view': view})}" if view else page


def what_if_link(account_id: str) -> str:
    """The page of an account with sliders moved."""
    return f"/what-if/{quote(account_id, safe='')}"
