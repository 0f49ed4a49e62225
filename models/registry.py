"""MLflow: the record of every training run, and the aliases of its models.

This is the only module that imports mlflow. Bundles are logged as plain files and read
back as plain files; MLflow's own loaders, some of which unpickle, are never called. An
`MLmodel` file beside a bundle lets plain MLflow load it through `models.pyfunc`.
"""

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"  # before the import that would send it
os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")

from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.models.model import Model
from mlflow.models.signature import ModelSignature
from mlflow.types.schema import ColSpec, DataType, Schema

from models import pyfunc
from models.moved import follow, local_path
from models.run_record import (
    BUNDLE,
    CHALLENGER,
    CHAMPION,
    EVIDENCE,
    DatasetRecord,
    Registered,
    RunRecord,
    WalkRecord,
)
from models.signature import Field, Holds, Signature

NAME = "forewarn"
DIGEST_TAG = "forewarn.bundle_sha256"
EVIDENCE_TAG = "forewarn.evidence_sha256"
VERSION_TAG = "forewarn.version"
NOT_THERE = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
"""How MLflow answers for a model that is not registered, or an alias that is not set."""

TYPES = {
    Holds.WORD: DataType.string,
    Holds.NUMBER: DataType.double,
    Holds.DATE: DataType.datetime,
}
DIGEST_DIGITS = 32
"""MLflow keeps at most 36 characters of a dataset's digest; a tag holds all 64."""

LOG = logging.getLogger(__name__)
for _name in ("mlflow", "alembic"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Registry:
    """Runs and models under one MLflow tracking address.

    Args:
        address: of the records; where they are a file beside the artifacts, they follow these
            to wherever both were moved or copied.
        artifacts: the folder for the files of runs.
    """

    def __init__(self, address: str, artifacts: Path) -> None:
        moved = follow(address, artifacts, NAME)
        if moved:
            LOG.info("the files of %d runs were recorded elsewhere and are found here", moved)
        self._client = MlflowClient(tracking_uri=address, registry_uri=address)
        self._artifacts = artifacts

    def record(self, run: RunRecord, challenges: bool = True) -> str:
        """Write down a run and register its model, as challenger by default; returns its id."""
        tags = {
            VERSION_TAG: run.version,
            DIGEST_TAG: run.digest,
            **({EVIDENCE_TAG: run.evidence} if run.evidence else {}),
        }
        created = self._client.create_run(self._experiment(), run_name=run.version)
        run_id = str(created.info.run_id)
        self._client.log_batch(
            run_id,
            metrics=list(_metrics(run, created.info.start_time)),
            params=[Param(k, v) for k, v in run.parameters.items()],
            tags=[RunTag(name, value) for name, value in tags.items()],
        )
        if run.data:
            self._client.log_inputs(run_id, [_dataset(run.data)])
        if run.signature:
            _describe(run, run.signature, run_id)
        self._client.log_artifacts(run_id, str(run.folder))
        for walk in run.walks:
            self._nested(walk, run_id)
        self._client.set_terminated(run_id)
        model = self._client.create_model_version(
            self._model(), f"runs:/{run_id}/{BUNDLE}", run_id, tags=tags
        )
        if challenges:
            self._client.set_registered_model_alias(NAME, CHALLENGER, model.version)
        return run_id

    def promote(self, run_id: str) -> None:
        """Let the champion alias point at the model of a run."""
        for model in self._client.search_model_versions(f"run_id='{run_id}'"):
            self._client.set_registered_model_alias(NAME, CHAMPION, model.version)
            return
        raise LookupError(f"run {run_id} has no registered model")

    def champion(self) -> Registered | None:
        """The model that serves, or None before the first promotion.

        Its files are used where they lie; only those of a remote store are copied, to a
        folder beside the artifacts.
        """
        return self._named(CHAMPION)

    def challenger(self) -> Registered | None:
        """The model trained last, or None before the first."""
        return self._named(CHALLENGER)

    def version(self, version: str) -> Registered | None:
        """The newest model of a version; None where there is none."""
        found = [model for model in self._models() if model.tags.get(VERSION_TAG) == version]
        return self._registered(found[0]) if found else None

    def versions(self) -> list[str]:
        """All versions, newest first."""
        return list(dict.fromkeys(model.tags[VERSION_TAG] for model in self._models()))

    def evidence(self, registered: Registered) -> Path:
        """Where the rows lie that a model was tested on."""
        return self._local(registered.run_id, EVIDENCE)

    def withdraw(self) -> None:
        """Let no model be champion."""
        self._client.delete_registered_model_alias(NAME, CHAMPION)

    def _nested(self, walk: WalkRecord, parent: str) -> None:
        """A run of one flavour, shown by MLflow beneath the training run."""
        tags = {"mlflow.parentRunId": parent}
        created = self._client.create_run(self._experiment(), tags=tags, run_name=walk.flavour)
        run_id, at = str(created.info.run_id), created.info.start_time
        self._client.log_batch(
            run_id,
            metrics=[Metric(name, value, at, 0) for name, value in walk.metrics.items()],
            params=[Param(name, value) for name, value in walk.parameters.items()],
        )
        self._client.set_terminated(run_id)

    def _named(self, alias: str) -> Registered | None:
        try:
            model = self._client.get_model_version_by_alias(NAME, alias)
        except MlflowException as error:
            if error.error_code in NOT_THERE:
                return None
            raise
        return self._registered(model)

    def _registered(self, model: ModelVersion) -> Registered:
        run_id, tags = str(model.run_id), model.tags
        folder = self._local(run_id, BUNDLE)
        evidence = tags.get(EVIDENCE_TAG, "")
        return Registered(tags[VERSION_TAG], run_id, tags[DIGEST_TAG], folder, evidence)

    def _models(self) -> list[ModelVersion]:
        found = self._client.search_model_versions(f"name='{NAME}'")
        return sorted(found, key=lambda model: -int(model.version))

    def file(self, run_id: str, name: str) -> Path | None:
        """A file of a run, on this machine; None where the run has none of that name."""
        known = {found.path for found in self._client.list_artifacts(run_id)}
        return self._local(run_id, name) if name in known else None

    def _local(self, run_id: str, name: str) -> Path:
        folder = local_path(str(self._client.get_run(run_id).info.artifact_uri))
        if folder is not None:
            return folder / name
        copy = self._artifacts / "copies" / run_id
        copy.mkdir(parents=True, exist_ok=True)
        return Path(self._client.download_artifacts(run_id, name, str(copy)))

    def _experiment(self) -> str:
        known = self._client.get_experiment_by_name(NAME)
        if known is not None:
            return str(known.experiment_id)
        self._artifacts.mkdir(parents=True, exist_ok=True)
        place = self._artifacts.resolve().as_uri()
        return str(self._client.create_experiment(NAME, artifact_location=place))

    def _model(self) -> str:
        if not self._client.search_registered_models(f"name='{NAME}'"):
            self._client.create_registered_model(NAME)
        return NAME


def _metrics(run: RunRecord, at: int) -> Iterator[Metric]:
    """The run's figures, and those by month with the month's number as step."""
    for name, value in run.metrics.items():
        yield Metric(name, value, at, 0)
    for name, months in run.monthly.items():
        for month, value in months.items():
            yield Metric(name, value, at, month)


def _dataset(data: DatasetRecord) -> DatasetInput:
    """The dataset as MLflow describes one; its rows stay where they are."""
    first, last = (day.isoformat() for day in data.dates)
    profile = {"num_rows": data.rows, "num_columns": data.columns, "first": first, "last": last}
    dataset = Dataset(
        name="training snapshots",
        digest=data.digest[:DIGEST_DIGITS],
        source_type="local",
        source=json.dumps({"uri": data.source}),
        profile=json.dumps(profile),
    )
    tags = {
        "mlflow.data.context": "training",
        "forewarn.dataset_sha256": data.digest,
        "forewarn.fingerprint": data.fingerprint,
    }
    return DatasetInput(dataset, [InputTag(name, value) for name, value in tags.items()])


def _describe(run: RunRecord, signature: Signature, run_id: str) -> None:
    """Write the `MLmodel` file by which plain MLflow loads and verifies the bundle."""
    model = Model(
        artifact_path=BUNDLE,
        run_id=run_id,
        signature=ModelSignature(_schema(signature.inputs), _schema(signature.outputs)),
        metadata={VERSION_TAG: run.version, DIGEST_TAG: run.digest},
    )
    model.add_flavor(
        "python_function", loader_module=pyfunc.__name__, config={pyfunc.DIGEST: run.digest}
    )
    model.save(str(run.folder / BUNDLE / "MLmodel"))


def _schema(fields: tuple[Field, ...]) -> Schema:
    return Schema([ColSpec(TYPES[f.holds], f.name, required=f.required) for f in fields])
