"""Every sentence of an explanation, in one place, ready to be translated.

What a signal measures is worded in its declaration; these are the frames around it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """Frames of sentences; what stands in braces is filled in.

    Attributes:
        unknown: a value that is missing.
        reason: one reason; `extras` are the frames of what is usual and alike that apply.
        others: all signals that are not named.
        remedy: what would help; `steps` are frames `step`.
        stayed: a similar account that stayed; `then` is what it did next.
    """

    unknown: str
    reason: str
    others: str
    raises: str
    lowers: str
    raises_by: str
    lowers_by: str
    alike_one: str
    alike_many: str
    usual: str
    peers: str
    rising: str
    falling: str
    no_remedy: str
    remedy: str
    step: str
    caution: str
    left: str
    stayed: str
    then: str
    nothing_eased: str


ENGLISH = Language(
    unknown="not known",
    reason="{meaning}: {value}{extras}; {push}.",
    others="{count} other signals together; {push}.",
    raises="raises the risk",
    lowers="lowers the risk",
    raises_by="raises the risk by {points} points",
    lowers_by="lowers the risk by {points} points",
    alike_one=" (with 1 other signal like it)",
    alike_many=" (with {count} other signals like it)",
    usual=", usually {value}",
    peers=", peers {median} ({low} to {high})",
    rising=", rising",
    falling=", falling",
    no_remedy=(
        "No change of up to {most} signals that people can act on, as far as similar accounts "
        "moved them within a quarter, goes with a better band."
    ),
    remedy=(
        "Accounts like this one, but with {steps}, are {band}, at {chance} %. At least {share} "
        "moved each of these so far within a quarter."
    ),
    step="{meaning}: {after} instead of {before}",
    caution=(
        "This is what the model associates with staying. It does not promise that the change "
        "keeps the account."
    ),
    left="{account} at {day} left within {days} days.",
    stayed="{account} at {day} stayed {days} days. {then}",
    then="In the quarter after, most eased its risk: {steps}.",
    nothing_eased="Nothing that people can act on eased its risk in the quarter after.",
)
