"""The ritual itself: hold out, train too long, diagnose, refit, test once, report."""

from __future__ import annotations

import math
import shlex
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from fitscope import datasets, training, version
from fitscope.datasets import Dataset
from fitscope.diagnosis import Diagnosis, judge
from fitscope.errors import UsageError
from fitscope.plan import Plan
from fitscope.report.folder import RunFolder, open_folder
from fitscope.result import DatasetFacts, HoldOut, Refit, Result
from fitscope.training import EpochEnd, Run

REFIT_BY = ("epochs", "updates")


@dataclass(frozen=True)
class Step:
    """Tell that a step of the ritual begins or has found something, in a sentence.

    Args:
        name: `folder`, `data`, `train`, `diagnosis`, `refit`, `test` or `report`.
        text: the sentence.
    """

    name: str
    text: str


Tell = Callable[[Step | EpochEnd], object]


@dataclass
class _Course:
    """An analysis under way: whom to tell, when to stop, and the seconds that each part took."""

    tell: Tell
    should_stop: Callable[[], bool]
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def part(self, name: str) -> Any:
        started = time.perf_counter()
        yield
        self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - started, 3)

    def on_epoch(self, event: EpochEnd) -> bool:
        self.tell(event)
        return self.should_stop()


def analyze(
    dataset: str,
    *,
    max_epochs: int | None = None,
    validation: int | float | None = None,
    num_words: int | None = None,
    batch_size: int | None = None,
    target: str | None = None,
    group: str | None = None,
    time: str | None = None,
    test: str | int | float | None = None,
    task: str | None = None,
    model: str | None = None,
    class_weight: str | None = None,
    optimizer: str | None = None,
    learning_rate: float | None = None,
    seed: int = 0,
    refit_by: str = "epochs",
    data_dir: Path | str | None = None,
    output: Path | str | None = None,
    tell: Tell | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Result:
    """Find where a network overfits, refit it for the best number of epochs and test it once.

    Args:
        dataset: `imdb`, `reuters`, `digits` or `diabetes`, the path of a table, a folder of texts or pictures, the path of
            arrays (.npz), or `FILE.py:FUNCTION`.
        max_epochs, validation, num_words, batch_size: None for the data set's own; `validation` is a number of samples
            or, below 1, a fraction of the training data.
        target, group, time: columns of a table: what is predicted, what stays on one side of every split, and what
            orders the rows, so that the latest are held out.
        test: a person's own test data: a number of samples, a fraction, or a file.
        task: `classes` or `regression`, where the target alone does not tell; None to see it from the target.
        model: None for the data set's own; `textbook`, `small`, `large`, `linear`, `conv`, or `FILE.py:FUNCTION`.
        class_weight: `balanced` weighs rare classes up while training.
        optimizer, learning_rate: Keras' name (None: rmsprop, or what a person's own function compiled), and the step size
            (None for the optimizer's own).
        seed: decides initial weights and batch order.
        refit_by: what the refit keeps of the best epoch: its number of `epochs` or of `updates`.
        data_dir: where data is looked for first.
        output: the folder to make and fill; None writes nothing.
        tell: is told every step and every epoch.
        should_stop: is asked after every epoch; True ends the training there, and the result is marked partial.

    Returns:
        The result.

    Raises:
        UsageError: an option that is impossible.
        DataError: the data is missing or damaged.
        OutputError: the folder exists or cannot be written.

    Example:
        >>> result = analyze("digits", max_epochs=5)  # doctest: +SKIP
        >>> result.diagnosis.best_epoch               # doctest: +SKIP
        5
    """
    course = _Course(tell or (lambda _: None), should_stop or (lambda: False))
    if refit_by not in REFIT_BY:
        raise UsageError(f"--refit-by {refit_by} is not known; take {' or '.join(REFIT_BY)}.")
    if model is not None:
        training.check_model(model)
    own_data = {"target": target, "group": group, "time": time, "test": test, "task": task}
    options = {name: value for name, value in own_data.items() if value is not None}
    located = datasets.locate(dataset, data_dir, options=options, say=lambda text: course.tell(Step("data", text)))
    data = None if datasets.is_known(dataset) else datasets.load(located, num_words)
    facts = datasets.defaults(dataset) if data is None else datasets.describe(data)
    model = model or facts.model
    plan = Plan(
        dataset=located.name,
        data_sha256=located.sha256 if data is None else data.sha256,
        num_words=facts.words(num_words),
        model=model,
        model_sha256=training.model_sha256(model),
        optimizer=optimizer or training.default_optimizer(model),
        learning_rate=learning_rate,
        class_weight=class_weight,
        batch_size=facts.batch_size if batch_size is None else batch_size,
        max_epochs=facts.max_epochs if max_epochs is None else max_epochs,
        validation=facts.held_out(validation) if data is None else data.whole(facts.held_out(validation)),
        seed=seed,
        options=datasets.shown_options(options),
    )
    with open_folder(None if output is None else Path(output), plan, refit_by) as folder:
        return _ritual(plan, refit_by, located, data, folder, course)


def _ritual(
    plan: Plan, refit_by: str, located: datasets.Located, data: Dataset | None, folder: RunFolder | None, course: _Course
) -> Result:
    """Go through the steps; every choice is fixed before the test data is read."""
    if folder is not None:
        course.tell(Step("folder", str(folder.path)))
    loading = training.start_loading()
    if located.path is None:  # scikit-learn's data and Keras import the same modules; two threads would block each other
        with course.part("import"):
            loading.join()
    with course.part("data"):
        data = datasets.load(located, plan.num_words) if data is None else data
        data.check_held_out(plan.validation)
    course.tell(Step("data", _describe_data(data, plan, located.path)))
    for note in data.notes:
        course.tell(Step("data", note))
    with course.part("import"):
        loading.join()
        environment = training.environment()

    course.tell(Step("train", f"Training for {_amount(plan)} with {plan.validation:,} samples held out"))
    with course.part("train"):
        run = training.train(plan, course.on_epoch, data=data)
    with course.part("diagnosis"):
        majority = data.majority(plan)
        diagnosis = judge(run.history, run.validation_losses, majority=majority, classes=len(data.classes), seed=plan.seed)

    skipped = _why_no_refit(run, diagnosis, data, refit_by)
    refitted = None
    if skipped is None:
        refit_plan = _refit_plan(plan, diagnosis, data, refit_by)
        course.tell(Step("refit", f"Refitting on all {data.train_samples:,} training samples, {_amount(refit_plan)}"))
        with course.part("refit"):
            refitted = training.train(refit_plan, course.on_epoch, data=data)
        if refitted.stopped:
            refitted, skipped = None, "interrupted"

    holdout, refit = None, None
    if not data.test_samples:
        skipped = skipped or "no_test_data"
    elif skipped not in ("interrupted", "no_epoch_worth_it"):
        course.tell(Step("test", f"Testing once on {data.test_samples:,} samples"))
        with course.part("test"):
            holdout, refit = _test(run, refitted, diagnosis, data, refit_by)
    result = Result(
        fitscope=version(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        plan=plan,
        environment=environment,
        dataset=_dataset_facts(data, plan, majority),
        model=training.describe(run, data),
        history=run.history,
        diagnosis=diagnosis,
        holdout=holdout,
        refit=refit,
        refit_skipped=skipped,
        test_reads=int(holdout is not None),
        command=repeat_command(plan, refit_by),
        partial=skipped == "interrupted",
        seconds=course.seconds,
        peak_mb=training.peak_mb(),
    )
    if folder is not None:
        final = refitted or (run if run.weights else None)
        save = None if final is None else partial(training.save, final, data)
        folder.fill(result, run.validation_losses, save, None if final is None else data.preparation(final.plan))
        course.tell(Step("report", str(folder.report)))
    return result


def _why_no_refit(run: Run, diagnosis: Diagnosis, data: Dataset, refit_by: str) -> str | None:
    """Return the code of the reason why nothing is refitted, or None."""
    if run.stopped:
        return "interrupted"
    guess = data.guess(run.plan)
    if diagnosis.best_val_loss is None or (diagnosis.verdict == "diverged" and diagnosis.best_val_loss >= guess):
        return "no_epoch_worth_it"
    if refit_by == "updates" and diagnosis.best_epoch == run.history.epochs[-1]:
        return "minimum_not_reached"
    return None


def _refit_plan(plan: Plan, diagnosis: Diagnosis, data: Dataset, refit_by: str) -> Plan:
    assert diagnosis.best_epoch is not None
    if refit_by == "epochs":
        return plan.replace(validation=0, max_epochs=diagnosis.best_epoch)
    updates = diagnosis.best_epoch * math.ceil((data.train_samples - plan.validation) / plan.batch_size)
    epochs = math.ceil(updates / math.ceil(data.train_samples / plan.batch_size))
    return plan.replace(validation=0, max_epochs=epochs, updates=updates)


def _test(run: Run, refitted: Run | None, diagnosis: Diagnosis, data: Dataset, refit_by: str) -> tuple[HoldOut, Refit | None]:
    assert diagnosis.best_epoch is not None
    measure = training.MEASURES[data.task]
    held, *again = training.test_once([run, *filter(None, [refitted])], data)
    holdout = HoldOut(diagnosis.best_epoch, training.score(held, measure))
    if refitted is None:
        return holdout, None
    test, brought = training.score(again[0], measure), training.gain(held, again[0], measure)
    return holdout, Refit(diagnosis.best_epoch, refit_by, test, brought, refitted.updates)


def _dataset_facts(data: Dataset, plan: Plan, majority: float | None) -> DatasetFacts:
    return DatasetFacts(
        name=data.name,
        task=data.task,
        classes=data.classes,
        notes=data.notes,
        train=data.train_samples - plan.validation,
        validation=plan.validation,
        test=data.test_samples,
        source=data.source,
        sha256=data.sha256,
        majority=majority,
    )


def _describe_data(data: Dataset, plan: Plan, path: Path | None) -> str:
    parts = (data.train_samples - plan.validation, plan.validation, data.test_samples)
    training_, validation, test = (f"{part:,}" for part in parts)
    place = "" if path is None else f" ({path})"
    return f"{data.name} from {data.source}{place}: {training_} training, {validation} validation and {test} test samples"


def _amount(plan: Plan) -> str:
    count, unit = (plan.max_epochs, "epoch") if plan.updates is None else (plan.updates, "update")
    return f"{count:,} {unit}{'' if count == 1 else 's'}"


def repeat_command(plan: Plan, refit_by: str) -> str:
    """Return the command that makes the same analysis again, with every default spelt out."""
    options = {
        "--max-epochs": plan.max_epochs,
        "--validation": plan.validation,
        "--num-words": plan.num_words,
        "--model": plan.model,
        **{f"--{name}": value for name, value in plan.options.items()},
        "--class-weight": plan.class_weight,
        "--batch-size": plan.batch_size,
        "--optimizer": plan.optimizer,
        "--learning-rate": plan.learning_rate,
        "--seed": plan.seed,
        "--refit-by": refit_by,
    }
    said = [word for name, value in options.items() if value is not None for word in (name, str(value))]
    return shlex.join(["fitscope", "analyze", plan.dataset, *said])
