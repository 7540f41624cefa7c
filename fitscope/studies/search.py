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
from fitscope.errors import FitscopeError, UsageError
from fitscope.plan import Plan
from fitscope.result import BestTrial, FailedTrial, Search, Trial
from fitscope.studies.crew import Crew
from fitscope.studies.repeats import entry
from fitscope.studies.store import Journal, Store
from fitscope.studies.work import Job
from fitscope.training import Run, declared, settings

if TYPE_CHECKING:
    from keras_tuner import HyperParameters, Oracle

ORACLES = ("random", "bayesian", "hyperband")
OWN_TO_THE_PLAN = ("learning_rate", "batch_size")
FACTOR = 3  # Hyperband keeps one of so many trials and trains it so many times longer
FAILED_AT_MOST = 3  # of the first trials, before the search is given up
BEGIN, END = "begin", "end"  # of a trial in the journal; anything else is why it failed
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
    given = _varied(values)
    epochs = int(values.get("tuner/epochs", plan.max_epochs))
    if own.is_own(plan.model):
        return plan.replace(hyperparameters=given, max_epochs=epochs)
    changes = {name: given.pop(name) for name in OWN_TO_THE_PLAN if name in given}
    return plan.replace(hyperparameters=dict(plan.hyperparameters) | given, max_epochs=epochs, **changes)


def _varied(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a trial's hyperparameters without Hyperband's own."""
    return {name: value for name, value in values.items() if not name.startswith("tuner/")}


@dataclass
class Tuner:
    """A search under way.

    Args:
        kind: of the oracle.
        plan: what is not varied.
        data: the data.
        oracle: invents the trials.
        runs, continued: each finished trial's run, and which trial it went on with.
        journal: where every trial's begin and end is written down, so that the same oracle, told the same in the same order,
            invents the same trials again.
        failed: the trials that could not be trained: what they tried, and why.
    """

    kind: str
    plan: Plan
    data: Dataset
    oracle: Oracle
    runs: dict[str, Run] = field(default_factory=dict)
    continued: dict[str, str | None] = field(default_factory=dict)
    journal: Journal = field(default_factory=lambda: Journal(None))
    failed: list[FailedTrial] = field(default_factory=list)
    _trials: dict[str, Any] = field(default_factory=dict)
    _askers: Any = field(default_factory=itertools.count)
    _left: list[Job] = field(default_factory=list)

    def replay(self, store: Store) -> None:
        """Tell the oracle what happened before the search was stopped; trials that had begun are done first."""
        begun: dict[str, Job] = {}
        for number, (event, name) in enumerate(self.journal.before):
            if not self._happened(event, name, begun, store):
                self.journal.cut(number)
                break
        self._left = list(begun.values())

    def _happened(self, event: str, name: str, begun: dict[str, Job], store: Store) -> bool:
        """Let one event of the journal happen again; return False where it can't, for what came of it is lost."""
        if event == BEGIN:
            job = self._create()
            if job is None or job.name != name:
                return False
            begun[name] = job
            return True
        job = begun.get(name)
        run = store.find(job.plan) if job is not None and event == END else None
        if job is None or (event == END and run is None):
            return False
        del begun[name]
        if run is None:
            self._fail(job, event)
        else:
            self._tell(job, run)
        return True

    def next(self) -> Job | None:
        """Return the next trial to do; None where there is none now."""
        if self._left:
            return self._left.pop(0)
        job = self._create()
        if job is not None:
            self.journal.write(BEGIN, job.name)
        return job

    def _create(self) -> Job | None:
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
        self.journal.write(END, job.name)
        self._tell(job, run)

    def _tell(self, job: Job, run: Run) -> None:
        self.runs[job.name] = run if job.keep_state else replace(run, weights=[])
        self._tell_oracle(job, dict(zip(run.history.epochs, run.history.val_loss.tolist())))

    def _tell_oracle(self, job: Job, losses: Mapping[int, float]) -> None:
        trial, hopeless = self._trials[job.name], HOPELESS * self.data.guess(self.plan)
        for epoch, loss in losses.items():
            self.oracle.update_trial(trial.trial_id, {"val_loss": loss if math.isfinite(loss) else hopeless}, step=epoch)
        trial.status = "COMPLETED"
        self.oracle.end_trial(trial)

    def fail(self, job: Job, error: FitscopeError) -> None:
        """Tell the oracle that a trial could not be trained.

        Raises:
            FitscopeError: the error, where the first trials all failed: then it is not for what they tried.
        """
        if not self.runs and len(self.failed) + 1 >= FAILED_AT_MOST:
            raise error
        self.journal.write(str(error), job.name)
        self._fail(job, str(error))

    def _fail(self, job: Job, why: str) -> None:
        self.failed.append(FailedTrial(job.name, _varied(self._trials[job.name].hyperparameters.values), why))
        self._tell_oracle(job, {1: math.inf})  # which makes it avoid the like; of a trial that is only missing it learns nothing


def search(
    crew: Crew,
    kind: str,
    trials: int,
    plan: Plan,
    data: Dataset,
    tell: Callable[[Job], object],
    tell_failed: Callable[[FailedTrial], object] = lambda failed: None,
) -> Tuner:
    """Search until there are so many trials, or the oracle has no more.

    Args:
        crew: trains them.
        kind: the oracle's kind.
        trials: how many at most.
        plan: what is not varied.
        data: the data.
        tell: is told each job before it begins.
        tell_failed: is told each trial that could not be trained.

    Returns:
        The trials' runs.

    Raises:
        FitscopeError: the first trials all failed.
    """
    with tempfile.TemporaryDirectory() as scratch:
        tuner = Tuner(kind, plan, data, oracle(kind, space(plan, data), trials, plan), journal=crew.store.journal())
        tuner.oracle._set_project_dir(scratch, "search")
        tuner.replay(crew.store)

        def supply() -> Job | None:
            job = tuner.next()
            if job is not None:
                tell(job)
            return job

        def failed(job: Job, error: FitscopeError) -> None:
            tuner.fail(job, error)
            tell_failed(tuner.failed[-1])

        crew.work(supply, tuner.end, failed)
    return tuner


def winner(tuner: Tuner) -> str | None:
    """Return the name of the trial with the lowest validation loss, the first begun on ties; None where none has one."""
    lows = {name: min((x for x in run.history.val_loss.tolist() if math.isfinite(x)), default=math.inf)
            for name, run in tuner.runs.items()}  # fmt: skip
    best = min(lows, key=lambda name: (lows[name], _number(name)), default=None)
    return best if best is not None and math.isfinite(lows[best]) else None


def _number(name: str) -> int:
    return int(name.split()[1])


def results(tuner: Tuner) -> Search:
    """Return the search as the result holds it, the winner's loss corrected for its having been chosen.

    Trials go by their number: which of several workers ended first decides nothing.
    """
    trials, runs = [], {name: tuner.runs[name] for name in sorted(tuner.runs, key=_number)}
    for name, run in runs.items():
        found = entry(run, tuner.plan, tuner.data)
        changes = {key: value for key, value in found.changes.items() if key != "max_epochs"}
        trials.append(Trial(name, changes, found.history, found.best_epoch, found.best_val_loss, found.verdict, found.seconds,
                            tuner.continued[name]))  # fmt: skip
    best, failed = winner(tuner), tuple(sorted(tuner.failed, key=lambda trial: _number(trial.trial)))
    if best is None:
        return Search(tuner.kind, tuple(trials), None, failed)
    chosen = next(trial for trial in trials if trial.trial == best)
    assert chosen.best_epoch is not None
    groups = None if tuner.data.groups is None else tuner.data.groups[tuner.data.held_out(tuner.plan)]
    said = correct([run.validation_losses for run in runs.values()], groups=groups, seed=tuner.plan.seed)
    return Search(tuner.kind, tuple(trials), BestTrial(best, chosen.hyperparameters, chosen.best_epoch, said.observed,
                                                      said.corrected, said.interval), failed)  # fmt: skip


def refit_plan(tuner: Tuner, best: BestTrial) -> Plan:
    """Return the plan that trains the winner on all training data for its best epoch."""
    return tuner.runs[best.trial].plan.replace(validation=0, max_epochs=best.best_epoch)
