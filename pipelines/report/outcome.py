"""The outcome in words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OutcomeWords:
    """How an outcome is spoken of: "to leave", "left", "leavers"."""

    verb: str
    past: str
    meaning: str


WORDS = {
    "logo_churn": OutcomeWords("leave", "left", "no paid subscription is left"),
    "any_loss": OutcomeWords(
        "leave or shrink", "left or shrank", "no paid subscription is left, or revenue falls"
    ),
    "lapse": OutcomeWords("fall silent", "fell silent", "the account falls silent for good"),
    "contraction": OutcomeWords("shrink", "shrank", "its recurring revenue falls"),
    "expansion": OutcomeWords("grow", "grew", "its recurring revenue grows"),
}


def words_for(outcome: str) -> OutcomeWords:
    """The words of a label definition; plain ones for a name we do not know."""
    return WORDS.get(outcome, OutcomeWords("be lost", "were lost", f"{outcome} happens"))
