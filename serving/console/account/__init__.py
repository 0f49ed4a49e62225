"""`/accounts/{id}`: one account, why it stands where it does, and what to do."""

from serving.console.account.routes import router

__all__ = ["router"]
