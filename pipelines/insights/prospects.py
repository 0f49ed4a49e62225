"""A file of companies that are no customers yet."""

from pathlib import Path

import pandas as pd

from models.insights.lookalikes import PROFILE
from pipelines.errors import InputError

NUMBERS = ("employees",)


def prospects_in(path: Path) -> pd.DataFrame:
    """The companies of a CSV or Parquet file: `name`, and columns of the table `accounts`.

    Raises:
        InputError: the file cannot be read, has no `name`, or none of the profile columns.
    """
    try:
        frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise InputError(f"--prospects {path}: cannot be read: {error}") from error
    given = [name for name in PROFILE if name in frame]
    if "name" not in frame or not given:
        raise InputError(
            f"--prospects {path}: needs a column name and at least one of {', '.join(PROFILE)}; "
            f"it has {', '.join(map(str, frame.columns))}."
        )
    frame = frame[["name", *given]].copy()
    for column in NUMBERS:
        if column in frame:
            frame[column] = pd.to_numeric(frame[column], errors="coerce")
    return frame
