"""The grammar of signals: small declarations that say what is measured.

Each measure is a frozen dataclass of parameters only. `over` computes it for all windows,
dates and accounts of a bucket at once, through the primitives of `features.kernel`.
"""

from features.measures.gaps import GapSpread, LongestGap, OutlastedShare, UsualGap
from features.measures.lens import Labels, Lens, Measure, Measured
from features.measures.rhythm import (
    ActiveDays,
    Distinct,
    LongestSilence,
    SilenceAgainstCadence,
    Utilisation,
)
from features.measures.segments import Classed, LifecycleStage, MonthOfYear, PaidOrFree, Tier
from features.measures.states import (
    AnsweredShare,
    Current,
    DaysSinceFirst,
    DaysSinceLast,
    DaysUntil,
    HoursToAnswer,
    Latest,
    OpenItems,
    Overdue,
    TotalOpen,
)
from features.measures.sums import (
    Count,
    DaysBetween,
    HoursBetween,
    Max,
    Mean,
    Share,
    ShareWith,
    Total,
)
from features.measures.trends import Change, Slope

__all__ = [
    "ActiveDays",
    "AnsweredShare",
    "Change",
    "Classed",
    "Count",
    "Current",
    "DaysBetween",
    "DaysSinceFirst",
    "DaysSinceLast",
    "DaysUntil",
    "Distinct",
    "GapSpread",
    "HoursBetween",
    "HoursToAnswer",
    "Labels",
    "Latest",
    "Lens",
    "LifecycleStage",
    "LongestGap",
    "LongestSilence",
    "Max",
    "Mean",
    "Measure",
    "Measured",
    "MonthOfYear",
    "OpenItems",
    "OutlastedShare",
    "Overdue",
    "PaidOrFree",
    "Share",
    "ShareWith",
    "SilenceAgainstCadence",
    "Slope",
    "Tier",
    "Total",
    "TotalOpen",
    "UsualGap",
    "Utilisation",
]
