"""How many accounts each further choice of a segment would show, for a list that is filtered."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection, Engine, func, select

from serving.store import listing
from serving.store.memory import RunMemory
from serving.store.question import Question, conditions
from serving.store.records import RunInfo
from serving.store.runs import newest_run
from serving.store.tables import SEGMENTS
from serving.store.transactions import reading

COLUMNS = tuple(name for name in SEGMENTS if name != "tier")
"""The columns counted here; tiers are counted with the bands."""
Cells = list[tuple[tuple[str, ...], int]]


class SegmentChoices:
    """Counts by segment, kept while a run is the newest.

    Args:
        engine: a store opened by `open_store`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._memory = RunMemory()

    def of(self, question: Question, owner: str | None = None) -> Mapping[str, Mapping[str, int]]:
        """By column and word, most accounts first; each column as if not filtered by it yet.

        Args:
            question: the filters of the list.
            owner: only accounts of this CSM; all where None.
        """
        with reading(self._engine) as connection:
            run = newest_run(connection)
            if run is None:
                return {name: {} for name in COLUMNS}
            apart = replace(question, segments={})

            def read() -> Cells:
                return _cells(connection, run, apart, owner)

            cells = self._memory.recall(run.digest, (apart.tag, owner), read)
        return {name: _counted(name, cells, question) for name in COLUMNS}


def _cells(connection: Connection, run: RunInfo, question: Question, owner: str | None) -> Cells:
    """The accounts that pass all filters but those of segments, by all of these at once."""
    table = listing.table_of(run)
    asked = conditions(question, table, run.as_of)
    if owner is not None:
        asked.append(table.c.csm == owner)
    by = [table.c[name] for name in COLUMNS]
    found = connection.execute(select(*by, func.count()).where(*asked).group_by(*by))
    return [(tuple(words), number) for *words, number in found]


def _counted(column: str, cells: Cells, question: Question) -> dict[str, int]:
    """The words of one column among the cells that pass the filters of the others."""
    place = COLUMNS.index(column)
    others = [
        (COLUMNS.index(name), set(words))
        for name, words in question.segments.items()
        if name in COLUMNS and name != column and words
    ]
    counted: Counter[str] = Counter()
    for words, number in cells:
        if all(words[at] in chosen for at, chosen in others):
            counted[words[place]] += number
    return dict(sorted(counted.items(), key=lambda each: (-each[1], each[0])))
