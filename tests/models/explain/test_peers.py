"""Quantiles of peers, for every set of them at once."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from models.explain.peers import ALIKE, FEWEST_PEERS, SHARES, PeerTable


@pytest.fixture(scope="module")
def snapshot() -> pa.Table:
    rng = np.random.default_rng(3)
    rows = 400
    values = rng.lognormal(size=rows).round(2)
    values[rng.random(rows) < 0.3] = np.nan
    return pa.table(
        {
            "profile__tier": rng.choice(["core", "enterprise", None], rows, p=[0.6, 0.3, 0.1]),
            "profile__stage": rng.choice(["young", "renewing"], rows, p=[0.05, 0.95]),
            "adoption__users_30d": pa.array(values, from_pandas=True),
            "risk__open": pa.array(rng.integers(0, 4, rows)),
        }
    )


def test_quantiles_are_those_of_numpy(snapshot: pa.Table) -> None:
    frame, table = snapshot.to_pandas(), PeerTable.of(snapshot)
    checked = 0
    for tier in ("core", "enterprise"):
        found = table.peers(tier, "renewing")
        mine = frame[(frame["profile__tier"] == tier) & (frame["profile__stage"] == "renewing")]
        assert found.accounts == len(mine)
        for column in ("adoption__users_30d", "risk__open"):
            known = mine[column].dropna().to_numpy(float)
            quantiles = found.quantiles(column)
            assert quantiles == pytest.approx(tuple(np.quantile(known, SHARES)), rel=1e-12)
            assert found.known(column) == len(known)
            checked += 1
    assert checked == 4
    assert table.peers("core", "renewing").quantiles("profile__tier") is None


def test_too_few_share_less(snapshot: pa.Table) -> None:
    table = PeerTable.of(snapshot)
    assert table.peers("enterprise", "young").shared == {"profile__tier": "enterprise"}
    assert table.peers(None, "renewing").shared == {}
    assert table.peers("unheard of", "renewing").accounts == len(snapshot)
    assert len(ALIKE) == 3
    few = PeerTable.of(snapshot.slice(0, FEWEST_PEERS - 1))
    assert few.peers("core", "renewing").quantiles("risk__open") is None
    assert PeerTable.of(snapshot.slice(0, 0)).peers("core", "renewing").accounts == 0


def test_the_table_is_kept(snapshot: pa.Table, tmp_path: Path) -> None:
    path, table = tmp_path / "peers.arrow", PeerTable.of(snapshot)
    table.write(path, "abc")
    again = PeerTable.read(path, "abc")
    assert again.sets == table.sets
    assert again.table.equals(table.table)
    with pytest.raises(ValueError, match="another snapshot"):
        PeerTable.read(path, "other")
    with pytest.raises(ValueError, match="cannot be read"):
        PeerTable.read(tmp_path / "none", "abc")
