"""Days as people on a page speak of them."""

from datetime import date

from serving.format import NARROW_SPACE, day


def day_of(when: date, now: date) -> str:
    """`14 June`, with its year where that is not this one."""
    return f"{when.day} {when:%B}" if when.year == now.year else day(when)


def days(number: int) -> str:
    """`1 day`, `61 days`."""
    return f"{number} day" if number == 1 else f"{number} days"


def short_days(number: int) -> str:
    """`61 d`, for lists."""
    return f"{number}{NARROW_SPACE}d"


def ago(when: date | None, now: date) -> str:
    """`today`, `9 days ago`, `3 months ago`; `never` for None."""
    if when is None:
        return "never"
    passed = (now - when).days
    if passed <= 0:
        return "today"
    if passed < 60:
        return f"{days(passed)} ago"
    return f"{round(passed / 30.44)} months ago"
