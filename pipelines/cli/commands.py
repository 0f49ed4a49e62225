"""Every command, by name."""

from collections.abc import Callable

import typer

from pipelines.cli import access, bands, database, deciding, jobs, readers
from pipelines.cli.day import day
from pipelines.cli.demo import demo
from pipelines.cli.explaining import explain
from pipelines.cli.insights import insights
from pipelines.cli.inventory import inventory
from pipelines.cli.loading import load
from pipelines.cli.work import work

COMMANDS: dict[str, Callable[..., None]] = {
    "check": jobs.check,
    "load": load,
    "train": jobs.train,
    "recalibrate": jobs.recalibrate,
    "score": jobs.score,
    "compare": deciding.compare,
    "promote": deciding.promote,
    "rollback": deciding.rollback,
    "history": deciding.history,
    "bakeoff": deciding.bakeoff,
    "day": day,
    "replay": jobs.replay,
    "run": jobs.run_all,
    "serve": readers.serve,
    "deliver": readers.deliver,
    "report": readers.report,
    "explain": explain,
    "signals": readers.signals,
    "insights": insights,
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
app.command("work", hidden=True)(work)
export = typer.Typer(no_args_is_help=True, help="Write what was published to a file.")
for name, command in COMMANDS.items():
    app.command(name)(command)
export.command("scores")(readers.scores)
app.add_typer(export, name="export")
policy = typer.Typer(no_args_is_help=True, help="Try other thresholds of the bands.")
policy.command("simulate")(bands.simulate)
app.add_typer(policy, name="bands")
keys = typer.Typer(no_args_is_help=True, help="Say who may use the service.")
keys.command("create")(access.create)
keys.command("list")(access.show)
keys.command("revoke")(access.revoke)
app.add_typer(keys, name="keys")
store = typer.Typer(no_args_is_help=True, help="Look after the store of scores.")
for name, command in database.COMMANDS.items():
    store.command(name)(command)
app.add_typer(store, name="db")
audit = typer.Typer(no_args_is_help=True, help="Read the log of who did what, and prove it.")
audit.command("log")(access.log)
audit.command("verify")(access.verify)
app.add_typer(audit, name="audit")
