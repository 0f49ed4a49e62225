from pipelines.refusal import keep, no_model, refusal
from pipelines.status import status_of
from pipelines.texts import status


def test_why_no_model_serves_is_kept_until_one_does(workspace):
    workspace.root.mkdir()
    assert refusal(workspace) == ()
    assert no_model(workspace).startswith("no model was promoted yet: run `forewarn train`")

    keep(workspace, ("10 accounts were seen to be lost; with 35 more, regressions",))
    assert "with 35 more" in no_model(workspace)
    body = status_of(workspace)
    assert body["refused"] == ["10 accounts were seen to be lost; with 35 more, regressions"]
    assert "Model: none yet\n  10 accounts were seen" in status(body)

    keep(workspace, ())
    assert refusal(workspace) == ()
    keep(workspace, ())


def test_a_broken_note_is_no_note(workspace):
    workspace.root.mkdir()
    workspace.refusal.write_text("{")
    assert refusal(workspace) == ()
