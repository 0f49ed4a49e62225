"""The marks of the bands, and plain bars."""

from markupsafe import Markup

from models.score import Band

LETTERS = {Band.RED: "R", Band.YELLOW: "Y", Band.GREEN: "G", Band.GREY: "X"}


def shape(band: Band, x: float, y: float, size: float) -> Markup:
    """A band's mark around a point: diamond, triangle, disc, or dashed ring."""
    css = f"m{LETTERS[band]}"
    if band is Band.RED:
        half = size
        path = f"M{x:.1f} {y - half:.1f}l{half} {half}l-{half} {half}l-{half} -{half}z"
        return Markup(f'<path class="{css}" d="{path}"/>')
    if band is Band.YELLOW:
        side = 0.95 * size
        path = f"M{x:.1f} {y - 0.92 * size:.1f}l{side:.1f} {1.7 * size:.1f}h-{2 * side:.1f}z"
        return Markup(f'<path class="{css}" d="{path}"/>')
    return Markup(f'<circle class="{css}" cx="{x:.1f}" cy="{y:.1f}" r="{0.82 * size:.1f}"/>')


def mark(band: Band) -> Markup:
    """A band's mark beside its word."""
    return Markup(
        '<svg class="mk" width="12" height="12" viewBox="0 0 14 14" aria-hidden="true">{}</svg>'
    ).format(shape(band, 7, 7, 6))


def bar(value: float, low: float, high: float) -> Markup:
    """A bar from zero to `value` on a scale from `low` to `high`, stretched to its cell.

    Filled pushes towards leaving, hollow towards staying.
    """
    span = (high - low) or 1.0
    zero, end = 100 * (0 - low) / span, 100 * (value - low) / span
    return Markup(
        '<svg viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="{"up" if value >= 0 else "down"}" x="{min(zero, end):.2f}" y="3"'
        f' width="{max(abs(end - zero), 0.3):.2f}" height="14"/>'
        f'<line class="zero" x1="{zero:.2f}" y1="0" x2="{zero:.2f}" y2="20"/></svg>'
    )
