"""What all the steps of one training share: rows, inputs, and how they are walked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from models.dataset import Dataset
from models.encoding import InputSchema, Matrix
from models.flavours import FLAVOURS, Fitted, Flavour
from models.open_outcomes import TEACHER, Silences
from models.walkforward import Fold, OutOfTime, WalkForward, fits, out_of_time


@dataclass(frozen=True)
class Material:
    """The dataset with its inputs, encoded once.

    Attributes:
        inputs: of shape (rows, columns of `schema`).
        how: the walk forward that every flavour and every baseline takes.
        flavours: by name, with the settings they are fitted with.
    """

    dataset: Dataset
    inputs: Matrix
    schema: InputSchema
    how: WalkForward
    flavours: Mapping[str, Flavour] = field(default_factory=lambda: FLAVOURS)
    _known: dict[date, Dataset] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def newest(self) -> npt.NDArray[np.bool_]:
        """The rows of the latest date."""
        ordinals = self.dataset.ordinals
        return np.asarray(ordinals == ordinals.max())

    def walk(self, flavour: str, columns: Sequence[str] | None = None) -> OutOfTime:
        """Out-of-time predictions of a flavour that may read `columns`, or all."""
        schema = self.schema if columns is None else self.schema.select(columns)
        names = self.schema.names
        inputs = self.inputs[:, [names.index(n) for n in schema.names]]
        fitted = self.flavours[flavour]
        return out_of_time(self.dataset, inputs, schema, fitted, self.how, self.known)

    def fits(self, folds: Sequence[Fold], flavour: str) -> list[Fitted]:
        """A hazard of a flavour for each fold."""
        return fits(folds, self.flavours[flavour], self.inputs, self.schema, self.how)

    def known(self, at: date) -> Dataset:
        """The dataset with the outcomes that can be learnt from on a date, worked out once."""
        if at not in self._known:
            teacher = self.flavours[TEACHER]
            silences = Silences(self.dataset, self.inputs, self.schema, teacher, self.how.seed)
            self._known[at] = silences.as_known(at)
        return self._known[at]

    def sampled(self, rows: int) -> "Material":
        """The rows of as many whole accounts as make about `rows` rows; all where fewer."""
        if len(self.inputs) <= rows:
            return self
        accounts = self.dataset.frame["account_id"].to_numpy(object)
        _, owner = np.unique(accounts, return_inverse=True)
        drawn = np.random.default_rng(self.how.seed).random(int(owner.max()) + 1)
        mine = np.asarray((drawn < rows / len(owner))[owner])
        return replace(self, dataset=self.dataset.take(mine), inputs=self.inputs[mine])
