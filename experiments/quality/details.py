"""What letting columns of one kind of event alone count for less is worth (docs/adr/0052).

Companies of the demonstration as gap.py makes them; trees, lines and their blend walk forward
and are fitted at the end with these columns counting for as much as others, and for less.
Figures as in foretold.py.

    python experiments/quality/details.py [--first SEED] [--seeds N] [--accounts N] [--json]
"""

import argparse
import json
import sys
from collections.abc import Mapping

from foretold import compared, told
from gap import FIRST_SEED
from gap_rows import company

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
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--first", type=int, default=FIRST_SEED, help="the first company's seed")
    parser.add_argument("--seeds", type=int, default=6, help="how many companies")
    parser.add_argument("--accounts", type=int, default=1500)
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    given = parser.parse_args()
    each = (company(given.first + i, given.accounts) for i in range(given.seeds))
    means = told(found for one in each for found in compared(one, COMPETING, BLENDS))
    print(json.dumps(means.to_dict("index")) if given.json else means.to_string())
    return 0


if __name__ == "__main__":
    sys.exit(main())
