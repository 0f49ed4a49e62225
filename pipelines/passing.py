"""Rows of a stored snapshot by account, in one pass through it."""

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.stored import Stored

ACCOUNT = "account_id"


class Passing:
    """Gives some accounts' rows of a stored snapshot; who is asked for must come in order.

    The snapshot is read once, part by part, and nothing of it is kept but what is asked for.

    Args:
        stored: the snapshot, ordered by account.
        columns: those that are read, beside the account's id.
    """

    def __init__(self, stored: Stored, columns: Sequence[str]) -> None:
        self._columns = list(dict.fromkeys([ACCOUNT, *columns]))
        self._parts = stored.parts(self._columns)
        self._held = next(self._parts, None)

    def rows(self, accounts: Sequence[str]) -> pd.DataFrame:
        """The rows of accounts, in their order; none of those that the snapshot does not hold.

        Args:
            accounts: in order, and after all that were asked for before.
        """
        wanted, found = pa.array(accounts, pa.string()), []
        while self._held is not None:
            keys = self._held[ACCOUNT]
            found.append(self._held.filter(pc.is_in(keys, value_set=wanted)))
            if keys[-1].as_py() >= accounts[-1]:
                break
            self._held = next(self._parts, None)
        if not found:
            return pd.DataFrame(columns=self._columns)
        frame: pd.DataFrame = pa.concat_tables(found).to_pandas(date_as_object=True)
        return frame
