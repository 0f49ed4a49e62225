"""Runs every configuration under `experiments/` on its real data and records the results.

Each company's folder gets a `results.md` with the figures and the command that made them.
Data that is not there is skipped, and said so.

    python experiments/record.py [NAME ...]
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from afterwards import afterwards, as_text

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "shared" / "data"
PAST_DATES = {
    "online_retail_ii": (date(2011, 6, 1), date(2011, 8, 1)),
    "oulad": (date(2013, 11, 1), date(2013, 11, 30), date(2014, 11, 15)),
}
BESIDE = {
    "online_retail_ii": (
        "Beside them, an untuned LightGBM on about 50 hand-made features (the data's own notes): "
        "as of 2011-06-01 AUC .864 and log loss .444 at 30 days, .873 and .397 at 90 days; "
        "recency alone .751 and .739; as of 2011-08-01 AUC .859 and log loss .449 at 30 days."
    ),
    "oulad": (
        "Beside them, an untuned LightGBM (the data's own notes), label \"withdraws within 28 "
        'days" at days 14 to 98 of AAA 2014J and BBB 2013J: AUC .698 (.673 to .726), recency '
        ".661. Rows and horizon differ from ours, so the figures lie near one another, no more."
    ),
}


def main(names: list[str]) -> int:
    """Record the named companies, or all."""
    recorders: dict[str, Callable[[Path], str]] = {
        **dict.fromkeys(PAST_DATES, _past),
        "ravenstack": _refusal,
        "demo": _demo,
    }
    for name in names or recorders:
        if name != "demo" and not (DATA / name).exists():
            print(f"{name}: skipped, {DATA / name} is not there")
            continue
        body = recorders[name](HERE / name / "forewarn.toml")
        (HERE / name / "results.md").write_text(body, encoding="utf-8")
        print(body)
    return 0


def _past(config: Path) -> str:
    """Scores of past dates against what happened afterwards."""
    dates, name = PAST_DATES[config.parent.name], config.parent.name
    texts = [as_text(afterwards(config.relative_to(HERE.parent), day)) for day in dates]
    options = " ".join(f"--as-of {day}" for day in dates)
    command = f"python experiments/afterwards.py experiments/{name}/forewarn.toml {options}"
    return _page(name, command, "\n\n".join(texts), BESIDE[name])


def _refusal(config: Path) -> str:
    """A company without any signal: the run must refuse."""
    arguments = ["run", "-c", str(config.relative_to(HERE.parent))]
    return _command(config.parent.name, arguments)


def _demo(config: Path) -> str:
    """The simulated company, against its own true probabilities."""
    config.parent.mkdir(exist_ok=True)
    return _command("demo", ["demo", "--no-serve"])


def _command(name: str, arguments: list[str]) -> str:
    """What a command of ours prints on standard output."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pipelines.cli", *arguments, "--workspace", folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE.parent)
    shown = done.stdout.replace(folder, "WORKSPACE")
    ending = f"exit code {done.returncode} (3 is: no model is fit to use)"
    return _page(name, f"forewarn {' '.join(arguments)}", f"{shown}\n{ending}", "")


def _page(name: str, command: str, output: str, beside: str) -> str:
    return (
        f"# {name}: recorded results\n\n`{command}`\n\n```text\n{output}\n```\n\n{beside}".strip()
        + "\n"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
