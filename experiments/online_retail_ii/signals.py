"""What this company knows of itself: it sells gifts, so its year has a season."""

from features.measures import MonthOfYear
from features.signal import GroupName, Signal

SIGNALS = {GroupName.PROFILE: (Signal("month", "accounts", MonthOfYear(), "time of the year"),)}
