"""What comes is learnt from the courses of accounts, and from nothing not yet known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from models.course import Courses, Hazards, lesson, taught, teacher_of
from models.dataset import Dataset, aligned
from models.encoding import InputSchema, Matrix, learn_schema
from models.flavours import FLAVOURS, Fitted, Flavour
from models.flavours.base import sigmoid
from models.flavours.blend import Blend
from models.flavours.lightgbm import LightGBM
from models.flavours.logistic import Logistic
from models.flavours.seasonal import Seasonal
from models.handed_on import handed_on
from models.hazards import p_loss
from models.intervals import INTERVALS
from models.metrics import calibration_line, log_loss
from models.sufficiency import Level, sufficiency
from models.trained import TrainingPlan
from models.training import material_of
from models.walkforward import WalkForward, fits, folds_of

START = date(2024, 1, 31)
STEP, MONTH = 10, 3
"""Days between two dates, and how many steps are a month."""
KEEP, SHAKE, BASE, SIGNAL = 0.9, 0.44, -4.5, 1.0

MakeDataset = Callable[..., Dataset]


def day(number: int) -> date:
    return START + timedelta(days=number)


def world(seed: int, accounts: int = 500, steps: int = 54) -> Dataset:
    """Months of accounts that are lost with a hazard each ten days, with courses of ten days."""
    rng = np.random.default_rng(seed)
    use, names, fresh = rng.normal(size=accounts), np.arange(accounts), accounts
    lost_at, parts = np.full(accounts * steps, np.inf), []
    for step in range(steps):
        frame = pd.DataFrame(
            {"account_id": [f"a{n:05d}" for n in names], "as_of": day(STEP * step)}
        )
        noise = rng.normal(size=(accounts, 4))
        frame["use"] = use + 0.3 * rng.normal(size=accounts)
        frame = frame.assign(**{f"n{i}": noise[:, i] for i in range(4)}, number=names)
        parts.append(frame)
        gone = rng.random(accounts) < sigmoid(BASE - SIGNAL * use)
        lost_at[names[gone]] = STEP * step + rng.uniform(0.5, STEP, gone.sum())
        use = KEEP * use + SHAKE * rng.normal(size=accounts)
        names = names.copy()
        names[gone] = np.arange(fresh, fresh + gone.sum())
        use[gone], fresh = rng.normal(size=gone.sum()), fresh + int(gone.sum())
    frame = pd.concat(parts, ignore_index=True)
    ends, number = STEP * (steps - 1), frame.pop("number").to_numpy()
    events = lost_at[number] - np.repeat(STEP * np.arange(steps), accounts)
    events[lost_at[number] > ends] = np.inf
    every = Dataset(frame, events, np.full(len(frame), np.inf), 0, day(ends))
    months = (every.ordinals - START.toordinal()) % (STEP * MONTH) == 0
    return replace(every.take(months), courses=Courses(every))


@pytest.fixture(scope="module")
def made() -> Dataset:
    return world(3)


def _schema(data: Dataset) -> InputSchema:
    return learn_schema(data.frame, ["use", "n0", "n1", "n2", "n3"])


def _fits(data: Dataset, flavour: Flavour, at: date, count: int = 2) -> list[Fitted]:
    """Of the first `count` intervals."""
    schema = _schema(data)
    folds = list(folds_of(data, data.ordinals == at.toordinal(), at, INTERVALS[:count]))
    assert [fold.interval for fold in folds] == list(INTERVALS[:count])
    return fits(folds, flavour, schema.encode(data.frame), schema, WalkForward(INTERVALS))


def _files(fitted: Sequence[Fitted]) -> list[dict[str, str]]:
    return [one.to_files() for one in fitted]


@pytest.fixture
def hazards() -> Hazards:
    """Account a is seen on all dates; b is not seen on the third, c is lost after the first."""
    chance = np.array([[0.1, 0.2, 0.3, 0.4], [0.05, 0.05, 0.0, 0.05], [0.5, 0.0, 0.0, 0.0]])
    days = np.array([0, 10, 20, 40]) + START.toordinal()
    return Hazards(days, pd.Index(["a", "b", "c"]), chance, chance > 0)


def test_hazards_add_up_along_the_days_and_go_on_beyond_the_last_date(hazards: Hazards) -> None:
    days = np.array([0, 5, 10, 20, 30, 40, 45, 60]) + float(START.toordinal())
    found = hazards.until(np.zeros(len(days), np.int64), days)
    # steps of 10, 10, 20 and, the usual length, 10 days
    np.testing.assert_allclose(found, [0, 0.05, 0.1, 0.3, 0.45, 0.6, 0.8, 1.4], atol=1e-12)
    lost = hazards.until(np.full(2, 2), days[[1, -1]])
    np.testing.assert_allclose(lost, [0.25, 0.5])


def test_a_lesson_is_what_the_course_says_of_each_interval(
    make_dataset: MakeDataset, hazards: Hazards
) -> None:
    rows = [("a", day(0)), ("b", day(0)), ("c", day(0)), ("a", day(20)), ("d", day(0))]
    data = make_dataset([(n, d, 8.0 if n == "c" else np.inf, np.inf) for n, d in rows], day(40))
    first = lesson(data, day(40), INTERVALS[0], hazards)
    assert first.rows.tolist() == [0, 1, 2]  # 20 days are no month, and d has no course
    np.testing.assert_allclose(first.lost, [0.45, 0.1, 0.5])
    second = lesson(data, day(40), INTERVALS[1], hazards)
    assert second.rows.tolist() == [0, 1]  # c was lost
    # of a .15 and, going on at .04 a day, 2: no chance; b was away, and is seen again later
    np.testing.assert_allclose(second.lost, [1.0, 0.25])


def test_who_has_finished_is_never_lost(make_dataset: MakeDataset, hazards: Hazards) -> None:
    chance = hazards.chance * [1, 1, 0, 0]
    gone = replace(hazards, chance=chance, seen=chance > 0)
    data = make_dataset([("a", day(0), np.inf, np.inf)], day(40))
    found = lesson(data, day(40), INTERVALS[1], gone)
    assert (found.rows.tolist(), found.lost.tolist()) == ([0], [0.0])
    for other in (
        replace(data, event_days=np.array([15.0])),  # that is why
        replace(data, followed_days=np.array([15.0])),  # nobody knows
        replace(data, lag_days=30),  # nobody knows yet
    ):
        assert len(lesson(other, day(40), INTERVALS[1], gone).rows) == 0


def test_who_was_lost_and_came_back_is_not_taught_as_still_there(
    make_dataset: MakeDataset, hazards: Hazards
) -> None:
    lost = make_dataset([("a", day(0), 12.0, np.inf)], day(90))
    assert len(lesson(lost, day(40), INTERVALS[1], hazards).rows) == 0
    late = replace(lost, lag_days=30)  # certain two days after the fit
    assert len(lesson(late, day(40), INTERVALS[1], hazards).rows) == 1


def test_hazards_are_learnt_from_steps_that_were_certain(made: Dataset) -> None:
    courses, at = made.courses, made.dates[-1]
    assert courses is not None
    found = courses.hazards(at, LightGBM(), _schema(made), 1)
    assert found is not None
    assert found is courses.hazards(at, LightGBM(), _schema(made), 1)  # worked out once
    past = courses.data.ordinals <= at.toordinal()
    assert found.seen.sum() == past.sum()
    before = courses.data.ordinals < at.toordinal()
    lost = (courses.data.event_days[before] <= STEP).sum()
    assert found.chance[:, :-1].sum() == pytest.approx(lost, rel=0.05)
    early = courses.hazards(made.dates[0], LightGBM(), _schema(made), 1)
    assert early is None  # one date tells of no step


@pytest.mark.parametrize("name", ["lightgbm", "logistic", "blend"])
def test_trees_lines_and_their_blend_learn_from_courses(made: Dataset, name: str) -> None:
    at, flavour, schema = made.dates[-2], FLAVOURS[name], _schema(made)
    found, apt, courses = _fits(made, flavour, at), taught(flavour), made.courses
    assert apt is not None
    assert courses is not None
    known = courses.hazards(at, teacher_of(flavour), schema, 1)
    assert known is not None
    inputs = schema.encode(made.frame)
    for interval, model in zip(INTERVALS[:2], found, strict=True):
        mine = lesson(made, at, interval, known)
        again = apt.fit(inputs[mine.rows], mine.lost, schema, 1)
        assert model.to_files() == again.to_files()
    assert _files(_fits(replace(made, courses=None), flavour, at)) != _files(found)


def test_a_teacher_weighs_columns_as_its_flavour_does() -> None:
    for flavour in (LightGBM(detail=0.3), Logistic(detail=0.3), Blend(LightGBM(detail=0.3))):
        assert teacher_of(flavour) == LightGBM(detail=0.3)


def test_other_flavours_and_outcomes_learn_from_what_happened(made: Dataset) -> None:
    at, plain = made.dates[-2], replace(made, courses=None)
    single = FLAVOURS["single"]
    assert _files(_fits(made, single, at)) == _files(_fits(plain, single, at))
    fates = made.frame[["account_id", "as_of"]].assign(event_days=np.inf, followed_days=np.inf)
    assert aligned(made, fates).courses is None


def test_where_too_little_is_certain_what_happened_is_learnt_from(made: Dataset) -> None:
    assert made.courses is not None
    late = replace(made, courses=Courses(replace(made.courses.data, lag_days=9_999)))
    plain, at = replace(made, courses=None), made.dates[-3]
    trees = FLAVOURS["lightgbm"]
    assert _files(_fits(late, trees, at)) == _files(_fits(plain, trees, at))


def test_few_losses_are_not_learnt_from_courses(made: Dataset, plan: TrainingPlan) -> None:
    assert material_of(made, ["use", "n0"], plan).dataset.courses is made.courses
    first = made.frame["account_id"].to_numpy(object) < "a00110"
    few = replace(made, event_days=np.where(first, made.event_days, np.inf))
    assert sufficiency(few).level is Level.SOME
    held_back = material_of(few, ["use", "n0"], plan)
    assert held_back.dataset.courses is None
    assert not held_back.how.hands_on


def test_nothing_after_the_date_is_met(made: Dataset) -> None:
    """Other inputs and fates after a date leave the models of that date as they are."""
    at = made.dates[-4]

    def changed(data: Dataset) -> Dataset:
        frame, past = data.frame.copy(), data.ordinals <= at.toordinal()
        frame.loc[~past, ["use", "n0"]] = 9.0
        certain = past & (data.event_days <= at.toordinal() - data.ordinals)
        other = np.where(certain, data.event_days, np.where(past, np.inf, 1.0))
        return replace(data, frame=frame, event_days=other)

    assert made.courses is not None
    other = replace(changed(made), courses=Courses(changed(made.courses.data)))
    for name in ("lightgbm", "logistic"):
        both = (_fits(data, FLAVOURS[name], at, count=4) for data in (other, made))
        assert _files(next(both)) == _files(next(both))


def test_inputs_of_the_same_rows_are_held_once(made: Dataset, plan: TrainingPlan) -> None:
    assert made.courses is not None
    every = made.courses.data
    weekly = replace(every, courses=Courses(every))
    material = material_of(weekly, ["use", "n0"], plan)
    assert weekly.courses is not None
    assert weekly.courses.encoded(material.schema) is material.inputs
    months = material_of(made, ["use", "n0"], plan)  # of other rows than the courses'
    assert len(made.courses.encoded(months.schema)) == len(every.frame)


def test_whoever_was_seen_may_have_been_met(made: Dataset) -> None:
    at, courses = made.dates[-2], made.courses
    assert courses is not None
    past = courses.data.ordinals <= at.toordinal()
    assert made.met_by(at) == set(courses.data.frame["account_id"][past])
    assert made.met_by(at) > replace(made, courses=None).met_by(at)


@dataclass(frozen=True)
class Even:
    """Foretells log-odds that are a multiple of the first input."""

    times: float

    def log_odds(self, inputs: Matrix) -> Matrix:
        """Shape (rows,)."""
        return self.times * inputs[:, 0]


def test_later_losses_are_what_is_foretold_when_their_interval_begins(
    make_dataset: MakeDataset,
) -> None:
    seen = [("a", 0), ("b", 0), ("c", 0), ("d", 0), ("a", 92), ("b", 92), ("c", 92), ("a", 178)]
    lost = {("b", 0): 40.0}  # and back by day 92
    rows = [(name, day(n), lost.get((name, n), np.inf), np.inf) for name, n in seen]
    data = make_dataset(rows * 300, day(200))  # enough to learn from
    data = replace(data, frame=data.frame.assign(account_id=[
        f"{name}{i // len(rows)}" for i, name in enumerate(data.frame["account_id"])
    ]))  # fmt: skip
    inputs = np.where(data.ordinals == START.toordinal(), 9.0, 1.0)[:, None]  # only then counts
    earlier = Even(-1.0), Even(2.0)

    third = handed_on(data, day(200), INTERVALS[2], earlier, inputs)
    assert third is not None
    # a twice, and c; those not seen again had finished, but for b's first
    assert third.rows[:6].tolist() == [0, 2, 3, 4, 5, 6]
    chance = 1 - sigmoid(1.0) * sigmoid(-2.0)
    np.testing.assert_allclose(third.lost[:6], chance * np.array([1, 1, 0, 1, 0, 0]), rtol=1e-12)
    fourth = handed_on(data, day(200), INTERVALS[3], (*earlier, Even(0.0)), inputs)
    assert fourth is None  # one date alone is too little
    soon = handed_on(data, day(150), INTERVALS[2], earlier, inputs)
    assert soon is None  # the same, as long as day 178 has not come


def test_a_longer_interval_goes_on_at_the_hazard_before_it(make_dataset: MakeDataset) -> None:
    seen = [0, 30, 180, 210]
    rows = [(f"a{i}", day(n), np.inf, np.inf) for i in range(30) for n in seen]
    data, inputs = make_dataset(rows, day(300)), np.ones((len(rows), 1))
    found = handed_on(data, day(300), INTERVALS[3], (Even(0.0),), inputs)
    assert found is not None
    np.testing.assert_allclose(found.lost, 1 - 0.5 ** (185 / 180), rtol=1e-12)


@pytest.mark.parametrize("name", ["lightgbm", "logistic", "blend"])
def test_each_later_interval_learns_from_all_before_it(made: Dataset, name: str) -> None:
    at, schema, flavour = made.dates[-1], _schema(made), FLAVOURS[name]
    inputs, apt = schema.encode(made.frame), taught(flavour)
    assert apt is not None
    for data in (made, replace(made, courses=None)):
        found = _fits(data, flavour, at, count=4)
        for i in (2, 3):
            mine = handed_on(data, at, INTERVALS[i], found[:i], inputs)
            assert mine is not None
            again = apt.fit(inputs[mine.rows], mine.lost, schema, 1)
            assert found[i].to_files() == again.to_files()
        assert _files(found[:2]) == _files(_fits(data, flavour, at))


def test_where_silence_is_a_loss_later_losses_are_what_happened(made: Dataset) -> None:
    months, at, schema = replace(made, courses=None), made.dates[-1], _schema(made)
    silent = replace(months, quiet_days=np.zeros(len(months.frame)))
    inputs, trees, single = schema.encode(made.frame), FLAVOURS["lightgbm"], FLAVOURS["single"]
    for data, flavour in ((silent, trees), (months, single), (months, Seasonal("x", trees))):
        later = _fits(data, flavour, at, count=4)[2:]
        for interval, model in zip(INTERVALS[2:], later, strict=True):
            risk = data.at_risk(interval, at)
            lost = data.lost_within(interval.end)[risk].astype(float)
            assert model.to_files() == flavour.fit(inputs[risk], lost, schema, 1).to_files()


def _true_chance(use: Matrix, steps: int = 3 * MONTH) -> Matrix:
    """Of loss within so many steps, from the hidden use, by simulation."""
    rng, grid = np.random.default_rng(1), np.linspace(-4, 4, 41)
    state, stays = np.repeat(grid[:, None], 3000, axis=1), np.ones((41, 3000))
    for _ in range(steps):
        stays *= 1 - sigmoid(BASE - SIGNAL * state)
        state = KEEP * state + SHAKE * rng.normal(size=state.shape)
    return np.asarray(np.interp(use, grid, 1 - stays.mean(axis=1)))


def test_chances_come_nearer_the_truth() -> None:
    """With level and slope set right, as calibration goes about it."""
    above = []
    for seed in range(3):
        data = world(seed, accounts=300)
        inputs = _schema(data).encode(data.frame)
        true = _true_chance(inputs[:, 0] / (1 + 0.3**2))  # what the shaken use tells of its own
        above.append([
            _above(true, _chance(data, way, flavour))
            for flavour in (LightGBM(), Logistic())
            for way in (replace(data, courses=None), data)
        ])  # fmt: skip
    trees, taught_trees, lines, taught_lines = np.array(above).T
    assert (taught_trees < trees).all()
    assert taught_trees.mean() < 0.8 * trees.mean()
    assert (taught_lines < lines).all()


def test_later_chances_come_nearer_the_truth() -> None:
    """The same days 1 to 90, and later hazards from what happened or from what is foretold."""
    above: list[list[float]] = []
    for seed in range(3):
        data = replace(world(seed, accounts=300), courses=None)
        inputs, schema, at = _schema(data).encode(data.frame), _schema(data), data.dates[-1]
        for flavour in (LightGBM(), Logistic()):
            after = [one.log_odds(inputs) for one in _fits(data, flavour, at, count=4)]
            before = after[:2]
            for fold in folds_of(data, np.ones(len(inputs), bool), at, INTERVALS[2:]):
                fitted = flavour.fit(inputs[fold.risk], fold.lost, schema, 1)
                before.append(fitted.log_odds(inputs))
            for days, steps in ((180, 18), (365, 36)):
                true = _true_chance(inputs[:, 0] / (1 + 0.3**2), steps)
                told = [p_loss(dict(zip(INTERVALS, o, strict=True)), [days])[days]
                        for o in (before, after)]  # fmt: skip
                above.append([_above(true, chance) for chance in told])
    happened, foretold = np.array(above).T
    assert (foretold < happened).mean() > 0.9
    assert foretold.mean() < 0.8 * happened.mean()


def _chance(data: Dataset, way: Dataset, flavour: Flavour) -> Matrix:
    inputs, found = _schema(data).encode(data.frame), _fits(way, flavour, data.dates[-1])
    odds = {k: one.log_odds(inputs) for k, one in zip(INTERVALS[:2], found, strict=True)}
    return p_loss(odds, [90])[90]


def _above(true: Matrix, chance: Matrix) -> float:
    """Share by which the expected log loss lies above the truth's, its line set right."""
    intercept, slope = calibration_line(true, chance)
    right = sigmoid(intercept + slope * (np.log(chance) - np.log1p(-chance)))
    lost, weight = np.repeat([1.0, 0.0], len(true)), np.concatenate([true, 1 - true])
    best = log_loss(lost, np.tile(true, 2), weight)
    return log_loss(lost, np.tile(right, 2), weight) / best - 1
