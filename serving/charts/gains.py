"""A difference with its range beside the line of no difference, for a cell of a table."""

from markupsafe import Markup

from models.metrics import Estimate
from serving.charts.svg import circle, line, small

_WIDTH, _HEIGHT, _HALF = 110, 18, 48.0


def gain(found: Estimate, scale: float, words: str) -> Markup:
    """The dot is filled where the range leaves zero out; right of the line is better.

    Args:
        found: above zero is better.
        scale: the difference that reaches the edge, above zero.
        words: what it says, for those who cannot see it.
    """
    middle, y = _WIDTH / 2, _HEIGHT / 2

    def x(value: float) -> float:
        return middle + max(-1.0, min(1.0, value / scale)) * _HALF

    clear = found.low > 0 or found.high < 0
    parts = [
        line((middle, 1), (middle, _HEIGHT - 1), "base"),
        line((x(found.low), y), (x(found.high), y), "ln"),
        circle(x(found.value), y, 3.5, "dot" if clear else "dot-o"),
    ]
    return small(_WIDTH, _HEIGHT, words, parts)
