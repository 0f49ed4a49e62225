"""`/`: the portfolio, whom to call first and what moved."""

from serving.console.portfolio.routes import router

__all__ = ["router"]
