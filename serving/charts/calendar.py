"""Days along the width of a drawing."""

from dataclasses import dataclass
from datetime import date

SHORT = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Days:
    """An axis of days.

    Attributes:
        first, last: its ends.
        left, right: where they lie, in pixels.
    """

    first: date
    last: date
    left: float
    right: float

    def x(self, day: date) -> float:
        """Where a day lies; what is outside lies at the end."""
        held = min(max(day, self.first), self.last)
        share = (held - self.first).days / max((self.last - self.first).days, 1)
        return self.left + share * (self.right - self.left)

    def holds(self, day: date) -> bool:
        """Whether a day is on the axis."""
        return self.first <= day <= self.last

    def quarters(self, every: int = 3) -> list[tuple[date, str]]:
        """The first day of every so many months, with its name; January has its year."""
        found: list[tuple[date, str]] = []
        for year in range(self.first.year, self.last.year + 1):
            for month in range(1, 13, every):
                day = date(year, month, 1)
                if self.holds(day):
                    name = SHORT[month - 1]
                    found.append((day, f"{name} {year}" if month == 1 or not found else name))
        return found
