"""The simulated company: raw exports with a known truth behind them."""

from pipelines.demo.company import DemoCompany, generate

__all__ = ["DemoCompany", "generate"]
