"""Every command by name, and where it is: what is not asked for is not loaded."""

from collections.abc import Callable, Collection, Mapping
from importlib import import_module

import typer

COMMANDS = {
    "init": "drafting.init",
    "check": "jobs.check",
    "load": "loading.load",
    "train": "jobs.train",
    "recalibrate": "jobs.recalibrate",
    "score": "jobs.score",
    "compare": "deciding.compare",
    "promote": "deciding.promote",
    "rollback": "deciding.rollback",
    "history": "deciding.history",
    "bakeoff": "deciding.bakeoff",
    "day": "day.day",
    "replay": "jobs.replay",
    "run": "jobs.run_all",
    "serve": "readers.serve",
    "deliver": "readers.deliver",
    "report": "readers.report",
    "explain": "explaining.explain",
    "signals": "readers.signals",
    "insights": "insights.insights",
    "inventory": "inventory.inventory",
    "status": "readers.status",
    "demo": "demo.demo",
}
"""Module and function of this package, by command."""
FOR_JOBS = {"work": "work.work"}
"""What the service starts by itself; no help tells of it."""
GROUPS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "export": ("Write what was published to a file.", {"scores": "readers.scores"}),
    "bands": ("Try other thresholds of the bands.", {"simulate": "bands.simulate"}),
    "keys": (
        "Say who may use the service.",
        {"create": "access.create", "list": "access.show", "revoke": "access.revoke"},
    ),
    "db": (
        "Look after the store of scores.",
        {
            "upgrade": "database.upgrade",
            "downgrade": "database.downgrade",
            "check": "database.check",
            "backup": "database.backup",
            "restore": "database.restore",
        },
    ),
    "audit": (
        "Read the log of who did what, and prove it.",
        {"log": "access.log", "verify": "access.verify"},
    ),
}
EVERYTHING = frozenset({*COMMANDS, *FOR_JOBS, *GROUPS})


def app_of(wanted: Collection[str] = EVERYTHING) -> typer.Typer:
    """The command line with some of the commands and groups.

    Args:
        wanted: their names; others are not there.
    """
    app = _group("Churn prediction and customer health, learnt from a company's own past.")
    app.callback()(lambda: None)  # else one command's name would be taken for its first argument
    for name in COMMANDS:
        if name in wanted:
            app.command(name)(_found(COMMANDS[name]))
    for name in FOR_JOBS:
        if name in wanted:
            app.command(name, hidden=True)(_found(FOR_JOBS[name]))
    for name, (about, places) in GROUPS.items():
        if name in wanted:
            group = _group(about)
            for command, place in places.items():
                group.command(command)(_found(place))
            app.add_typer(group, name=name)
    return app


def _found(place: str) -> Callable[..., None]:
    module, function = place.split(".")
    command: Callable[..., None] = getattr(import_module(f"pipelines.cli.{module}"), function)
    return command


def _group(about: str) -> typer.Typer:
    return typer.Typer(
        no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=about
    )
