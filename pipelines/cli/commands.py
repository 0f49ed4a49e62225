"""Every command, by name."""

from collections.abc import Callable

import typer

from pipelines.cli import bands, deciding, jobs, readers
from pipelines.cli.demo import demo
from pipelines.cli.inventory import inventory

COMMANDS: dict[str, Callable[..., None]] = {
    "check": jobs.check,
    "load": jobs.load,
    "train": jobs.train,
    "recalibrate": jobs.recalibrate,
    "score": jobs.score,
    "compare": deciding.compare,
    "promote": deciding.promote,
    "rollback": deciding.rollback,
    "history": deciding.history,
    "bakeoff": deciding.bakeoff,
    "replay": jobs.replay,
    "run": jobs.run_all,
    "serve": readers.serve,
    "deliver": readers.deliver,
    "report": readers.report,
    "signals": readers.signals,
    "inventory": inventory,
    "status": readers.status,
    "demo": demo,
}

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Churn prediction and customer health, learnt from a company's own past.",
)
export = typer.Typer(no_args_is_help=True, help="Write what was published to a file.")
for name, command in COMMANDS.items():
    app.command(name)(command)
export.command("scores")(readers.scores)
app.add_typer(export, name="export")
policy = typer.Typer(no_args_is_help=True, help="Try other thresholds of the bands.")
policy.command("simulate")(bands.simulate)
app.add_typer(policy, name="bands")
