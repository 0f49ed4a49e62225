"""The search for a flavour's best setting: Optuna, and the only module that knows it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

import optuna

from models.earlier import FOLDS, Earlier
from models.flavours import Flavour
from models.flavours.space import Range, Setting, Space, Switch, setting_of, with_setting

logging.getLogger("optuna").setLevel(logging.WARNING)

Progress = Callable[[str], None]

TRIALS_BEFORE_GIVING_UP = 5
"""Settings tried to the end before any is given up for being worse than their median."""


@dataclass(frozen=True)
class Budget:
    """What tuning may cost, and where it remembers.

    Attributes:
        seconds: in which no further setting is begun; 0 sets no limit.
        trials: settings tried of each flavour, those of earlier runs counted; 0 sets no limit.
        storage: SQLAlchemy address of the studies; None keeps them in memory.
        monotone: whether trees held to the signals' signs may be tried.
    """

    seconds: float = 0.0
    trials: int = 0
    storage: str | None = None
    monotone: bool = True

    @property
    def any(self) -> bool:
        """Whether there is anything to spend."""
        return self.seconds > 0 or self.trials > 0


@dataclass(frozen=True)
class Found:
    """The best setting of a search, how many were tried, and how many not to the end."""

    best: Setting
    tried: int
    given_up: int


@dataclass(frozen=True)
class Search:
    """What is searched.

    Attributes:
        name: of the flavour, and of the data and everything else that a loss depends on.
        flavour: with its defaults, which are tried first.
        space: what may be changed of it.
        firsts: settings tried right after the defaults.
    """

    name: str
    flavour: Flavour
    space: Space
    firsts: tuple[Setting, ...] = ()

    @property
    def usual(self) -> Setting:
        """The defaults."""
        return setting_of(self.flavour, self.space)

    @property
    def study(self) -> str:
        """The study's name: another one wherever a loss or a proposal could differ."""
        parts = repr((self.name, self.usual, self.space, FOLDS))
        return f"{self.name.split()[0]} {sha256(parts.encode()).hexdigest()[:16]}"


def search(trials: Earlier, what: Search, budget: Budget, say: Progress) -> Found:
    """Try settings until the budget is spent, going on with what was tried before."""
    storage = optuna.storages.RDBStorage(budget.storage) if budget.storage else None
    try:
        study = _study(what.study, storage, trials.material.how.seed)
        for setting in (what.usual, *what.firsts):
            study.enqueue_trial(setting, skip_if_exists=True)
        left = max(0, budget.trials - len(_finished(study))) if budget.trials else None
        if left != 0:
            study.optimize(
                partial(_try, trials=trials, what=what),
                n_trials=left,
                timeout=budget.seconds or None,
                callbacks=[lambda s, t: _tell(s, t, what, say)],
            )
        done = [t for t in study.trials if t.state == optuna.trial.TrialState.COMPLETE]
        tried = len(_finished(study))
        return Found(dict(study.best_params) if done else what.usual, tried, tried - len(done))
    finally:
        if storage is not None:
            storage.remove_session()
            storage.engine.dispose()


def _study(name: str, storage: optuna.storages.RDBStorage | None, seed: int) -> optuna.Study:
    """The study of this name, gone on with if it was begun before."""
    study = optuna.create_study(
        storage=storage,
        study_name=name,
        load_if_exists=True,
        pruner=optuna.pruners.MedianPruner(n_startup_trials=TRIALS_BEFORE_GIVING_UP),
    )
    begun = len(study.trials)  # or a study gone on with would repeat its first proposals
    study.sampler = optuna.samplers.TPESampler(seed=seed + begun)
    return study


def _try(trial: optuna.Trial, trials: Earlier, what: Search) -> float:
    """The mean loss of one setting, given up where it does not look promising."""
    setting = {part.name: _proposed(trial, part) for part in what.space}
    candidate, total, rows = with_setting(what.flavour, setting), 0.0, 0
    for step, losses in enumerate(trials.losses(candidate)):
        total, rows = total + float(losses.sum()), rows + len(losses)
        trial.report(total / rows, step)
        if step + 1 < len(trials.folds) and trial.should_prune():
            raise optuna.TrialPruned
    return total / rows


def _proposed(trial: optuna.Trial, part: Range | Switch) -> float | int | bool:
    if isinstance(part, Switch):
        return bool(trial.suggest_categorical(part.name, [False, True]))
    if part.whole:
        return trial.suggest_int(part.name, int(part.low), int(part.high), log=part.log)
    return trial.suggest_float(part.name, part.low, part.high, log=part.log)


def _tell(
    study: optuna.Study, trial: optuna.trial.FrozenTrial, what: Search, say: Progress
) -> None:
    done = trial.state == optuna.trial.TrialState.COMPLETE
    if done and study.best_trial.number == trial.number:
        name = what.name.split()[0]
        say(f"tuning {name}: setting {trial.number + 1} has log loss {trial.value:.4f}")


def _finished(study: optuna.Study) -> list[optuna.trial.FrozenTrial]:
    return [t for t in study.trials if t.state.is_finished()]
