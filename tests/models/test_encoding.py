import numpy as np
import pandas as pd
import pytest

from models.encoding import InputColumn, InputSchema, SchemaMismatch, learn_schema

FRAME = pd.DataFrame(
    {
        "use": [1.0, np.nan, 3.0],
        "plan": ["plus", None, "basic"],
        "always": [2.0, 2.0, 2.0],
        "never": [None, None, None],
        "sometimes": [2.0, 2.0, np.nan],
    }
)


def test_schema_keeps_what_varies_and_remembers_the_words() -> None:
    schema = learn_schema(FRAME, ["plan", "use", "always", "never", "sometimes"])
    assert schema.columns == (
        InputColumn("plan", ("basic", "plus")),
        InputColumn("use"),
        InputColumn("sometimes"),
    )
    assert schema.word_positions == [0]
    assert schema.select(["use", "plan"]).names == ("plan", "use")


@pytest.mark.parametrize("kind", [object, "str"])
def test_words_become_codes_and_unseen_words_are_missing(kind: object) -> None:
    schema = InputSchema((InputColumn("plan", ("basic", "plus")), InputColumn("use")))
    words = pd.Series(["plus", "enterprise", None, "basic"], dtype=kind)
    got = schema.encode(pd.DataFrame({"plan": words, "use": [1.0, np.nan, 0.0, 2.0]}))
    np.testing.assert_array_equal(got, [[1.0, 1.0], [np.nan, np.nan], [np.nan, 0.0], [0.0, 2.0]])


def test_a_source_no_longer_connected_is_missing() -> None:
    schema = InputSchema((InputColumn("plan", ("basic",)), InputColumn("use")))
    gone = pd.DataFrame({"plan": [None], "use": [None]}, dtype=object)
    assert np.isnan(schema.encode(gone)).all()


def test_a_lacking_column_is_refused() -> None:
    schema = InputSchema((InputColumn("use"), InputColumn("calls"), InputColumn("seats")))
    with pytest.raises(SchemaMismatch, match="lacks 2 columns the model reads, first 'calls'"):
        schema.encode(FRAME)
