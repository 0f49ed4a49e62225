"""Requests that a page of another site made a browser send, told by what browsers add to them."""

from collections.abc import Mapping
from urllib.parse import urlsplit

READING = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({"same-origin", "none"})
KEY = "bearer "
"""What an `Authorization` with a key begins with, in any case."""


def foreign_site(method: str, headers: Mapping[str, str]) -> str | None:
    """Which other site sent a request that would change something; None where none did.

    Browsers say with every request whether a page of the same origin sent it
    (`Sec-Fetch-Site`, https://www.w3.org/TR/fetch-metadata/), and with every one that changes
    something which origin that was (`Origin`). A page cannot set either. Programs send
    neither, and they have no cookie that could be misused. A request with a key of ours comes from
    a program too: no page can add one without being let by us. Another `Authorization` says
    nothing: a browser that logged in to a proxy before us sends its `Basic` along from any page.

    Args:
        method: of the request.
        headers: its headers, names in lower case.
    """
    if method in READING or headers.get("authorization", "").lower().startswith(KEY):
        return None
    origin = headers.get("origin", "")
    site = headers.get("sec-fetch-site", "")
    if site:
        return None if site in OWN_SITE else origin or f"a page that is {site}"
    if not origin or urlsplit(origin).netloc == headers.get("host", ""):
        return None
    return origin
