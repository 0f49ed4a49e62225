"""The few elements that charts are made of: every text is escaped, every number finite."""

import math
from collections.abc import Iterable, Sequence

from markupsafe import Markup

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
    return Markup('<text class="{}" x="{}" y="{}">{}</text>').format(
        css, number(x), number(y), words
    )


def line(start: Point, end: Point, css: str = "grid") -> Markup:
    """A straight line."""
    (x1, y1), (x2, y2) = start, end
    return Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(
        css, number(x1), number(y1), number(x2), number(y2)
    )


def rect(x: float, y: float, width: float, height: float, css: str) -> Markup:
    """A rectangle; a width or height below zero is none."""
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(
        css, number(x, 2), number(y, 2), number(max(width, 0.0), 2), number(max(height, 0.0), 2)
    )


def circle(x: float, y: float, radius: float, css: str = "dot") -> Markup:
    """A disc or a ring."""
    return Markup('<circle class="{}" cx="{}" cy="{}" r="{}"/>').format(
        css, number(x), number(y), number(radius)
    )


def path(points: Sequence[Point], css: str = "ln", *, closed: bool = False) -> Markup:
    """A line through points; nothing where there are fewer than two."""
    if len(points) < 2:
        return Markup()
    way = "L".join(f"{number(x)} {number(y)}" for x, y in points)
    return Markup('<path class="{}" d="M{}{}"/>').format(css, way, "z" if closed else "")


def titled(words: str, inner: Markup) -> Markup:
    """An element with words that a browser shows when it is pointed at."""
    return Markup("<g><title>{}</title>{}</g>").format(words, inner)


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
