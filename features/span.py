"""The windows that measures look at."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Span:
    """A window: from `far` days (None: all of history) to `near` days before the cut."""

    far: int | None
    near: int = 0

    @property
    def days(self) -> float:
        """Its length; infinite without a far end."""
        return np.inf if self.far is None else self.far - self.near

    def before(self) -> "Span":
        """The window of equal length just before this one.

        Raises:
            ValueError: the window reaches back over all of history.
        """
        if self.far is None:
            raise ValueError("all of history has no time before it; give the signal windows")
        return Span(2 * self.far - self.near, self.far)
