"""Do the first calls find the leavers? Share of leavers against share of accounts called."""

from collections.abc import Sequence

from markupsafe import Markup

from models.track_record import Found
from serving.charts.svg import Point, circle, drawing, line, path, text
from serving.format import percent

_LEFT, _RIGHT, _TOP, _FOOT = 34, 10, 14, 38
WIDEST = 0.5
SHOWN = 0.1


class _Frame:
    """Places: shares called from the left to `WIDEST`, shares found upwards."""

    def __init__(self, width: int) -> None:
        self.width, self.height = width, min(width, 368) + 20

    def at(self, called: float, found: float) -> Point:
        x = _LEFT + called / WIDEST * (self.width - _LEFT - _RIGHT)
        return x, _TOP + (1 - found) * (self.height - _TOP - _FOOT)


def lift(
    points: Sequence[Found], width: int, names: tuple[str, str], other: Sequence[Found] = ()
) -> Markup:
    """The share of leavers found, with its range; the simple rule thin, another model dashed.

    Args:
        points: of the model, fewest called first; at least one.
        width: of the drawing, in pixels.
        names: of the model and of the simple rule, which may be empty.
        other: the same of another model.
    """
    at = _Frame(width)
    rivals = [(p.called, p.rival) for p in points if p.rival is not None]
    parts = [*_axes(at), _ribbon(points, at), *_chance(at)]
    parts.append(path([at.at(0, 0), *(at.at(c, r) for c, r in rivals)] if rivals else [], "ln3"))
    parts.append(path([at.at(0, 0), *(at.at(p.called, p.found.value) for p in other)], "ln2"))
    parts.append(path([at.at(0, 0), *(at.at(p.called, p.found.value) for p in points)], "ln"))
    parts += [*_first(points, at), *_names(at, names, bool(rivals), bool(other))]
    return drawing(width, at.height, _label(points, names), parts)


def _axes(at: _Frame) -> list[Markup]:
    found = []
    for share in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        left, right = at.at(0, share), at.at(WIDEST, share)
        found.append(line(left, right, "grid" if share else "axis"))
        found.append(text(left[0] - 6, left[1] + 4, f"{100 * share:.0f}", "ax end"))
    for called in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5):
        x = at.at(called, 0)[0]
        found.append(text(x, at.height - _FOOT + 15, f"{100 * called:.0f}", "ax mid"))
    last = text(at.width - _RIGHT, at.height - 4, "accounts called, worst first, %", "ax end")
    return [*found, last]


def _ribbon(points: Sequence[Found], at: _Frame) -> Markup:
    above = [at.at(p.called, p.found.high) for p in points]
    below = [at.at(p.called, p.found.low) for p in reversed(points)]
    return path([at.at(0, 0), *above, *below], "ribbon", closed=True)


def _chance(at: _Frame) -> list[Markup]:
    x, y = at.at(0.42, 0.42)
    return [line(at.at(0, 0), at.at(WIDEST, WIDEST), "axis"), text(x, y + 16, "by chance", "ax")]


def _first(points: Sequence[Found], at: _Frame) -> list[Markup]:
    """What the first tenth of the accounts holds, beside its dot."""
    found = [p for p in points if p.called == SHOWN]
    if not found:
        return []
    x, y = at.at(SHOWN, found[0].found.value)
    held = percent(found[0].found.value)
    return [
        line(at.at(SHOWN, 0), (x, y), "base dots"),
        circle(x, y, 4),
        text(x + 10, y + 20, f"the first {percent(SHOWN)} hold", "halo"),
        text(x + 10, y + 35, f"{held} of all leavers", "b halo"),
    ]


def _names(at: _Frame, names: tuple[str, str], rival: bool, other: bool) -> list[Markup]:
    ours, rule = names
    words = f"{ours}, thin: {rule}" if rival and rule else ours
    words += ", dashed: the other" if other else ""
    return [text(at.width - _RIGHT, at.at(0, 0.02)[1] - 4, words, "ax halo end")]


def _label(points: Sequence[Found], names: tuple[str, str]) -> str:
    told = [p for p in points if p.called == SHOWN] or [points[-1]]
    point, ours = told[0], percent(told[0].found.value)
    beside = f"; {names[1]} would find {percent(point.rival)}" if point.rival is not None else ""
    return f"The first {percent(point.called)} of the accounts hold {ours} of all leavers{beside}"
