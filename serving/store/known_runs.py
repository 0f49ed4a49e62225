"""What is known of runs, read once in a go while nothing is published."""

from collections.abc import Callable, Hashable
from typing import TypeVar

from sqlalchemy import Engine

from serving.store.memory import RunMemory
from serving.store.publications import last_published
from serving.store.records import RunInfo
from serving.store.runs import newest_run
from serving.store.transactions import glancing, going

Found = TypeVar("Found")


class KnownRuns:
    """Remembers what is asked of runs; outside of a go everything is read anew.

    Args:
        engine: a store opened by `open_store`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine, self._memory = engine, RunMemory()

    def newest(self) -> RunInfo | None:
        """The newest published run; None where nothing is published."""

        def read() -> RunInfo | None:
            with glancing(self._engine) as connection:
                return newest_run(connection)

        return self.of("newest", read)

    def of(self, asked: Hashable, read: Callable[[], Found]) -> Found:
        """What `read` gives: in one go from memory, while nothing was published since.

        Args:
            asked: tells the question from others.
            read: answers it.
        """
        if not going():
            return read()
        return self._memory.under(last_published(self._engine), asked, read)
