"""The command line: the composition root of everything.

Exit codes: 0 done, 1 our fault (or a replay that differs), 2 the user's input or
configuration, 3 no model is fit to use. Progress and logs go to standard error, results to
standard output.
"""

import sys


def main() -> None:
    """Run the command line.

    The commands are imported only now: a process that computes a bucket imports this module
    too, where it was started by the installed `forewarn`, and needs nothing of them.
    """
    command = sys.argv[1:2]
    if command == ["day"] and "--anew" not in sys.argv:
        from pipelines.cli.lean import without_pandas, without_yaml

        without_pandas()
        without_yaml()
        from pipelines.cli.day import app  # without the models
    elif command == ["explain"]:
        from pipelines.cli.explaining import app  # without what training and reports need
    else:
        from pipelines.cli.commands import app
    app()
