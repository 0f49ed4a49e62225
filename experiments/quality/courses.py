"""What learning from the courses of accounts is worth (docs/adr/0053).

Companies of the demonstration as gap.py makes them. Trees, lines and their blend walk forward and
are fitted at the end, once from courses and once without snapshots between months, from what
happened and what is foretold a month later. Columns of one kind of event count for less, as
training finds on these. Figures as in foretold.py.

    python experiments/quality/courses.py [--first SEED] [--seeds N] [--accounts N] [--json]
"""

import sys
from collections.abc import Iterator
from dataclasses import replace

from foretold import Found, compared, over_companies
from gap_rows import Company

from models.details import DETAIL, LESS
from models.flavours import FLAVOURS
from models.flavours.blend import PARTS
from models.flavours.space import with_setting

COMPETING = {name: with_setting(FLAVOURS[name], {DETAIL: LESS}) for name in PARTS}


def main() -> int:
    """Measure and print."""
    return over_companies(__doc__, both)


def both(one: Company) -> Iterator[Found]:
    """All flavours without courses and with them."""
    without = replace(one, past=replace(one.past, courses=None))
    for way, past in (("", without), (", from courses", one)):
        for found in compared(past, COMPETING, {"blend": PARTS}):
            yield replace(found, model=f"{found.model}{way}")


if __name__ == "__main__":
    sys.exit(main())
