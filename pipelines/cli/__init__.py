"""The command line: the composition root of everything.

Exit codes: 0 done, 1 our fault (or a replay that differs), 2 the user's input or
configuration, 3 no model is fit to use. Progress and logs go to standard error, results to
standard output.
"""

import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from typer import Typer


def main() -> None:
    """Run the command line.

    The commands are imported only now: a process that computes a bucket imports this module
    too, where it was started by the installed `forewarn`, and needs nothing of them.
    """
    name = sys.argv[1:2]
    if name == ["load"] or (name == ["day"] and "--anew" not in sys.argv):
        _lean(name[0])
    if name != ["serve"]:  # which has a pace of its own
        _in_one_heap()
    from pipelines.cli.lean import without_sklearn

    without_sklearn()
    _asked(name)()


def _in_one_heap() -> None:
    """Keep what is freed: snapshots are made part by part, each as large as the last."""
    from features.heap import with_one_heap
    from pipelines.cli.start import with_arrow_in_the_heap

    with_one_heap()
    with_arrow_in_the_heap()


def _asked(name: list[str]) -> "Typer":
    """The command line as far as it is asked for; the whole of it where help is."""
    from pipelines.cli.commands import EVERYTHING, app_of

    return app_of(name if EVERYTHING.issuperset(name) and name else EVERYTHING)


def _lean(command: str) -> NoReturn:
    """A command that runs every night, without the models and other libraries it does not need."""
    from pipelines.cli.start import without_algebra, workspace_in
    from pipelines.libraries_ahead import libraries_ahead
    from pipelines.ready_heap import ReadyHeap

    _in_one_heap()
    without_algebra()
    libraries_ahead()
    heap = ReadyHeap(workspace_in(sys.argv) / f"heap-{command}")
    from pipelines.cli import lean
    from pipelines.generated import GeneratedCode

    generated = GeneratedCode()
    generated.use()
    with lean.without_collecting():
        lean.without_pandas()
        lean.without_extensions()
        app = _asked([command])

    def last() -> None:
        generated.note()
        heap.note()

    lean.run_and_end(app, last)
