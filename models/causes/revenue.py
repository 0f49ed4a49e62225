"""How much of its recurring revenue a cause of loss takes."""

import numpy as np
import pandas as pd

from models.causes.shares import CHURN, CONTRACTION
from models.dataset import Dataset, Mask


def revenue_taken(dataset: Dataset, contracted: Mask, column: str) -> dict[str, float]:
    """The mean share (0 to 1) of recurring revenue that each cause takes.

    Whoever leaves takes all. For each contraction, revenue on the last date before it is held
    against that on the first date that knows of it; accounts that had left by then are not seen.
    A contraction is not there where no revenue is known on both sides of any.

    Args:
        dataset: rows of any loss.
        contracted: rows whose first loss is a contraction, shape (rows,).
        column: recurring revenue per month.
    """
    taken = {CHURN: 1.0}
    if column not in dataset.frame.columns:
        return taken
    known = pd.DataFrame(
        {
            "account": dataset.frame["account_id"].to_numpy(object),
            "day": dataset.ordinals,
            "event": dataset.ordinals + dataset.event_days,
            "mrr": dataset.frame[column].to_numpy(np.float64, na_value=np.nan),
        }
    )
    one = ["account", "event"]
    unaware = contracted & (dataset.event_days <= 0)  # it had happened, and showed only later
    before = known[contracted & ~unaware].drop_duplicates(one, keep="last")
    seen = known.loc[~unaware, ["account", "day", "mrr"]]
    after = seen.rename(columns={"day": "then", "mrr": "left"})
    both = before.merge(after, on="account")
    both = both[both["then"] >= both["event"]].drop_duplicates(one)
    share = (1 - both["left"] / both["mrr"])[both["mrr"] > 0].dropna().clip(0, 1)
    return {**taken, CONTRACTION: float(share.mean())} if len(share) else taken
