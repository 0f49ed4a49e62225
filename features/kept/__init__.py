"""What snapshots of a log come from, kept between them, so that one more day costs a day.

Sums by day, the days with a fact, the first and last fact and the different words of every
account are kept on disk. Rows that arrive are taken in, and a snapshot at the new date is then
told from what is kept, by the same measures and with the same bits as from all rows.
"""

from features.kept.company import KeptCompany
from features.kept.refused import NotKept

__all__ = ["KeptCompany", "NotKept"]
