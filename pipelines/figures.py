"""Figures as people read them."""


def percent(share: float) -> str:
    """A share from 0 to 1 in percent."""
    return "unknown" if share != share else f"{100 * share:.1f} %"
