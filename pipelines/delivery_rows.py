"""What a CRM is to hold of one account, cell by cell, as it is written."""

from models.causes.shares import CAUSES
from models.score import HORIZONS, OTHERS, AccountCard, Score
from pipelines.words import Words
from serving.store import AccountScore

Row = dict[str, str]
REASONS = 3
NOT_SCORED = "none"
"""The band of an account that is no longer scored. A word, because importers tend to skip
empty cells, and the CRM would show the old red for ever."""
GONE = "No longer scored: not among the accounts that can still be lost."
CHANCES = ("p_loss", *(f"p_loss_{horizon}" for horizon in HORIZONS))
SENTENCES = tuple(f"reason_{number}" for number in range(1, REASONS + 1))
AHEAD = (*(f"p_{cause}" for cause in CAUSES), "p_expansion", "expected_loss")
"""Within the primary horizon, where the model foretells them."""
BEFORE = ("crm_id", "name", "band", "health_score", "primary_horizon", *CHANCES)
CONTENT = (*BEFORE, *AHEAD, *SENTENCES)
TIMES = ("as_of", "model_version", "scored_at")
COLUMNS = ("account_id", *CONTENT, *TIMES, "delivered_at")
EARLIER = ("account_id", *BEFORE, *SENTENCES, *TIMES, "delivered_at")
"""The columns of deliveries that knew of nothing but loss; such a file is taken further."""
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def content_of(each: AccountScore, words: Words) -> Row:
    """What a CRM is to hold of one account, as written; a change of any cell is delivered.

    Chances are 0 to 1 with four decimals, lower is better; the health score is 0 to 100
    with one decimal, 100 is healthy. Chances by cause and of expansion are those within the
    primary horizon, and the expected loss is yearly revenue in the company's currency. What is
    not known is empty.
    """
    score = each.score
    chances = {f"p_loss_{horizon}": _number(score.p_loss.get(horizon), 4) for horizon in HORIZONS}
    return cells_of(
        each.card,
        band=score.band.value,
        health_score=_number(score.health_score, 1),
        primary_horizon=str(each.primary_horizon),
        p_loss=_number(each.risk, 4),
        **chances,
        **_ahead(each),
        **dict(zip(SENTENCES, _sentences(score, words), strict=False)),
    )


def _ahead(each: AccountScore) -> Row:
    """What the model foretells beside the chance of loss; empty where it does not."""
    ahead, horizon = each.score.outlook, each.primary_horizon
    causes = {f"p_{cause}": ahead.p_by_cause.get(cause, {}).get(horizon) for cause in CAUSES}
    chances = {**causes, "p_expansion": ahead.p_expansion.get(horizon)}
    lost = each.expected_loss
    return {name: _number(chance, 4) for name, chance in chances.items()} | {
        "expected_loss": "" if lost is None else f"{lost:.2f}"
    }


def cells_of(card: AccountCard, **cells: str) -> Row:
    """All cells of an account; those that are not given are empty."""
    named = {"crm_id": card.crm_id, "name": card.name, **cells}
    return {column: named.get(column, "") for column in CONTENT}


def _sentences(score: Score, words: Words) -> list[str]:
    return [words(each) for each in score.reasons if each.signal != OTHERS][:REASONS]


def _number(value: float | None, decimals: int) -> str:
    return "" if value is None else f"{value:.{decimals}f}"


def harmless(cell: str) -> str:
    """The cell, with an apostrophe before it where a spreadsheet would run it as a formula.

    No number that we write is negative, so every cell may be treated alike.
    """
    return f"'{cell}" if cell.startswith(DANGEROUS) else cell
