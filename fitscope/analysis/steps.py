"""The steps of the ritual, one function each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fitscope import datasets, training
from fitscope.analysis.course import Course, Found, Step
from fitscope.datasets import Dataset
from fitscope.diagnosis import Diagnosis
from fitscope.errors import DataError
from fitscope.plan import Plan
from fitscope.result import FailedTrial
from fitscope.studies import executors, repeats, search, work
from fitscope.studies.crew import Crew, distinct
from fitscope.studies.store import Store
from fitscope.studies.wishes import Jobs, jobs
from fitscope.studies.work import Finished, Job
from fitscope.training import Run


def prepare(course: Course, data: Dataset | None) -> tuple[Dataset, Jobs, int]:
    """Read the data while TensorFlow loads, and decide what is trained and by how many workers."""
    plan = course.plan
    alone = course.cluster is None and (course.workers == 1 or (course.workers is None and not course.wishes.several))
    loading = training.start_loading() if alone else None
    if course.located.path is None and loading is not None:
        with course.part("import"):  # scikit-learn and Keras import the same modules; two threads would block each other
            loading.join()
    with course.part("data"):
        data = datasets.load(course.located, plan.num_words) if data is None else data
        data.check_held_out(plan.validation)
    work.keep(data, plan)
    course.tell(Step("data", describe_data(data, plan, course.located.path)))
    for note in data.notes:
        course.tell(Step("data", note))
    asked = jobs(plan, course.wishes, data)
    with course.part("leaks"):
        course.leaks = datasets.inspect(data, asked.main[0].plan, course.near_duplicates)
    if course.leaks and course.leaks[0].severity == "serious":
        course.tell(Step("data", f"{data.name}: {course.leaks[0].to_json()['message']} The report tells all of it."))
    count = len(asked.all) + (course.wishes.trials if course.wishes.search else 0)
    batches = plan.max_epochs * -(-data.train_samples // plan.batch_size)
    workers = executors.pay_off(count, batches) if course.workers is None else course.workers
    if workers == 1 and course.cluster is None:
        with course.part("import"):
            (loading or training.start_loading()).join()
    if course.wishes.search is not None:
        search.space(plan, data)  # an own network without one is refused before anything is trained
    return data, asked, workers


def train(course: Course, opened: Crew, data: Dataset, asked: Jobs) -> Found:
    """Train all that was asked for, judge it, and search."""
    plan, all_jobs = course.plan, distinct(asked.all)
    text = describe_training(plan, all_jobs, opened.place.workers)
    course.tell(Step("train", text, {job.name: job.plan.max_epochs for job in all_jobs}))
    with course.part("train"):
        runs = opened.train(asked.all)
    stopped = opened.stopped or any(run.stopped for run in runs.values())
    runs = _finished(runs, asked)
    main = [runs[job.name] for job in asked.main if job.name in runs]
    if not main:  # what may have killed a worker is not begun again once the person has stopped
        raise DataError("Workers were killed before the training was stopped, perhaps for want of memory; go on with --resume.")
    with course.part("diagnosis"):
        majority, common = repeats.majority_of(main, data), repeats.together(main, data)
        diagnosis = repeats.diagnose(common, data, plan, majority)
    found = Found(asked, runs, common, diagnosis, majority)
    if course.wishes.search is not None and not stopped:
        with course.part("search"):
            look_further(course, opened, data, found)
        stopped = opened.stopped
    found.skipped = "interrupted" if stopped else _why_no_refit(main[0].plan, diagnosis, data, course.wishes.refit_by)
    return found


def _finished(runs: dict[str, Run], asked: Jobs) -> dict[str, Run]:
    """Leave out trainings that were stopped before their end, but the main ones where no other main one is finished."""
    finished = {name: run for name, run in runs.items() if not run.stopped}
    if any(job.name in finished for job in asked.main):
        return finished
    return finished | {job.name: runs[job.name] for job in asked.main if job.name in runs}


def look_further(course: Course, opened: Crew, data: Dataset, found: Found) -> None:
    kind, trials = course.wishes.search, course.wishes.trials
    assert kind is not None
    course.tell(Step("search", f"Searching, {trials} trials at most ({kind})"))

    def begin(job: Job) -> None:
        course.tell(Step("trial", "", {job.name: job.plan.max_epochs}))

    def failed(trial: FailedTrial) -> None:
        course.tell(Step("trial", f"{trial.trial} could not be trained, and the search goes on: {trial.error}"))

    found.tuner = search.search(opened, kind, trials, course.plan, data, begin, failed)
    found.search = search.results(found.tuner) if found.tuner.runs or found.tuner.failed else None


def _why_no_refit(plan: Plan, diagnosis: Diagnosis, data: Dataset, refit_by: str) -> str | None:
    """Return the code of the reason why nothing is refitted, or None."""
    if diagnosis.best_val_loss is None or (diagnosis.verdict == "diverged" and diagnosis.best_val_loss >= data.guess(plan)):
        return "no_epoch_worth_it"
    if refit_by == "updates" and diagnosis.best_epoch == plan.max_epochs:
        return "minimum_not_reached"
    return None


def refit(course: Course, opened: Crew, data: Dataset, found: Found) -> None:
    """Train the final models on all training data."""
    if found.skipped is not None:
        return
    plan = _refit_plan(course.plan, found.diagnosis, data, course.wishes.refit_by)
    wanted = [Job("refit" if found.search else "", plan)]
    if found.tuner is not None and found.search is not None and found.search.best is not None:
        wanted.append(Job("refit of the winner", search.refit_plan(found.tuner, found.search.best)))
    text = f"Refitting on all {data.train_samples:,} training samples, {amount(plan)}"
    course.tell(Step("refit", text, {job.name: job.plan.max_epochs for job in wanted}))
    with course.part("refit"):
        runs = opened.train(wanted)
    if len(runs) < len(wanted) or any(run.stopped for run in runs.values()):
        found.skipped = "interrupted"
    else:
        found.refits = tuple(runs.values())


def _refit_plan(plan: Plan, diagnosis: Diagnosis, data: Dataset, refit_by: str) -> Plan:
    assert diagnosis.best_epoch is not None
    if refit_by == "epochs":
        return plan.replace(validation=0, max_epochs=diagnosis.best_epoch)
    updates = diagnosis.best_epoch * -(-(data.train_samples - plan.validation) // plan.batch_size)
    epochs = -(-updates // -(-data.train_samples // plan.batch_size))
    return plan.replace(validation=0, max_epochs=epochs, updates=updates)


def finish(course: Course, opened: Crew, data: Dataset, found: Found) -> Finished:
    """Read the test data once, for every model that is final; keep the refitted ones, else the held-out one."""
    tested = found.skipped is None and data.test_samples > 0  # a person who will train again must not have seen the test
    finals = [*found.main, *found.refits]
    kept = range(len(found.main), len(finals)) if found.refits else [i for i, run in enumerate(finals) if run.weights][:1]
    if tested:
        course.tell(Step("test", f"Testing once on {data.test_samples:,} samples"))
    with course.part("test"):
        return opened.finish(finals, tested, list(kept))


def describe_data(data: Dataset, plan: Plan, path: Path | None) -> str:
    parts = (data.train_samples - plan.validation, plan.validation, data.test_samples)
    training_, validation, test = (f"{part:,}" for part in parts)
    place = "" if path is None else f" ({path})"
    return f"{data.name} from {data.source}{place}: {training_} training, {validation} validation and {test} test samples"


def describe_kept(store: Store) -> str:
    """Say what an analysis that was stopped goes on from; an empty text where there is nothing."""
    finished, epochs = store.progress()
    parts = [f"{finished:,} finished training{'' if finished == 1 else 's'}"] * (finished > 0)
    if epochs:
        reached = [f"{epoch:,}" for epoch in epochs[:5]] + ["..."] * (len(epochs) > 5)
        parts.append(f"{'another ' if finished else 'a training '}after epoch {', '.join(reached)}")
    return f"Going on from {' and '.join(parts)}" if parts else ""


def describe_training(plan: Plan, wanted: Sequence[Job], workers: int) -> str:
    held = f"{plan.validation:,} samples held out" if wanted[0].plan.fold is None else "each fold held out in turn"
    text = f"Training for {amount(plan)} with {held}"
    if len(wanted) == 1:
        return text
    return f"{text}: {len(wanted)} trainings, {workers} at a time"


def amount(plan: Plan) -> str:
    count, unit = (plan.max_epochs, "epoch") if plan.updates is None else (plan.updates, "update")
    return f"{count:,} {unit}{'' if count == 1 else 's'}"
