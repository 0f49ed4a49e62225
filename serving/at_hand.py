"""What the service has at hand of a workspace beyond its store, handed in from outside."""

from dataclasses import dataclass, field
from pathlib import Path

from serving.api.jobs import Runner
from serving.api.live import Live
from serving.live import CloseUp
from serving.together import Together
from serving.workshop import Workshop


@dataclass(frozen=True)
class AtHand:
    """Each part is None where the service runs beside no workspace; its routes then say so.

    Attributes:
        close_up: single accounts seen from near.
        live: scores rows that are sent in, by the champion.
        figures: the file that `forewarn insights` writes.
        runner: has jobs done outside of this process.
        workshop: what the console is to know of models and of a first run.
        together: the processes that this one serves with.
    """

    close_up: CloseUp | None = None
    live: Live | None = None
    figures: Path | None = None
    runner: Runner | None = None
    workshop: Workshop = field(default_factory=Workshop)
    together: Together = field(default_factory=Together)
