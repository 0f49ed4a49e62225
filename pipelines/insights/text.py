"""What was found, for the terminal."""

import io
from collections.abc import Iterable, Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from models.insights.disagreements import READINGS
from models.insights.leading import LEADS
from models.insights.moments import HOLDS
from models.insights.multiple import LEVEL
from models.insights.product import EVERYONE, TopicShare
from pipelines.insights import words
from pipelines.insights.job import InsightsResult

LEAST_WIDTH = 110
SHOWN = 10
FEW = 5


def text(found: InsightsResult) -> str:
    """The main findings, section by section."""
    parts = [
        f"Insights as of {found.as_of}: {found.accounts:,} accounts at {found.dates} dates, "
        f"outcome {found.outcome}. {words.sample(found.share)}Association, not cause.",
        _leading(found),
        _section("Magic moments", _moments(found)),
        _section("Beliefs", _beliefs(found)) if found.beliefs else "",
        _section("What healthy accounts share", _common(found)),
        _section("Lookalikes of the best customers", _lookalikes(found)),
        _section("Health and contract disagree", _disagreements(found)),
        _section("The product", _product(found)),
    ]
    return "\n\n".join(part for part in parts if part)


def _section(title: str, lines: Iterable[str]) -> str:
    return "\n".join([title, *(f"  {line}" for line in lines)])


def _leading(found: InsightsResult) -> str:
    leading = found.leading
    head = (
        f"Leading indicators: {len(leading.told)} of {leading.looked} signals differ before losses "
        f"({leading.accounts} lost accounts; at most {100 * LEVEL:.0f} % of them by chance)"
    )
    if not leading.told:
        return f"{head}\n  {leading.reason or 'None stands out from chance.'}"
    return f"{head}\n{_drawn(_table(found))}"


def _table(found: InsightsResult) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("signal", ratio=1)
    table.add_column("leavers against others", justify="right", max_width=14)
    table.add_column("moves", min_width=11)
    table.add_column("shape", min_width=11)
    for days in LEADS:
        table.add_column(f"AUC {days}d", justify="right", max_width=5)
    table.add_column("known", justify="right")
    for each in found.leading.told[:SHOWN]:
        table.add_row(
            each.column.meaning,
            words.typical(each),
            words.moves(each),
            words.shape(each),
            *(words.auc(each.auc.get(days)) for days in LEADS),
            words.share(each.coverage),
        )
    return table


def _drawn(table: Table) -> str:
    out = io.StringIO()
    console = Console(file=out, width=max(LEAST_WIDTH, Console().width), color_system=None)
    console.print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()).rstrip()


def _moments(found: InsightsResult) -> Iterator[str]:
    for each in found.moments.told:
        if each.verdict == HOLDS:
            yield each.deed.words
            yield f"  {words.effect_words(each.effect, each.within)}"
            yield f"  {words.trial(each.experiment)}"
    yield from words.rest_of_moments(found.moments)


def _beliefs(found: InsightsResult) -> Iterator[str]:
    for each in found.beliefs:
        yield f"“{each.belief.claim}”: {words.belief_words(each)}"


def _common(found: InsightsResult) -> Iterator[str]:
    common = found.commonality
    if common.reason:
        yield common.reason
        return
    yield from _few([words.common_words(c) for c in common.everywhere], "None in every segment.")


def _lookalikes(found: InsightsResult) -> Iterator[str]:
    alike = found.lookalikes
    if alike.reason:
        yield alike.reason
        return
    yield (
        f"{alike.best} best customers ({alike.what}), {words.share(alike.share)} of all; told from "
        f"others by profile alone with AUC {alike.auc:.2f}."
    )
    if alike.compared < alike.out_of:
        yield (
            f"{alike.compared} of {alike.out_of} accounts, drawn at random with a fixed seed, "
            "were compared; the list is of those."
        )
    for each in (alike.prospects or alike.accounts)[:FEW]:
        name, like = (found.names.get(n, n) for n in (each.name, each.like))
        yield f"{name}: {words.share(each.share)} best customers among the most alike, e.g. {like}"


def _disagreements(found: InsightsResult) -> Iterator[str]:
    told = found.disagreements.told
    if not told:
        yield found.disagreements.reason or "Nowhere."
    for kind, reading in READINGS.items():
        mine = [
            f"  {found.names.get(d.account_id, d.account_id)} ({d.band}, health {d.health:.0f}): "
            f"{'; '.join(d.signs)}"
            for d in told
            if d.kind == kind
        ]
        if mine:
            yield reading
            yield from _few(mine, "")


def _product(found: InsightsResult) -> Iterator[str]:
    product, names = found.product, found.product.names
    if product.reason:
        yield product.reason
        return
    for title, told in (
        ("Stopped", [words.stopped_words(s, names) for s in everyone(product.abandoned(LEVEL))]),
        ("Lacking", [words.topic_words(s, names) for s in everyone(product.lacking(LEVEL))]),
        ("Brought", [words.topic_words(s, names) for s in everyone(product.brought(LEVEL))]),
    ):
        yield f"{title}:"
        yield from (f"  {line}" for line in _few(told, "nothing beyond chance."))


def everyone(found: Iterable[TopicShare]) -> list[TopicShare]:
    """Those of all accounts together; single tiers are in the file."""
    return [each for each in found if each.tier == EVERYONE]


def _few(lines: Sequence[str], none: str) -> Iterator[str]:
    yield from lines[:FEW] or [none]
    if len(lines) > FEW:
        yield f"and {len(lines) - FEW} more, in the file"
