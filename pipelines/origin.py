"""Where the columns of a company's signals come from, as explanations of changes ask."""

from dataclasses import replace

from features.measures import DaysSinceLast, OpenItems
from features.signal import Catalogue
from models.explain.terms import RISKS, Origin


def origin_of(
    catalogue: Catalogue, silent: frozenset[str], was_silent: frozenset[str] = frozenset()
) -> Origin:
    """Where the columns of a catalogue come from.

    Args:
        catalogue: the signals.
        silent: tables from which nothing has come for too long at the later date.
        was_silent: the same at the earlier one.
    """
    return replace(declared_origin(catalogue), silent=silent, was_silent=was_silent)


def declared_origin(catalogue: Catalogue) -> Origin:
    """The same where no table is silent."""
    columns, risks = catalogue.columns, [c for c in catalogue.columns if c.signal.table == RISKS]
    return Origin(
        table={c.name: c.signal.table for c in columns},
        never_empty=frozenset(
            c.name for c in columns if c.signal.empty is not None and not c.signal.is_word
        ),
        open_risks=frozenset(c.name for c in risks if isinstance(c.signal.measure, OpenItems)),
        since_risk=frozenset(c.name for c in risks if isinstance(c.signal.measure, DaysSinceLast)),
    )
