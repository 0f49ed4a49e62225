"""What a company may leave out, trust or name, and what it is told where it errs."""

import pytest

from features.signals import CATALOGUE
from pipelines.column_choice import chosen
from pipelines.config import Config
from pipelines.errors import InputError

SAFE = [column.name for column in CATALOGUE.columns if not column.signal.changing]


def config(**models: object) -> Config:
    return Config.model_validate({"models": models})


def test_columns_left_out_are_not_read() -> None:
    left = ("profile__age", "consumption__last_used")
    kept = chosen(config(leave_out=left), CATALOGUE, SAFE)
    assert set(SAFE) - set(kept) == set(left)
    assert chosen(config(), CATALOGUE, SAFE) == SAFE


def test_what_cannot_be_read_may_still_be_left_out_or_trusted() -> None:
    unsafe = config(leave_out="profile__employees", trusted=["profile__employees"])
    assert chosen(unsafe, CATALOGUE, SAFE) == SAFE


@pytest.mark.parametrize("key", ["leave_out", "trusted", "segment", "own_score"])
def test_unknown_names_are_refused_with_the_nearest(key: str) -> None:
    with pytest.raises(InputError, match=rf"\[models\] {key} names 'profile__agee'.*profile__age"):
        chosen(config(**{key: "profile__agee"}), CATALOGUE, SAFE)


def test_a_score_that_no_model_may_read_is_refused() -> None:
    with pytest.raises(InputError, match="own_score names 'profile__employees'"):
        chosen(config(own_score="profile__employees"), CATALOGUE, SAFE)
    with pytest.raises(InputError, match="segment names 'profile__plan'"):
        chosen(config(segment="profile__plan", leave_out="profile__plan"), CATALOGUE, SAFE)
