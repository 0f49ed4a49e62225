import json
from datetime import date

import pandas as pd
import pytest

from models.score import OTHERS, Reason
from pipelines.errors import InputError
from pipelines.export import export_scores, reasons_as_json
from serving.store import ScoreRepository

JUNE = date(2026, 6, 30)


@pytest.mark.parametrize(("name", "read"), [("s.csv", pd.read_csv), ("s.parquet", pd.read_parquet)])
def test_every_account_of_the_day_with_its_reasons(store, publish, words, tmp_path, name, read):
    publish({"a": 0.75, "b": None})
    publish({"a": 0.1}, as_of=date(2026, 7, 31))

    written = export_scores(ScoreRepository(store), JUNE, tmp_path / "new" / name, words)
    frame = read(tmp_path / "new" / name)

    assert written == len(frame) == 2
    first, second = frame.to_dict("records")
    assert (first["account_id"], first["as_of"], first["band"]) == ("a", "2026-06-30", "red")
    assert (first["p_loss_30"], first["p_loss_90"], first["health_score"]) == (0.375, 0.75, 25.0)
    assert (first["model_version"], first["crm_id"]) == ("v1", "crm-a")
    assert pd.isna(first["p_loss_365"])
    assert second["band"] == "grey"
    assert pd.isna(second["p_loss_90"])
    assert json.loads(first["reasons"])[1] == {
        "signal": "adoption__users_30d",
        "value": 3.0,
        "contribution": 0.75,
        "sentence": "adoption__users_30d is 3.0",
    }


def test_no_cell_of_a_csv_is_a_formula(store, publish, words, tmp_path):
    publish({"=1+1": 0.75})
    export_scores(ScoreRepository(store), JUNE, tmp_path / "s.csv", words)
    export_scores(ScoreRepository(store), JUNE, tmp_path / "s.parquet", words)
    [row] = pd.read_csv(tmp_path / "s.csv").to_dict("records")
    assert (row["account_id"], row["base_log_odds"]) == ("'=1+1", -2.0)
    [row] = pd.read_parquet(tmp_path / "s.parquet").to_dict("records")
    assert row["account_id"] == "=1+1"


def test_reasons_and_others_keep_their_letters(words):
    found = reasons_as_json(
        (Reason("risk__level", "größer", 0.5), Reason(OTHERS, 3.0, -0.1)), words
    )
    assert "größer" in found
    assert [each["signal"] for each in json.loads(found)] == ["risk__level", OTHERS]


def test_a_day_without_scores_names_those_there_are(store, publish, words, tmp_path):
    publish({"a": 0.75})
    with pytest.raises(InputError, match="2026-01-01: no scores were published.*2026-06-30"):
        export_scores(ScoreRepository(store), date(2026, 1, 1), tmp_path / "s.csv", words)


@pytest.mark.parametrize("name", ["s.csv", "s.parquet"])
def test_a_file_that_cannot_be_written_is_the_users_mistake(store, publish, words, tmp_path, name):
    publish({"a": 0.75})
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=f"{name}: cannot be written: File exists"):
        export_scores(ScoreRepository(store), JUNE, tmp_path / "file" / name, words)


def test_another_extension_is_refused(store, words, tmp_path):
    with pytest.raises(InputError, match=r"must end in \.csv or \.parquet"):
        export_scores(ScoreRepository(store), JUNE, tmp_path / "s.xlsx", words)
