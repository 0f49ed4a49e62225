"""All flavours of hazard model: add one with a file and an entry here."""

from models.flavours.base import Files, Fitted, Flavour
from models.flavours.blend import Blend, FittedBlend
from models.flavours.constant import Constant, FittedConstant
from models.flavours.lightgbm import SPACE as OF_TREES
from models.flavours.lightgbm import FittedLightGBM, LightGBM
from models.flavours.logistic import SPACE as OF_LINES
from models.flavours.logistic import FittedLogistic, Logistic
from models.flavours.segments import FittedSegments, Segments
from models.flavours.shifted import MODEL_FILE as SHIFTS
from models.flavours.shifted import PARTS, SHIFTED, FittedShifted
from models.flavours.single import Single
from models.flavours.space import Space

SHRUNKEN = 0.002
"""Strength of the regression for few losses: a tenth of the usual one."""

FLAVOURS: dict[str, Flavour] = {
    "lightgbm": LightGBM(),
    "logistic": Logistic(),
    "blend": Blend(),
    "constant": Constant(),
    "segments": Segments(),
    "shrunken": Logistic(SHRUNKEN),
    "single": Single(),
}
"""Ways to fit hazards, by the name used in the configuration and in bundles."""

FITTED: dict[str, type[Fitted]] = {
    "lightgbm": FittedLightGBM,
    "logistic": FittedLogistic,
    "blend": FittedBlend,
    "constant": FittedConstant,
    "segments": FittedSegments,
    "shrunken": FittedLogistic,
    "single": FittedLogistic,
    **dict.fromkeys([f"{name}{SHIFTED}" for name in PARTS], FittedShifted),
}
"""How to read each flavour back from its files."""


def fitted_from(flavour: str, files: Files) -> Fitted:
    """A flavour's hazard read back, with its season where it has one.

    Raises:
        KeyError: no flavour has this name, or a file is missing.
    """
    kind = FittedShifted if SHIFTS in files else FITTED[flavour]
    return kind.from_files(files)


SPACES: dict[str, Space] = {"lightgbm": OF_TREES, "logistic": OF_LINES}
"""What can be tuned; a blend is tuned in its parts."""

__all__ = ["FITTED", "FLAVOURS", "SHIFTED", "SPACES", "Fitted", "Flavour", "fitted_from"]
