"""`/accounts`: the list of accounts, its filters, columns, views and export."""

from serving.console.accounts.routes import router

__all__ = ["router"]
