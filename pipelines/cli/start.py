"""What a short command asks of the C libraries before any of them is loaded."""

import os


def without_algebra() -> None:
    """Let NumPy start without threads for linear algebra, of which there is none here.

    Starting them took a sixth of the processor's time of starting up.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
