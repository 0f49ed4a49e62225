"""What the whole base tells: worked out, put into words and pictures, and written."""

from pipelines.insights.job import InsightsResult, work_out
from pipelines.insights.text import text

__all__ = ["InsightsResult", "text", "work_out"]
