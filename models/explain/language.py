"""Every sentence of an explanation, in one place, ready to be translated.

What a signal measures is worded in its declaration; these are the frames around it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """Frames of sentences; what stands in braces is filled in.

    Attributes:
        reason: one reason in full; `extras` are the frames `usual` to `alike` that apply.
        others: all signals that are not named.
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
        "No change of up to {most} signals that similar accounts really made within a quarter "
        "goes with the band {band}."
    ),
    remedy="Accounts that look like this one except for: {steps} are {band}, at {chance}.",
    step="{meaning} {after} instead of {before}",
    caution=(
        "This is what the model associates with staying, within what similar accounts did in a "
        "quarter; it does not promise that the change keeps the account."
    ),
)
