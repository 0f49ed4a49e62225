"""The command line: the composition root of everything.

Exit codes: 0 done, 1 our fault (or a replay that differs), 2 the user's input or
configuration, 3 no model is fit to use. Progress and logs go to standard error, results to
standard output.
"""

import sys
from typing import NoReturn


def main() -> None:
    """Run the command line.

    The commands are imported only now: a process that computes a bucket imports this module
    too, where it was started by the installed `forewarn`, and needs nothing of them.
    """
    command = sys.argv[1:2]
    if command == ["load"] or (command == ["day"] and "--anew" not in sys.argv):
        _lean(command[0])
    elif command == ["explain"]:
        from pipelines.cli.lean import without_sklearn

        without_sklearn()
        from pipelines.cli.explaining import app  # without what training and reports need
    else:
        from pipelines.cli.commands import app
    app()


def _lean(command: str) -> NoReturn:
    """A command that runs every night, without the models and other libraries it does not need."""
    from pipelines.cli.start import with_one_heap, without_algebra

    with_one_heap()
    without_algebra()
    from pipelines.cli.lean import run_and_end, without_collecting, without_pandas, without_yaml

    with without_collecting():
        without_pandas()
        without_yaml()
        if command == "load":
            from pipelines.cli.loading import app
        else:
            from pipelines.cli.day import app
    run_and_end(app)
