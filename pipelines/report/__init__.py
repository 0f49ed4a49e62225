"""The leadership report: from figures to words to one self-contained page."""

from pipelines.report.write import ReportResult, write_report

__all__ = ["ReportResult", "write_report"]
