"""Commands start without what they have no use for."""

import subprocess
import sys

CODE = """
import sys
from pipelines.cli.lean import without_pandas
without_pandas()
import pyarrow as pa
from features.lake.hashing import bytes_of, hashes
import pipelines.cli.day, pipelines.ingest.load
assert len(hashes(*bytes_of(pa.array(["a", "b"])))) == 2
print(sorted({"pandas", "sqlalchemy", "mlflow", "sklearn", "models"} & set(sys.modules)))
import pandas
"""


def test_a_day_needs_no_pandas_and_who_asks_for_it_gets_it() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


EXPLAINING = """
import sys
from pipelines.cli.lean import without_sklearn
without_sklearn()
import pipelines.cli.explaining
print(sorted({"sklearn", "mlflow", "alembic", "shap", "fastapi"} & set(sys.modules)))
from sklearn.base import BaseEstimator
"""


def test_an_explanation_needs_no_sklearn_and_who_asks_for_it_gets_it() -> None:
    ran = [sys.executable, "-c", EXPLAINING]
    done = subprocess.run(ran, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
