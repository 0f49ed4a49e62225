"""The chance of every account of a snapshot that is too large to be held."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from models.bands import Accounts
from models.churn_model import ChurnModel

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Foretold:
    """What bands are decided by, of all accounts of a snapshot in its order.

    Attributes:
        accounts: ids.
        chance: of loss within the primary horizon, shape (accounts,).
        about: tier and revenue.
    """

    accounts: Sequence[str]
    chance: Vector
    about: Accounts


def foretell(model: ChurnModel, parts: Iterable[pd.DataFrame]) -> Foretold:
    """One chance an account, which is all that is kept of a part.

    Bands follow from a whole snapshot's chances and from what was published before; reasons,
    which take far more room, are worked out in a second pass.
    """
    ids: list[str] = []
    chances, tiers, revenues = [np.empty(0)], [np.empty(0, object)], [np.empty(0)]
    for part in parts:
        about = Accounts.of(part)
        ids += part["account_id"].tolist()
        chances.append(model.primary_chance(model.schema.encode(part)))
        tiers.append(about.tier)
        revenues.append(about.revenue)
    joined = (np.concatenate(each) for each in (chances, tiers, revenues))
    chance, tier, revenue = joined
    return Foretold(ids, chance, Accounts(tier, revenue))


def frames(tables: Iterable[pa.Table]) -> Iterator[pd.DataFrame]:
    """Tables as frames, dates as dates."""
    for table in tables:
        yield table.to_pandas(date_as_object=True)
