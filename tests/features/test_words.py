"""Words that are made into strings when one is asked for."""

import pyarrow as pa

from features.words import LaterWords, as_arrow


def test_later_words_are_the_words_themselves() -> None:
    given = pa.array(["b", "a", "c"]).slice(1)
    words = LaterWords(given)
    assert (len(words), words[0], words[:], list(words), "c" in words) == (
        2, "a", ("a", "c"), ["a", "c"], True,
    )  # fmt: skip
    assert as_arrow(words).equals(pa.array(["a", "c"]))
    assert as_arrow(LaterWords(pa.chunked_array([["a"], ["c"]]))).equals(as_arrow(["a", "c"]))
