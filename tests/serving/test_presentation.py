from datetime import date

import pytest

from models.score import OTHERS, Band, Reason, Score
from serving.presentation import leading_reason

UP, DOWN, SMALL = Reason("up", 1.0, 0.2), Reason("down", 1.0, -0.9), Reason("small", 1.0, 0.1)

REST = Reason(OTHERS, 40.0, 1.5)


@pytest.mark.parametrize(
    ("band", "reasons", "expected"),
    [
        (Band.RED, (DOWN, UP, SMALL), UP),
        (Band.YELLOW, (DOWN, UP, SMALL), UP),
        (Band.GREEN, (UP, DOWN), DOWN),
        (Band.GREY, (DOWN, UP), DOWN),
        (Band.RED, (DOWN,), DOWN),
        (Band.GREEN, (UP,), UP),
        (Band.RED, (), None),
        (Band.RED, (DOWN, REST), DOWN),
        (Band.RED, (REST,), None),
    ],
)
def test_the_leading_reason_speaks_for_the_band(band, reasons, expected):
    score = Score("a", date(2026, 6, 30), {}, None, band, "v1", reasons=reasons)
    assert leading_reason(score) == expected
