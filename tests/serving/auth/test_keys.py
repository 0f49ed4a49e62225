"""Keys and limits."""

import re

import pytest

from serving.auth.keys import ApiKey, new_key, read_key
from serving.auth.limits import Limit


def test_a_key_is_read_back_and_no_two_are_alike():
    keys = [new_key() for _ in range(50)]
    assert all(read_key(key.text) == key for key in keys)
    assert len({key.prefix for key in keys}) == len({key.digest for key in keys}) == 50
    assert all(re.fullmatch("[0-9a-f]{64}", key.digest) for key in keys)


@pytest.mark.parametrize("text", ["", "fw_", "fw_aaaaaaaaaa_short", "xx_aaaaaaaaaa_" + "a" * 43])
def test_other_texts_are_no_keys(text):
    assert read_key(text) is None
    assert read_key(f"{new_key().text}x") is None


def test_a_key_shows_no_secret():
    key = ApiKey("abcdefghij", "s" * 43)
    assert "ssss" not in f"{key!r} {key}"


def test_a_burst_passes_and_then_the_rate():
    now = [0.0]
    limit = Limit(rate=2, burst=3, clock=lambda: now[0])
    assert [limit.wait("a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert limit.wait("b") == 0
    now[0] = 0.5
    assert [limit.wait("a"), limit.wait("a")] == [0, 0.5]
    now[0] = 100
    assert [limit.wait("a") for _ in range(4)] == [0, 0, 0, 0.5]
