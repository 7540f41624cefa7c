"""A search: keras-tuner's oracles invent plans, the crew trains them, and the winner's luck is taken off."""

from __future__ import annotations

import itertools
import math
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from fitscope.datasets import Dataset, own
from fitscope.datasets.streams import Streams
from fitscope.diagnosis.optimism import correct
from fitscope.errors import UsageError
from fitscope.plan import Plan
from fitscope.result import BestTrial, Search, Trial
from fitscope.studies.crew import Crew
from fitscope.studies.repeats import entry
from fitscope.studies.work import Job
from fitscope.training import Run, declared, settings

if TYPE_CHECKING:
    from keras_tuner import HyperParameters, Oracle

ORACLES = ("random", "bayesian", "hyperband")
OWN_TO_THE_PLAN = ("learning_rate", "batch_size")
FACTOR = 3  # Hyperband keeps one of so many trials and trains it so many times longer
HOPELESS = 10  # times the loss of guessing: what an oracle is told of a training that diverged


def space(plan: Plan, data: Dataset) -> HyperParameters:
    """Return what may be varied: of fitscope's own networks the default space, of a person's own what the function declares.

    Raises:
        UsageError: the function declares nothing.
    """
    if own.is_own(plan.model):
        found = declared(plan, data)
        if not found.space:
            raise UsageError(
                f"{plan.model} declares no hyperparameter, so there is nothing to search; ask its second argument for some, as "
                "in hp.Int('units', 8, 128), or take --model textbook."
            )
        return found
    from keras_tuner import HyperParameters

    units = settings(plan, data.task)["units"]
    batches = sorted({max(8, plan.batch_size // 4), max(8, plan.batch_size // 2), plan.batch_size, plan.batch_size * 2})
    found = HyperParameters()
    found.Choice("units", sorted({max(2, units // 4), max(2, units // 2), units, units * 2, units * 4, units * 8}), default=units)
    found.Int("layers", 1, 3, default=2)
    found.Choice("dropout", [0.0, 0.1, 0.2, 0.3, 0.4, 0.5])
    found.Choice("l2", [0.0, 1e-5, 1e-4, 1e-3, 1e-2])
    found.Float("learning_rate", 1e-4, 1e-2, sampling="log", default=1e-3)
    if not isinstance(data.x_train, Streams):  # their batches are as large as they come
        found.Choice("batch_size", batches, default=plan.batch_size)
    return found


def oracle(kind: str, found: HyperParameters, trials: int, plan: Plan) -> Oracle:
    """Return keras-tuner's oracle of a kind, which lowers the validation loss.

    Args:
        kind: one of `ORACLES`.
        found: the space.
        trials: how many at most.
        plan: gives the seed, and the epochs that Hyperband trains for at most.
    """
    import keras_tuner as kt

    goal, seed = kt.Objective("val_loss", "min"), plan.seed + 1  # it takes 0 for none
    if kind == "random":
        made = kt.oracles.RandomSearchOracle(goal, max_trials=trials, hyperparameters=found, seed=seed)
    elif kind == "bayesian":
        made = kt.oracles.BayesianOptimizationOracle(goal, max_trials=trials, hyperparameters=found, seed=seed)
    else:
        rounds = 100  # as many as the trials fill
        made = kt.oracles.HyperbandOracle(goal, max_epochs=plan.max_epochs, factor=FACTOR, hyperband_iterations=rounds,
                                          hyperparameters=found, seed=seed)  # fmt: skip
        made.max_trials = trials
    made.verbose = 0
    return made


def plan_of(plan: Plan, values: Mapping[str, Any]) -> Plan:
    """Return the plan of a trial.

    Args:
        plan: what is not varied.
        values: the trial's, with Hyperband's own under `tuner/`.
    """
    given = {name: value for name, value in values.items() if not name.startswith("tuner/")}
    epochs = int(values.get("tuner/epochs", plan.max_epochs))
    if own.is_own(plan.model):
        return plan.replace(hyperparameters=given, max_epochs=epochs)
    changes = {name: given.pop(name) for name in OWN_TO_THE_PLAN if name in given}
    return plan.replace(hyperparameters=dict(plan.hyperparameters) | given, max_epochs=epochs, **changes)


@dataclass
class Hunt:
    """A search under way.

    Args:
        kind: of the oracle.
        plan: what is not varied.
        data: the data.
        oracle: invents the trials.
        runs, continued: each finished trial's run, and which trial it went on with.
    """

    kind: str
    plan: Plan
    data: Dataset
    oracle: Oracle
    runs: dict[str, Run] = field(default_factory=dict)
    continued: dict[str, str | None] = field(default_factory=dict)
    _trials: dict[str, Any] = field(default_factory=dict)
    _askers: Any = field(default_factory=itertools.count)

    def next(self) -> Job | None:
        """Return the next trial to do; None where there is none now."""
        trial = self.oracle.create_trial(f"asker-{next(self._askers)}")
        if trial.status != "RUNNING":
            return None
        values = trial.hyperparameters.values
        before = values.get("tuner/trial_id")
        name = f"trial {int(trial.trial_id) + 1}"
        self._trials[name] = trial
        self.continued[name] = None if before is None else f"trial {int(before) + 1}"
        begun = self.runs.get(self.continued[name] or "")
        return Job(name, plan_of(self.plan, values), begun, keep_state=self.kind == "hyperband")

    def end(self, job: Job, run: Run) -> None:
        """Tell the oracle what came of a trial; one that was stopped before its end says nothing."""
        if run.stopped:
            return
        self.runs[job.name] = run if job.keep_state else replace(run, weights=[])
        trial, losses = self._trials[job.name], run.history.val_loss
        hopeless = HOPELESS * self.data.guess(self.plan)
        for epoch, loss in zip(run.history.epochs, losses.tolist()):
            self.oracle.update_trial(trial.trial_id, {"val_loss": loss if math.isfinite(loss) else hopeless}, step=epoch)
        trial.status = "COMPLETED"
        self.oracle.end_trial(trial)


def search(crew: Crew, kind: str, trials: int, plan: Plan, data: Dataset, tell: Callable[[Job], object]) -> Hunt:
    """Search until there are so many trials, or the oracle has no more.

    Args:
        crew: trains them.
        kind: the oracle's kind.
        trials: how many at most.
        plan: what is not varied.
        data: the data.
        tell: is told each job before it begins.

    Returns:
        The trials' runs.
    """
    with tempfile.TemporaryDirectory() as scratch:
        hunt = Hunt(kind, plan, data, oracle(kind, space(plan, data), trials, plan))
        hunt.oracle._set_project_dir(scratch, "search")

        def supply() -> Job | None:
            job = hunt.next()
            if job is not None:
                tell(job)
            return job

        crew.work(supply, hunt.end)
    return hunt


def winner(hunt: Hunt) -> str | None:
    """Return the name of the trial with the lowest validation loss, the first begun on ties; None where none has one."""
    lows = {name: min((x for x in run.history.val_loss.tolist() if math.isfinite(x)), default=math.inf)
            for name, run in hunt.runs.items()}  # fmt: skip
    best = min(lows, key=lambda name: (lows[name], _number(name)), default=None)
    return best if best is not None and math.isfinite(lows[best]) else None


def _number(name: str) -> int:
    return int(name.split()[1])


def results(hunt: Hunt) -> Search:
    """Return the search as the result holds it, the winner's loss corrected for its having been chosen.

    Trials go by their number: which of several workers ended first decides nothing.
    """
    trials, runs = [], {name: hunt.runs[name] for name in sorted(hunt.runs, key=_number)}
    for name, run in runs.items():
        found = entry(run, hunt.plan, hunt.data)
        changes = {key: value for key, value in found.changes.items() if key != "max_epochs"}
        trials.append(Trial(name, changes, found.history, found.best_epoch, found.best_val_loss, found.verdict, found.seconds,
                            hunt.continued[name]))  # fmt: skip
    best = winner(hunt)
    if best is None:
        return Search(hunt.kind, tuple(trials), None)
    chosen = next(trial for trial in trials if trial.trial == best)
    assert chosen.best_epoch is not None
    groups = None if hunt.data.groups is None else hunt.data.groups[hunt.data.held_out(hunt.plan)]
    said = correct([run.validation_losses for run in runs.values()], groups=groups, seed=hunt.plan.seed)
    return Search(hunt.kind, tuple(trials), BestTrial(best, chosen.hyperparameters, chosen.best_epoch, said.observed,
                                                      said.corrected, said.interval))  # fmt: skip


def refit_plan(hunt: Hunt, best: BestTrial) -> Plan:
    """Return the plan that trains the winner on all training data for its best epoch."""
    return hunt.runs[best.trial].plan.replace(validation=0, max_epochs=best.best_epoch)
