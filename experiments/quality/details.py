"""What letting columns of one kind of event alone count for less is worth (docs/adr/0052).

Companies of the demonstration as gap.py makes them; trees, lines and their blend walk forward
and are fitted at the end with these columns counting for as much as others, and for less.
Figures as in foretold.py.

    python experiments/quality/details.py [--first SEED] [--seeds N] [--accounts N] [--json]
"""

import sys
from collections.abc import Mapping

from foretold import compared, over_companies

from models.details import DETAIL, LESS
from models.flavours import FLAVOURS, Flavour
from models.flavours.blend import PARTS
from models.flavours.space import with_setting

LIGHTER = {name: f"{name}, one kind of event counts for less" for name in PARTS}
COMPETING: Mapping[str, Flavour] = {
    **{name: FLAVOURS[name] for name in PARTS},
    **{LIGHTER[name]: with_setting(FLAVOURS[name], {DETAIL: LESS}) for name in PARTS},
}
BLENDS = {
    "blend": PARTS,
    "blend, one kind of event counts for less": (LIGHTER[PARTS[0]], LIGHTER[PARTS[1]]),
}


def main() -> int:
    """Measure and print."""
    return over_companies(__doc__, lambda one: compared(one, COMPETING, BLENDS))


if __name__ == "__main__":
    sys.exit(main())
