"""What a model reads and what it answers, column by column, as MLflow's signature wants it."""

from dataclasses import dataclass
from enum import StrEnum

from models.bands.accounts import MRR, TIER
from models.churn_model import ChurnModel


class Holds(StrEnum):
    """What a column of a frame holds."""

    WORD = "word"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a frame.

    Attributes:
        required: the frame must have the column, even where every value is missing.
    """

    name: str
    holds: Holds
    required: bool = True


@dataclass(frozen=True, slots=True)
class Signature:
    """The columns of a snapshot that a model reads, and those of its answer."""

    inputs: tuple[Field, ...]
    outputs: tuple[Field, ...]


KEYS = (Field("account_id", Holds.WORD), Field("as_of", Holds.DATE))
DESCRIBING = (
    Field(TIER, Holds.WORD, required=False),
    Field(MRR, Holds.NUMBER, required=False),
)
"""Columns on which bands may depend, beside those that the model reads."""


def p_loss_column(horizon: int) -> str:
    """The column that holds the chance of loss within `horizon` days."""
    return f"p_loss_{horizon}"


def signature_of(model: ChurnModel) -> Signature:
    """What `models.pyfunc` takes and gives for a model."""
    read = tuple(
        Field(column.name, Holds.NUMBER if column.words is None else Holds.WORD)
        for column in model.schema.columns
    )
    further = tuple(field for field in DESCRIBING if field.name not in model.schema.names)
    chances = tuple(Field(p_loss_column(h), Holds.NUMBER) for h in model.horizons)
    answers = (Field("health_score", Holds.NUMBER), Field("band", Holds.WORD))
    return Signature((*KEYS, *read, *further), (*KEYS, *chances, *answers))
