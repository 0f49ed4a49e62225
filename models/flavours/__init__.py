"""All flavours of hazard model: add one with a file and an entry here."""

from models.flavours.base import Fitted, Flavour
from models.flavours.blend import Blend, FittedBlend
from models.flavours.constant import Constant, FittedConstant
from models.flavours.lightgbm import SPACE as OF_TREES
from models.flavours.lightgbm import FittedLightGBM, LightGBM
from models.flavours.logistic import SPACE as OF_LINES
from models.flavours.logistic import FittedLogistic, Logistic
from models.flavours.space import Space

FLAVOURS: dict[str, Flavour] = {
    "lightgbm": LightGBM(),
    "logistic": Logistic(),
    "blend": Blend(),
    "constant": Constant(),
}
"""Ways to fit hazards, by the name used in the configuration and in bundles."""

FITTED: dict[str, type[Fitted]] = {
    "lightgbm": FittedLightGBM,
    "logistic": FittedLogistic,
    "blend": FittedBlend,
    "constant": FittedConstant,
}
"""How to read each flavour back from its files."""

SPACES: dict[str, Space] = {"lightgbm": OF_TREES, "logistic": OF_LINES}
"""What can be tuned; a blend is tuned in its parts."""

__all__ = ["FITTED", "FLAVOURS", "SPACES", "Fitted", "Flavour"]
