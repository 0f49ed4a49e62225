"""What the console is told of a workspace, and what it may change there."""

from collections import Counter

import pytest

from pipelines.bundles import Bundles
from pipelines.refusal import keep
from pipelines.stored import StoredSnapshots
from pipelines.workshop import first_run, workshop_of
from serving.settings import Settings
from serving.store import ModelVersionRepository, ScoreRepository, open_store
from serving.workshop import FirstRun, Lacking, NotChanged, NotTold


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


def test_who_would_change_band_under_another_model(finished, workspace):
    """The champion beside itself: what its thresholds alone say, against what was published."""
    space = type(workspace)(finished.company.workspace)
    engine = open_store(space.store_address)
    scores = ScoreRepository(engine)
    run = scores.newest()
    published = scores.past_run(run.as_of)
    model = Bundles(space, ModelVersionRepository(engine)).model(run.model_version)
    engine.dispose()
    rows = StoredSnapshots(space.snapshots).runs(run.as_of, model.fingerprint)[-1].read()
    alone = {each.account_id: each.band for each in model.score(rows.to_pandas())}
    before = dict(zip(published.accounts, published.bands, strict=True))
    expected = Counter((before[a], band) for a, band in alone.items() if before[a] is not band)

    ask = workshop_of(space, Settings()).band_moves
    found = ask(run.model_version)
    assert {(m.before, m.after): m.accounts for m in found.moves} == expected
    assert found.looked_at == found.accounts == len(alone)
    with pytest.raises(NotTold, match="there is no model v9"):
        ask("v9")


def test_nothing_scored_changes_no_band(workspace):
    with pytest.raises(NotTold, match="Nothing is scored yet"):
        workshop_of(workspace, Settings()).band_moves("v9")
