"""A kind of problem, declared once."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem; its `type` leads to its description on this service.

    Attributes:
        slug: names the kind for good; programs may rely on it.
    """

    slug: str
    status: int
    title: str
    meaning: str

    @property
    def type(self) -> str:
        """The problem's type: a relative reference to the page that describes it."""
        return f"/docs#problem-{self.slug}"

    @property
    def example(self) -> dict[str, Any]:
        """What an answer of this kind looks like, without what only one request knows."""
        return {
            "type": self.type,
            "title": self.title,
            "status": self.status,
            "detail": self.meaning,
        }
