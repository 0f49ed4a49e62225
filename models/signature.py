"""What a model reads and what it answers, column by column, as MLflow's signature wants it."""

from dataclasses import dataclass
from enum import StrEnum

from models.bands.accounts import MRR, TIER
from models.causes.shares import CAUSES
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


LOSS, EXPANSION = "loss", "expansion"
REVENUE_LOST = "revenue_lost"


def p_column(outcome: str, horizon: int) -> str:
    """The column that holds the chance of an outcome within `horizon` days."""
    return f"p_{outcome}_{horizon}"


def foretold(model: ChurnModel) -> tuple[tuple[str, int], ...]:
    """Outcomes and horizons of which the model gives a chance: loss, its causes, expansion."""
    causes = CAUSES if model.causes else ()
    mine = [(outcome, horizon) for outcome in (LOSS, *causes) for horizon in model.horizons]
    growth = model.expansion.horizons if model.expansion else ()
    return (*mine, *((EXPANSION, horizon) for horizon in growth))


def signature_of(model: ChurnModel) -> Signature:
    """What `models.pyfunc` takes and gives for a model."""
    columns = {column.name: column for column in model.schema.columns}
    if model.expansion:
        columns |= {column.name: column for column in model.expansion.schema.columns}
    read = tuple(
        Field(column.name, Holds.NUMBER if column.words is None else Holds.WORD)
        for column in columns.values()
    )
    further = tuple(field for field in DESCRIBING if field.name not in columns)
    chances = tuple(Field(p_column(*each), Holds.NUMBER) for each in foretold(model))
    answers = (
        Field(REVENUE_LOST, Holds.NUMBER),
        Field("health_score", Holds.NUMBER),
        Field("band", Holds.WORD),
    )
    return Signature((*KEYS, *read, *further), (*KEYS, *chances, *answers))
