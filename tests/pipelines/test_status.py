from datetime import date

import pytest

from pipelines.status import status_of


def test_an_empty_workspace_says_what_to_do_and_is_not_created(workspace):
    found = status_of(workspace)
    assert found["tables"] == {}
    assert found["champion"] is None
    assert "forewarn" in found["next"]
    assert not workspace.root.exists()


def test_scores_and_model_are_told(workspace, publish, promote):
    promote("v3")
    publish({"a": 0.75, "b": 0.1, "c": None})
    publish({"a": 0.75}, as_of=date(2026, 5, 31))
    found = status_of(workspace)
    assert found["champion"]["version"] == "v3"
    assert [str(day) for day in found["scores"]["dates"]] == ["2026-05-31", "2026-06-30"]
    assert found["scores"]["bands"] == {"red": 1, "yellow": 0, "green": 1, "grey": 1}


@pytest.fixture
def elsewhere(monkeypatch, tmp_path) -> None:
    """A store that the settings name, outside the workspace."""
    monkeypatch.setenv("FOREWARN_STORE", f"sqlite:///{tmp_path / 'elsewhere.db'}")


@pytest.mark.usefixtures("elsewhere")
def test_a_store_elsewhere_is_looked_into(workspace, promote, publish):
    assert status_of(workspace)["champion"] is None
    promote("v7")
    publish({"a": 0.75})

    assert status_of(workspace)["champion"]["version"] == "v7"
    assert status_of(workspace)["scores"]["dates"] == ["2026-06-30"]
    assert not (workspace.root / "store.db").exists()


def test_data_is_told(finished):
    from pipelines.workspace import Workspace

    found = status_of(Workspace(finished.company.workspace))
    assert found["tables"]["accounts"]["rows"] == 300
    assert found["scores"]["dates"][-1] == "2025-04-30"
