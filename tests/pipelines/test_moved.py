"""A workspace that is moved takes its models along."""

import shutil

from pipelines.versions import find
from pipelines.workspace import Workspace
from serving.store import ScoreRepository, open_store


def scores_of(space, day):
    engine = open_store(space.store_address)
    found = [(each.card.account_id, each.score.p_loss) for each in ScoreRepository(engine).run(day)]
    engine.dispose()
    return found


def test_a_moved_workspace_scores(finished, forewarn, days, tmp_path):
    first, then = tmp_path / "first", tmp_path / "then"
    shutil.copytree(finished.company.config.parent, first)
    shutil.rmtree(first / "workspace" / "bundles", ignore_errors=True)
    first.rename(then)
    space = Workspace(then / "workspace")
    place = ("-c", then / "forewarn.toml", "--workspace", space.root)
    found = forewarn("score", "--as-of", days.rescored, *place)
    assert found.exit_code == 0, found.stderr
    champion = find(space.registry(), "champion")
    assert champion.bundle.is_relative_to(then)
    assert scores_of(space, days.rescored) == scores_of(
        Workspace(finished.company.workspace), days.rescored
    )


def test_a_configuration_inside_moves_along(tmp_path):
    first = Workspace(tmp_path / "first")
    (first.demo).mkdir(parents=True)
    first.remember(first.demo / "forewarn.toml")
    assert first.used == first.demo / "forewarn.toml"
    first.root.rename(tmp_path / "then")
    then = Workspace(tmp_path / "then")
    assert then.used == then.demo / "forewarn.toml"
    then.remember(tmp_path / "forewarn.toml")
    assert then.used == tmp_path / "forewarn.toml"
    assert Workspace(tmp_path / "new").used is None
