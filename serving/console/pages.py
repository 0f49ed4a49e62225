"""The console's routes: one module and one template for each page, listed here."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter

from serving.console import account, accounts, docs, portfolio
from serving.console.frame import Console
from serving.console.portfolio.page import FirstPage

Document = Callable[[], dict[str, Any]]
"""Gives the OpenAPI description."""


def routers(console: Console, first: FirstPage, document: Document) -> tuple[APIRouter, ...]:
    """The routes of every page."""
    return (
        portfolio.router(console, first),
        accounts.router(console),
        account.router(console),
        docs.router(console, document),
    )
