"""The limits by which accounts fall into segments; a company may set its own."""

from dataclasses import dataclass

Classes = tuple[tuple[str, float], ...]
"""(name, least value) pairs, ascending."""


@dataclass(frozen=True)
class Segments:
    """The limits of a company's segments.

    Attributes:
        tiers: by least yearly revenue in the company's currency.
        large: people employed from which on an account is raised by one tier.
        promising: words of `growth_potential`, in small letters, that raise it likewise.
        sizes: by least number of people employed; by default those of the European
            Commission's recommendation 2003/361/EC.
        revenues: by least yearly revenue.
        stages: days of onboarding, days until an account is established, and days before
            a renewal that count as renewing.
    """

    tiers: Classes = (("low", 0), ("mid", 12_000), ("high", 60_000))
    large: int = 250
    promising: tuple[str, ...] = ("high", "very high")
    sizes: Classes = (("micro", 0), ("small", 10), ("medium", 50), ("large", 250))
    revenues: Classes = (
        ("none", 0),
        ("below 1,000", 0.01),
        ("1,000 to 10,000", 1_000),
        ("10,000 to 100,000", 10_000),
        ("100,000 and more", 100_000),
    )
    stages: tuple[int, int, int] = (90, 365, 90)


DEFAULT_SEGMENTS = Segments()
