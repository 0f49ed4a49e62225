"""The console's routes: one module and one template for each page, listed here."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter

from serving.console import account, accounts, docs, portfolio
from serving.console.frame import Console

Document = Callable[[], dict[str, Any]]
"""Gives the OpenAPI description."""


def routers(console: Console, document: Document) -> tuple[APIRouter, ...]:
    """The routes of every page."""
    return (
        portfolio.router(console),
        accounts.router(console),
        account.router(console),
        docs.router(console, document),
    )
