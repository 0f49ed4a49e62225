"""What explanations are held against; chosen at training and kept in the bundle."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from models.encoding import InputSchema, Matrix
from models.explain.families import Families
from models.explain.moves import SCHEMA as MOVES
from models.explain.moves import Moves
from models.explain.precedents import Precedents

Vector = npt.NDArray[np.float64]

BACKGROUND, FAMILIES, MOVED = "background.parquet", "families.json", "moves.parquet"
PRECEDENTS = "precedents.parquet"
ROWS = 100


@dataclass(frozen=True, eq=False)
class Reference:
    """What explanations are held against.

    Attributes:
        background: encoded rows of accounts of the newest training date, shape (at most 100,
            columns); the mean of their chances is the base of the group shares.
        families: columns that are named once, see `models.explain.families`.
        steady_from: by family the share of the log-odds from which a reason is shown; infinite
            for never.
        moves: how far signals moved within a quarter.
        precedents: accounts of the past whose outcome is known.
    """

    background: Matrix
    families: Families
    steady_from: Vector
    moves: Moves = field(default_factory=lambda: Moves(pd.DataFrame(columns=MOVES.names)))
    precedents: Precedents | None = None

    def to_files(self, schema: InputSchema) -> dict[str, bytes]:
        """Parquet and JSON by file name."""
        steady = [None if np.isinf(size) else float(size) for size in self.steady_from]
        families = [
            {"steady_from": size, "columns": columns}
            for size, columns in zip(steady, self.families, strict=True)
        ]
        files = {
            BACKGROUND: _written(self.background, schema.names),
            FAMILIES: json.dumps(families, indent=1).encode(),
            MOVED: self.moves.to_bytes(),
        }
        if self.precedents is not None:
            files[PRECEDENTS] = self.precedents.to_bytes(schema)
        return files

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> "Reference | None":
        """Read both back; None where the bundle has none."""
        if BACKGROUND not in files:
            return None
        families = json.loads(files[FAMILIES])
        sizes = [f["steady_from"] for f in families]
        return cls(
            _read(files[BACKGROUND]),
            tuple(tuple(f["columns"]) for f in families),
            np.array([np.inf if size is None else size for size in sizes], np.float64),
            Moves.from_bytes(files[MOVED]),
            Precedents.from_bytes(files[PRECEDENTS]) if PRECEDENTS in files else None,
        )


def choose_background(inputs: Matrix, seed: int) -> Matrix:
    """At most `ROWS` of the rows, drawn once and kept in their order."""
    if len(inputs) <= ROWS:
        return inputs
    drawn = np.random.default_rng(seed).choice(len(inputs), ROWS, replace=False)
    return inputs[np.sort(drawn)]


def _written(rows: Matrix, names: tuple[str, ...]) -> bytes:
    table = pa.table({name: rows[:, i] for i, name in enumerate(names)})
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _read(content: bytes) -> Matrix:
    table = pq.read_table(io.BytesIO(content))
    return np.column_stack([column.to_numpy() for column in table.columns])
