"""Several processes that serve one port: what they share, and what each has its part of."""

import secrets
from dataclasses import dataclass, field
from pathlib import Path


def _token() -> str:
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class Together:
    """The processes that serve one port; by default one alone.

    Attributes:
        workers: how many there are.
        token: tells the answers of this service from those of another one, or of another start.
        figures: the folder where they put their figures together; None for one alone.
    """

    workers: int = 1
    token: str = field(default_factory=_token)
    figures: Path | None = None
