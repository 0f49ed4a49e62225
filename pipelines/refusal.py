"""Why no model serves: what the last training said, kept until one does."""

import json
from collections.abc import Sequence

from pipelines.workspace import Workspace


def keep(workspace: Workspace, sentences: Sequence[str]) -> None:
    """Write down why a model was refused; without sentences nothing is left of an earlier one."""
    if not sentences:
        workspace.refusal.unlink(missing_ok=True)
        return
    text = json.dumps(list(sentences), indent=1, ensure_ascii=False)
    workspace.refusal.write_text(text, encoding="utf-8")


def refusal(workspace: Workspace) -> tuple[str, ...]:
    """The sentences kept, none where no training was refused."""
    if not workspace.refusal.exists():
        return ()
    try:
        return tuple(map(str, json.loads(workspace.refusal.read_text(encoding="utf-8"))))
    except ValueError:
        return ()


def no_model(workspace: Workspace) -> str:
    """What to tell someone who wants what only a serving model can give."""
    why = refusal(workspace)
    if not why:
        return (
            "no model was promoted yet: run `forewarn train`, which says what is missing if it "
            "refuses."
        )
    said = "".join(f"\n  {sentence}" for sentence in why)
    return f"no model serves, since the last training was refused:{said}"
