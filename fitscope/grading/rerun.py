"""Submissions trained again: what a plan gives here, beside what was handed in."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from fitscope import datasets, training
from fitscope.datasets import Dataset, Located
from fitscope.errors import FitscopeError
from fitscope.grading.agreement import TOLERANCE, disagreement
from fitscope.grading.records import Facts, Flag, Graded
from fitscope.history import TrainingHistory
from fitscope.language import N_
from fitscope.plan import Plan
from fitscope.result import Score
from fitscope.studies import executors, repeats, work
from fitscope.studies.crew import Crew, crew
from fitscope.studies.store import Store
from fitscope.studies.work import Job
from fitscope.training.networks import NETWORKS

MOST_STEPS = 500_000  # of all trainings of a submission; the textbook's take 600
MOST_WORDS = 200_000
AT_ONCE = 4  # submissions for each worker, so that their weights fit into memory
Say = Callable[[str], object]


def run_again(
    graded: Sequence[Graded],
    count: int | None,
    workers: int | None = None,
    cluster: str | None = None,
    data_dir: str | Path | None = None,
    say: Say = lambda text: None,
) -> list[Graded]:
    """Train submissions again and say of each whether its curves and test results are what its plan gives.

    Only data sets and networks of fitscope's own are trained; nothing of a student's is run.

    Args:
        graded: the class.
        count: how many: those with flags first, the others by chance; None for all that can be.
        workers: how many processes train; None takes as many as pay off.
        cluster: the address of a Dask scheduler; then its workers train.
        data_dir: where data is looked for first.
        say: is told what is trained.

    Returns:
        The class in its order, each that was trained again with a note, or a flag where it differs.
    """
    chosen = _chosen(graded, count)
    found: dict[str, Graded] = {}
    for plan, same in _by_data(chosen):
        try:
            located = datasets.locate(plan.dataset, data_dir)
            found |= _of_one_data_set(located, plan, same, workers, cluster, say)
        except FitscopeError as error:
            found |= {one.name: _noted(one, N_("It could not be run again: {reason}").format(reason=error)) for one in same}
    why = {one.name: _why_not(one.facts) for one in graded if one.facts is not None}
    told = N_("It was not run again, for {retold_reason}.")
    asked = count is None
    return [
        found.get(one.name) or (_noted(one, told.format(retold_reason=why[one.name])) if asked and why.get(one.name) else one)
        for one in graded
    ]


def _chosen(graded: Sequence[Graded], count: int | None) -> list[Graded]:
    """Return whom to train again: the flagged first, the rest by chance, which no student can foresee."""
    able = [one for one in graded if one.facts is not None and _why_not(one.facts) is None]
    random.SystemRandom().shuffle(able)
    able.sort(key=lambda one: not any(flag.code != "late" for flag in one.flags))
    return able if count is None else able[:count]


def _why_not(facts: Facts) -> str | None:
    """Say why a submission cannot be trained again, None where it can."""
    plan = facts.plan
    if plan is None:
        return N_("a log names no plan")
    if not datasets.is_known(plan.dataset) or plan.options:
        return N_("its data is not one of fitscope's own data sets")
    if plan.model not in NETWORKS or plan.hyperparameters or plan.fold is not None or plan.updates is not None:
        return N_("its network is not one of fitscope's own")
    known = datasets.defaults(plan.dataset)
    trainings = sum(facts.trainings.values()) or 1
    steps = trainings * len(facts.history) * -(-known.train // plan.batch_size)
    if steps > MOST_STEPS or (plan.num_words or 0) > MOST_WORDS or not 0 < plan.validation < known.train:
        return N_("it would take too long, or its plan is not possible")
    return None


def _by_data(chosen: Sequence[Graded]) -> Iterator[tuple[Plan, list[Graded]]]:
    """Group submissions by the data that their plans name."""
    groups: dict[tuple[str, int | None], list[Graded]] = {}
    for one in chosen:
        assert one.facts is not None and one.facts.plan is not None
        groups.setdefault((one.facts.plan.dataset, one.facts.plan.num_words), []).append(one)
    for same in groups.values():
        assert same[0].facts is not None and same[0].facts.plan is not None
        yield same[0].facts.plan, same


def _of_one_data_set(
    located: Located, plan: Plan, chosen: Sequence[Graded], workers: int | None, cluster: str | None, say: Say
) -> dict[str, Graded]:
    data = datasets.load(located, plan.num_words)
    batches = sum(len(one.facts.history) * -(-data.train_samples // plan.batch_size) for one in chosen if one.facts)
    count = executors.pay_off(len(chosen), batches // len(chosen)) if workers is None else min(workers, len(chosen))
    say(f"Training {len(chosen)} submissions on {plan.dataset} again")
    found: dict[str, Graded] = {}
    with crew(located, plan.num_words, Store(None), lambda told: None, lambda: False, count, cluster, say=say) as opened:
        for start in range(0, len(chosen), AT_ONCE * count):
            found |= _some(opened, data, chosen[start : start + AT_ONCE * count])
    return found


def _some(opened: Crew, data: Dataset, chosen: Sequence[Graded]) -> dict[str, Graded]:
    """Train some submissions at the same time, then test and compare one after the other."""
    jobs = {one.name: _jobs(one, data) for one in chosen if one.facts is not None}
    work.keep(data, next(iter(jobs.values()))[0].plan)
    runs = opened.train([job for all_jobs in jobs.values() for job in all_jobs])
    found = {}
    for one in chosen:
        finals = [runs[job.name] for job in jobs[one.name]]
        main = [run for run in finals if run.plan.validation]
        tests = opened.finish([main[0], *finals[len(main) :]], True, []).test
        measure = training.MEASURES[data.task]
        scores = [None if each is None else training.score(each, measure, data.test_groups) for each in tests]
        found[one.name] = _judged(one, repeats.together(main, data).history, scores, main[0].plan.data_sha256)
    return found


def _jobs(one: Graded, data: Dataset) -> list[Job]:
    """Return the trainings that a submission reports: the main ones, then the refit."""
    facts = one.facts
    assert facts is not None and facts.plan is not None
    plan = facts.plan.replace(max_epochs=len(facts.history), data_sha256=data.sha256)
    main = repeats.plans(plan, data, facts.trainings.get("repeats", 1), facts.trainings.get("folds"))
    jobs = [Job(f"{one.name} {name}", each) for name, each in main.items()]
    if facts.refit_test is not None and facts.best_epoch is not None:
        jobs.append(Job(f"{one.name} refit", plan.replace(validation=0, max_epochs=facts.best_epoch)))
    return jobs


def _judged(one: Graded, history: TrainingHistory, scores: Sequence[Score | None], sha256: str) -> Graded:
    facts = one.facts
    assert facts is not None and facts.plan is not None
    if facts.plan.data_sha256 != sha256:
        return _noted(one, N_("It was run again on other data than it names, so nothing can be said of its curves."))
    found = [*_curves(facts, history), *_tests(facts, scores)]
    if not found:
        return _noted(one, N_("It was run again: curves and test results agree but for what machines differ by."))
    text = N_("Run again, it gives something else: {retold_what}. Differs, ask.").format(retold_what="; ".join(found))
    return dataclasses.replace(one, flags=(*one.flags, Flag("rerun_differs", text, {"what": found})))


def _curves(facts: Facts, history: TrainingHistory) -> Iterator[str]:
    apart = disagreement(facts.history, history, "" if facts.plan is None else facts.plan.model)
    if apart is not None:
        name, epoch, says, gives = apart
        text = N_("{name} of epoch {epoch} is {says:.6g}, and the plan gives {gives:.6g}")
        yield text.format(name=name, epoch=epoch, says=says, gives=gives)


def _tests(facts: Facts, scores: Sequence[Score | None]) -> Iterator[str]:
    """Compare test results; with repeats or folds the held-out model is another one's, so the refitted one alone counts."""
    conv = facts.plan is not None and facts.plan.model == "conv"
    most_loss = TOLERANCE.test_loss_conv if conv else TOLERANCE.test_loss
    most_accuracy = TOLERANCE.test_accuracy_conv if conv else TOLERANCE.test_accuracy
    for name, says, gives in ((N_("held-out"), facts.holdout_test, scores[0]), (N_("refitted"), facts.refit_test, scores[-1])):
        if says is None or gives is None or (name == "held-out" and facts.trainings):  # none of a loss that was never finite
            continue
        if abs(says.loss - gives.loss) > most_loss * max(abs(gives.loss), 1e-9):
            text = N_("the {told_name} test loss is {says:.4g}, and the plan gives {gives:.4g}")
            yield text.format(told_name=name, says=says.loss, gives=gives.loss)
        if says.accuracy is None or gives.accuracy is None:
            continue
        if abs(says.accuracy - gives.accuracy) > most_accuracy:
            text = N_("the {told_name} test accuracy is {says:.2f} %, and the plan gives {gives:.2f} %")
            yield text.format(told_name=name, says=100 * says.accuracy, gives=100 * gives.accuracy)


def _noted(one: Graded, note: str) -> Graded:
    return dataclasses.replace(one, notes=(*one.notes, note))
