"""Keys are found again, in whichever run they lie."""

import numpy as np
import pytest

from features.kept.register import Register
from features.kept.shelf import Shelf


def test_keys_are_found_however_they_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("features.kept.register.LEAST", 20)
    draw, shelf = np.random.default_rng(3), Shelf()
    number_of: dict[int, list[int]] = {}
    merged = False
    for night in range(30):
        keys = draw.integers(0, 500, 7).astype(np.uint64)  # some come again
        numbers = np.arange(7, dtype=np.int32) + 7 * night
        Register(shelf, "ids").add(keys, numbers)
        for key, number in zip(keys.tolist(), numbers.tolist(), strict=True):
            number_of.setdefault(key, []).append(number)
        held, late = Register(shelf, "ids").runs()
        merged |= len(held[0]) > 0 and len(late[0]) > 0
        found: dict[int, list[int]] = {}
        for known, of_known in (held, late):
            assert (np.diff(known.astype(np.int64)) >= 0).all()
            for key, number in zip(known.tolist(), of_known.tolist(), strict=True):
                found.setdefault(key, []).append(number)
        assert {k: sorted(v) for k, v in found.items()} == number_of
    assert merged
