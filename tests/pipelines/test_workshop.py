"""What the console is told of a workspace, and what it may change there."""

import pytest

from pipelines.refusal import keep
from pipelines.workshop import first_run, workshop_of
from serving.settings import Settings
from serving.workshop import FirstRun, Lacking, NotChanged


def test_an_empty_workspace_lacks_data(workspace):
    assert first_run(workspace) == FirstRun(Lacking.DATA)


def test_a_workspace_says_how_far_it_has_come(finished, workspace):
    done = finished.company.workspace
    found = first_run(type(workspace)(done))
    assert found.lacking is Lacking.SCORES
    assert found.configuration.endswith(".toml")


def test_a_refused_training_is_told_with_its_reasons(finished, workspace):
    (workspace.root).mkdir(parents=True, exist_ok=True)
    (workspace.root / "lake").symlink_to(finished.company.workspace / "lake")
    assert first_run(workspace).lacking is Lacking.MODEL
    keep(workspace, ["too few losses"])
    assert first_run(workspace) == FirstRun(Lacking.FIT_MODEL, ("too few losses",))


def test_what_is_refused_is_said_in_words(workspace):
    shop = workshop_of(workspace, Settings(mlflow="http://m.example"))
    assert (shop.mlflow, shop.tracking) == ("http://m.example", workspace.mlflow_address)
    with pytest.raises(NotChanged, match="there is no model v9: no model was trained yet"):
        shop.change("v9", "better", "Noor")
    with pytest.raises(NotChanged, match="no model is known to have served before"):
        shop.change("", "worse", "Noor")
