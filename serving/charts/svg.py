"""The few elements that charts are made of: every text is escaped, every number finite.

Class names come from the code alone and are written as they are: a page holds a thousand of
these elements, and formatting each safely twice is what would take the time.
"""

import math
from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

Point = tuple[float, float]


def number(value: float, decimals: int = 1) -> str:
    """A coordinate.

    Raises:
        ValueError: it is not a finite number; a chart would silently lack a piece of itself.
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} is no coordinate; leave out what is not known before drawing.")
    return f"{value:.{decimals}f}"


def text(x: float, y: float, words: str, css: str = "") -> Markup:
    """Words at a place; the classes `end` and `mid` say what of them lies there."""
    return Markup(f'<text class="{css}" x="{number(x)}" y="{number(y)}">{escape(words)}</text>')


def line(start: Point, end: Point, css: str = "grid") -> Markup:
    """A straight line."""
    (x1, y1), (x2, y2) = start, end
    return Markup(
        f'<line class="{css}" x1="{number(x1)}" y1="{number(y1)}"'
        f' x2="{number(x2)}" y2="{number(y2)}"/>'
    )


def rect(x: float, y: float, width: float, height: float, css: str) -> Markup:
    """A rectangle; a width or height below zero is none."""
    return Markup(
        f'<rect class="{css}" x="{number(x, 2)}" y="{number(y, 2)}"'
        f' width="{number(max(width, 0.0), 2)}" height="{number(max(height, 0.0), 2)}"/>'
    )


def circle(x: float, y: float, radius: float, css: str = "dot") -> Markup:
    """A disc or a ring."""
    return Markup(f'<circle class="{css}" cx="{number(x)}" cy="{number(y)}" r="{number(radius)}"/>')


def path(points: Sequence[Point], css: str = "ln", *, closed: bool = False) -> Markup:
    """A line through points; nothing where there are fewer than two."""
    if len(points) < 2:
        return Markup()
    way = "L".join(f"{number(x)} {number(y)}" for x, y in points)
    return Markup(f'<path class="{css}" d="M{way}{"z" if closed else ""}"/>')


def titled(words: str, inner: Markup) -> Markup:
    """An element with words that a browser shows when it is pointed at."""
    return Markup(f"<g><title>{escape(words)}</title>{inner}</g>")


def drawing(width: float, height: float, title: str, parts: Iterable[Markup]) -> Markup:
    """A chart with words for those who cannot see it; it fills the width it is given."""
    return _svg("c", width, height, title, parts)


def small(width: float, height: float, title: str, parts: Iterable[Markup]) -> Markup:
    """A chart within a line of text, in its own size."""
    return _svg("i", width, height, title, parts)


def _svg(css: str, width: float, height: float, title: str, parts: Iterable[Markup]) -> Markup:
    size = f"{number(width, 0)} {number(height, 0)}"
    wide, high = size.split()
    return Markup(
        f'<svg class="{css}" width="{wide}" height="{high}" viewBox="0 0 {size}" role="img"'
        ' aria-label="{}">{}</svg>'
    ).format(title, Markup().join(parts))


def stretched(inner: Markup) -> Markup:
    """A bar of 1000 by 100 stretched to its cell; the figures beside it say what it shows."""
    return Markup(
        '<svg viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true">{}</svg>'
    ).format(inner)
