"""Days in requests: written as ISO 8601 says, and nothing that only happens to be readable."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _written_as_day(given: Any) -> Any:
    """Refuse numbers: they would be taken for seconds since 1970.

    Raises:
        ValueError: it is no text of the form of a day.
    """
    if isinstance(given, str) and not _ISO.fullmatch(given):
        raise ValueError("a day is written YYYY-MM-DD")
    if isinstance(given, int | float):
        raise ValueError("a day is written YYYY-MM-DD, in quotes")
    return given


Day = Annotated[date, BeforeValidator(_written_as_day)]
"""A calendar day of a query or a body."""
