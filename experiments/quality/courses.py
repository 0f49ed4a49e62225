"""What learning from the courses of accounts is worth (docs/adr/0053).

Companies of the demonstration as gap.py makes them. Trees, lines and their blend walk forward and
are fitted at the end, once from courses and once without snapshots between months, from what
happened and what is foretold a month later. Columns of one kind of event count for less, as
training finds on these. Figures as in foretold.py.

    python experiments/quality/courses.py [--first SEED] [--seeds N] [--accounts N] [--json]
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import replace

from foretold import Found, compared, told
from gap import FIRST_SEED
from gap_rows import Company, company

from models.details import DETAIL, LESS
from models.flavours import FLAVOURS
from models.flavours.blend import PARTS
from models.flavours.space import with_setting

COMPETING = {name: with_setting(FLAVOURS[name], {DETAIL: LESS}) for name in PARTS}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--first", type=int, default=FIRST_SEED, help="the first company's seed")
    parser.add_argument("--seeds", type=int, default=6, help="how many companies")
    parser.add_argument("--accounts", type=int, default=1500)
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    given = parser.parse_args()
    each = (company(given.first + i, given.accounts) for i in range(given.seeds))
    means = told(found for one in each for found in both(one))
    print(json.dumps(means.to_dict("index")) if given.json else means.to_string())
    return 0


def both(one: Company) -> Iterator[Found]:
    """All flavours without courses and with them."""
    without = replace(one, past=replace(one.past, courses=None))
    for way, past in (("", without), (", from courses", one)):
        for found in compared(past, COMPETING, {"blend": PARTS}):
            yield replace(found, model=f"{found.model}{way}")


if __name__ == "__main__":
    sys.exit(main())
