"""What a workspace holds, and what to do next."""

from dataclasses import asdict
from typing import Any

from pipelines.freshness import holes_as_dicts
from pipelines.refusal import refusal
from pipelines.workspace import Workspace
from serving.store import ModelVersionRepository, ScoreRepository, open_store


def status_of(workspace: Workspace) -> dict[str, Any]:
    """Data, model, scores and the next command, as plain JSON values; writes nothing."""
    lake = workspace.lake()
    body: dict[str, Any] = {"workspace": str(workspace.root), "tables": {}, "champion": None}
    body["scores"] = {"dates": [], "bands": {}}
    if lake.exists:
        body["tables"] = {name: asdict(info) for name, info in lake.manifest.tables.items()}
    if workspace.has_store:
        body |= _published(workspace)
    body["refused"] = [] if body["champion"] else list(refusal(workspace))
    body["next"] = _next(body)
    return body


def _published(workspace: Workspace) -> dict[str, Any]:
    engine = open_store(workspace.store_address)
    champion = ModelVersionRepository(engine).champion()
    scores = ScoreRepository(engine)
    dates = scores.dates()
    newest = scores.newest()
    silent = scores.silent(newest.as_of) if newest else ()
    found = {
        "champion": None
        if champion is None
        else {
            "version": champion.version,
            "flavour": champion.flavour,
            "outcome": champion.outcome,
            "data_as_of": champion.data_as_of.isoformat(),
            "horizons": list(champion.horizons),
        },
        "scores": {
            "dates": [day.isoformat() for day in dates],
            "bands": {band.value: count for band, count in scores.counts().items()},
            "silent_sources": [asdict(each) for each in silent],
            "holes_in_usage": holes_as_dicts(newest.holes if newest else ()),
            "ended_that_day": newest.ended if newest else 0,
        },
    }
    engine.dispose()
    return found


def _next(body: dict[str, Any]) -> str:
    if not body["tables"]:
        return "forewarn demo, or forewarn init EXPORTS and then forewarn run"
    if body["champion"] is None:
        more = "when that has changed: " if body["refused"] else ""
        return f"{more}forewarn train"
    return "forewarn serve" if body["scores"]["dates"] else "forewarn score"
