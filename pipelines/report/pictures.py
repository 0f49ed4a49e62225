"""The report's two pictures of why: the whole base, and the account with the most at stake."""

import base64
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from models import bundle
from models.bundle import BrokenBundle
from models.churn_model import ChurnModel
from models.explain import pictures
from models.explain.pictures import Shared
from models.explain.wording import Wording
from pipelines.errors import InputError
from pipelines.passing import Passing
from pipelines.report.portfolio import Portfolio
from pipelines.stored import Stored, StoredSnapshots
from pipelines.versions import find
from pipelines.workspace import Workspace

ACCOUNTS, SEED = 400, 1
"""Accounts of the picture of the base: at most so many, drawn with this seed."""
NOT_INSTALLED = (
    "The pictures of why are left out: the shap package draws them, and it is not installed "
    '(pip install "forewarn[plots]").'
)


@dataclass(frozen=True)
class Pictures:
    """Two pictures as addresses that hold their content.

    Attributes:
        base: which way each signal pushes which accounts; empty where there is none.
        account: the way from the base to the chance of one account; likewise.
        name: of that account.
        accounts: how many the first picture shows, and out of how many they were drawn.
        missing: why there are none, in a sentence; empty where they are there.
    """

    base: str = ""
    account: str = ""
    name: str = ""
    accounts: tuple[int, int] = (0, 0)
    missing: str = ""


def pictures_of(
    workspace: Workspace, version: str, portfolio: Portfolio, words: Wording
) -> Pictures:
    """The pictures of a run's scores, where they can be drawn.

    Args:
        workspace: keeps the model and the snapshot.
        version: of the model that made the scores.
        portfolio: the scores.
        words: say what signals mean.
    """
    if not pictures.available():
        return Pictures(missing=NOT_INSTALLED)
    if len(portfolio.scored) < 2:
        return Pictures(missing="The pictures of why are left out: too few accounts are scored.")
    try:
        registered = find(workspace.registry(), version)
        model = bundle.load(registered.bundle, registered.digest)
    except (InputError, BrokenBundle) as error:
        return Pictures(missing=f"The pictures of why are left out: {error}")
    runs = StoredSnapshots(workspace.snapshots).runs(portfolio.as_of, model.fingerprint)
    if not runs:
        return Pictures(missing="The pictures of why are left out: the snapshot is not stored.")
    return _drawn(model, runs[-1], portfolio, words)


def _drawn(model: ChurnModel, stored: Stored, portfolio: Portfolio, words: Wording) -> Pictures:
    first = portfolio.scored[0].card
    sample = Shared.of(model, _sample(stored), words)
    account = Passing(stored, model.schema.names).rows([first.account_id])
    return Pictures(
        base=_address(pictures.beeswarm(sample)),
        account=_address(pictures.waterfall(Shared.of(model, account, words))),
        name=first.name or first.account_id,
        accounts=(len(sample.values), stored.accounts),
    )


def _sample(stored: Stored) -> pd.DataFrame:
    """Some accounts, drawn once from all, in their order; one part is held at a time."""
    count = min(ACCOUNTS, stored.accounts)
    drawn = np.random.default_rng(SEED).choice(stored.accounts, count, replace=False)
    chosen, begin = [], 0
    for part in stored.parts():
        mine = np.sort(drawn[(drawn >= begin) & (drawn < begin + len(part))]) - begin
        chosen.append(part.take(pa.array(mine)))
        begin += len(part)
    frame: pd.DataFrame = pa.concat_tables(chosen).to_pandas(date_as_object=True)
    return frame


def _address(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
