from datetime import date
from pathlib import Path

from pipelines import texts
from pipelines.deliver import Delivered
from pipelines.figures import percent
from serving.store import Payload


def delivered(bands, dry_run=False, unchanged=2):
    due = tuple(
        Payload(key, {"band": band, "health_score": "25.0", "reason_1": "Because."})
        for key, band in bands.items()
    )
    return Delivered(Path("/drop/crm.csv"), date(2026, 6, 30), due, unchanged, dry_run)


def test_a_delivery():
    assert texts.delivery(delivered({"a": "red", "b": "none"})).splitlines() == [
        "2 changed accounts as of 2026-06-30 written to /drop/crm.csv",
        "  a: red 25.0 Because.",
        "  b: none 25.0 Because.",
        "  1 of them are no longer scored (band none)",
        "  2 accounts are unchanged",
    ]


def test_a_dry_run_says_would_and_shows_the_first():
    told = texts.delivery(delivered({f"a{n}": "red" for n in range(8)}, dry_run=True))
    assert "8 changed accounts as of 2026-06-30 would be written" in told
    assert told.count("Because.") == texts.CHANGES_SHOWN
    assert "  and 3 more" in told


def test_nothing_to_deliver():
    assert texts.delivery(delivered({})) == (
        "nothing changed since the last delivery to /drop/crm.csv (2026-06-30)"
    )


def test_a_workspace():
    body = {
        "workspace": ".forewarn",
        "tables": {"usage": {"rows": 12, "first": "2025-01-01T00:00", "last": "2026-01-01T00:00"}},
        "champion": None,
        "scores": {"dates": []},
        "next": "forewarn train",
    }
    assert texts.status(body).splitlines() == [
        "Workspace .forewarn",
        "  usage                 12 rows  2025-01-01 to 2026-01-01",
        "Model: none yet",
        "Scores: none yet",
        "Next: forewarn train",
    ]


def test_a_share_that_is_not_known():
    assert percent(0.123) == "12.3 %"
    assert percent(float("nan")) == "unknown"
