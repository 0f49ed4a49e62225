"""The rows on which bands are decided, kept with the run so that others can be tried."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from models.bands.accounts import Accounts, Vector
from models.bands.decide import Present
from models.bands.past import Past
from models.dataset import Dataset

FILE = "band_rows.parquet"
SCHEMA = pa.schema(
    [
        pa.field("account_id", pa.string(), nullable=False),
        pa.field("as_of", pa.date32(), nullable=False),
        pa.field("chance", pa.float64(), nullable=False),
        pa.field("lost", pa.float64()),
        pa.field("yearly_revenue", pa.float64()),
        pa.field("tier", pa.string(), nullable=False),
    ]
)
Predicted = tuple[npt.NDArray[np.int64], Vector]
"""Positions of rows in the dataset, and their chances."""


@dataclass(frozen=True)
class BandRows:
    """Chances of loss within the primary horizon, of past dates and of the newest.

    Attributes:
        frame: `account_id`, `as_of`, `chance`, `lost` (1 or 0 within the horizon; NaN for the
            accounts of the newest date), `yearly_revenue` (company's currency; NaN where
            unknown) and `tier` (empty where unknown). Chances of past dates are out of time.
    """

    frame: pd.DataFrame

    @classmethod
    def of(cls, data: Dataset, past: Predicted, present: Predicted, horizon: int) -> "BandRows":
        """The rows of a dataset whose chances are known.

        Args:
            data: where the rows are.
            past: out-of-time chances of rows that were followed for the horizon.
            present: the model's own chances of the newest rows.
            horizon: days.
        """
        lost = data.lost_within(horizon).astype(np.float64)
        parts = [
            _frame(data, past, lost[past[0]]),
            _frame(data, present, np.full(len(present[0]), np.nan)),
        ]
        return cls(pd.concat(parts, ignore_index=True))

    def past(self) -> Past:
        """The rows whose outcome is known."""
        rows = self._rows(known=True)
        owners = rows["account_id"].to_numpy(object)
        return Past(_number(rows, "chance"), _number(rows, "lost"), owners, _about(rows))

    def present(self) -> Present:
        """The accounts of the newest date."""
        rows = self._rows(known=False)
        return Present(_number(rows, "chance"), _about(rows))

    def days(self) -> npt.NDArray[np.int64]:
        """The day numbers of the rows whose outcome is known."""
        days = self._rows(known=True)["as_of"].map(date.toordinal)
        return days.to_numpy(np.int64)

    @property
    def newest(self) -> date:
        """The date of the accounts of today."""
        found: date = self._rows(known=False)["as_of"].max()
        return found

    def write(self, folder: Path) -> None:
        """Write the rows into `folder` as Parquet."""
        table = pa.Table.from_pandas(self.frame, schema=SCHEMA, preserve_index=False)
        pq.write_table(table, folder / FILE, compression="zstd")

    @classmethod
    def read(cls, file: Path) -> "BandRows":
        """The rows of such a file."""
        return cls(pq.ParquetFile(file).read().to_pandas(date_as_object=True))

    def _rows(self, *, known: bool) -> pd.DataFrame:
        return self.frame[self.frame["lost"].notna() == known]


def _frame(data: Dataset, predicted: Predicted, lost: Vector) -> pd.DataFrame:
    rows, chance = predicted
    frame = data.frame.iloc[rows]
    about = Accounts.of(frame)
    return pd.DataFrame(
        {
            "account_id": frame["account_id"].to_numpy(object),
            "as_of": frame["as_of"].to_numpy(object),
            "chance": chance,
            "lost": lost,
            "yearly_revenue": about.revenue,
            "tier": about.tier,
        }
    )


def _number(rows: pd.DataFrame, name: str) -> Vector:
    return rows[name].to_numpy(np.float64)


def _about(rows: pd.DataFrame) -> Accounts:
    return Accounts(rows["tier"].to_numpy(object), _number(rows, "yearly_revenue"))
