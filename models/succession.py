"""Who follows whom: what two comparisons of the same two models say together.

One compares recipes on the rows both were tested on, the other the model in service, as it
stands, with its challenger on the rows that came after it. Either may show that the challenger
is better beyond doubt, if the other does not show it to be worse.
"""

from dataclasses import replace

from models.comparison import Comparison, Outcome


def succession(recipes: Comparison, since: Comparison | None, lacking: str = "") -> Comparison:
    """The comparison of recipes with what the newer rows add to it.

    Args:
        recipes: on the rows both were tested on.
        since: on the rows newer than the model that serves; None where there are none.
        lacking: why there are none, or too few of the primary horizon.
    """
    if since is None or since.outcome is Outcome.NOT_COMPARABLE:
        why = lacking or " ".join(since.reasons if since else ())
        return replace(recipes, reasons=(*recipes.reasons, *((why,) if why else ())))
    told = f"on {since.rows} rows since it was trained, at {since.horizon} days: {since.reasons[0]}"
    others = (f"since then: {reason}" for reason in since.reasons[1:])
    more = (told, *others, *((lacking,) if lacking else ()))
    fresh = since.promotable and recipes.outcome is not Outcome.WORSE
    better = recipes.promotable and since.outcome is not Outcome.WORSE
    ordered = (*more, *recipes.reasons) if fresh else (*recipes.reasons, *more)
    return replace(recipes, promotable=fresh or better, reasons=ordered, since=since)
