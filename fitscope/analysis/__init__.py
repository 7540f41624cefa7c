"""The ritual itself: hold out, train too long, diagnose, refit, test once, report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fitscope import datasets, training
from fitscope.analysis.conclusion import conclude, files, repeat_command
from fitscope.analysis.course import Course, Step, Tell, Voice
from fitscope.analysis.signing import signature
from fitscope.analysis.steps import describe_kept, finish, prepare, refit, train
from fitscope.datasets import Dataset
from fitscope.errors import UsageError
from fitscope.plan import Plan, student_seed
from fitscope.report.folder import RunFolder, open_folder
from fitscope.report.notes import read_notes
from fitscope.result import Result
from fitscope.result.begun import LEAKS
from fitscope.result.plain import plain
from fitscope.studies.crew import crew
from fitscope.studies.store import Store
from fitscope.studies.wishes import Wishes

__all__ = ["Step", "analyze", "repeat_command"]


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
    seed: int | None = None,
    refit_by: str = "epochs",
    repeats: int = 1,
    folds: int | None = None,
    remedies: bool = False,
    sizes: bool = False,
    search: str | None = None,
    trials: int = 20,
    leaks: bool = False,
    workers: int | None = 1,
    cluster: str | None = None,
    data_dir: Path | str | None = None,
    output: Path | str | None = None,
    resume: bool = False,
    author: str | None = None,
    student_id: str | None = None,
    course: str | None = None,
    notes: Path | str | None = None,
    answers: Path | str | None = None,
    blind: bool = False,
    teach: bool = False,
    tell: Tell | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Result:
    """Find where a network overfits, refit it for the best number of epochs and test it once.

    Sets Keras' global seed, and clears its session before a network of the person's own is built, so that layers without a
    name are counted alike in every training.

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
        seed: decides initial weights and batch order; None makes it from `student_id` where there is one, else takes 0.
        refit_by: what the refit keeps of the best epoch: its number of `epochs` or of `updates`.
        repeats, folds, remedies, sizes, search, trials: what is trained beside; see `fitscope.studies.wishes.Wishes`.
        leaks: look for near duplicates in large data, too; in up to 20,000 texts they are looked for anyway.
        workers: how many processes train; 1 trains in this one, None takes as many as pay off. A script that asks for more
            than one needs `if __name__ == "__main__":` around its call, as Python's multiprocessing does.
        cluster: the address of a Dask scheduler whose workers train.
        data_dir: where data is looked for first.
        output: the folder to make and fill; None writes nothing.
        resume: whether `output` may be there, from an analysis of the same plan that was stopped, to be gone on with.
        author: whose analysis it is, by name.
        student_id: a student's number; it stands on the report.
        course: the key that came with an assignment; with the student's number it decides the seed, and is kept nowhere.
        notes: the path of a Markdown file, the person's own text on the report.
        answers: the path of a student's answers, the form of `fitscope answers` filled in. Author, notes and answers may
            change when an analysis is gone on with.
        blind: whether nothing but the curves is told until `fitscope.submit` puts the student's answers beside the result.
        teach: whether the report asks before it answers; nothing else depends on it.
        tell: is told every step and every epoch.
        should_stop: is asked after every epoch; True ends the training there, and the result is marked partial.

    Returns:
        The result.

    Raises:
        UsageError: an option that is impossible.
        DataError: the data, the notes or the answers are missing or damaged.
        OwnCodeError: a person's own function raised.
        OutputError: the folder exists or cannot be written.

    Example:
        >>> result = analyze("digits", max_epochs=5)
        >>> result.diagnosis.best_epoch, result.diagnosis.verdict
        (5, 'underfitting')
    """
    wishes = Wishes(refit_by, repeats, folds, remedies, sizes, search, trials)
    say = tell or (lambda _: None)
    said = None if notes is None else read_notes(Path(notes))
    who, concluded = signature(author, student_id, course, answers)
    if blind and (teach or concluded is not None):
        raise UsageError(
            "--blind tells nothing before you have answered; leave out "
            f"{'--teach' if teach else '--answers, and give it to fitscope submit when you have seen the curves'}."
        )
    if model is not None:
        training.check_model(model)
    own_data = {"target": target, "group": group, "time": time, "test": test, "task": task}
    options = {name: value for name, value in own_data.items() if value is not None}
    located = datasets.locate(dataset, data_dir, options=options, say=lambda text: say(Step("data", text)))
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
        seed=(0 if student_id is None else student_seed(student_id, course)) if seed is None else seed,
        seed_from="student-id" if seed is None and student_id is not None else None,
        options=datasets.shown_options(options),
    )
    command = repeat_command(plan, wishes, blind, leaks)
    begun = Course(
        plan=plan,
        wishes=wishes,
        located=located,
        tell=Voice(say),
        should_stop=should_stop or (lambda: False),
        workers=workers,
        cluster=cluster,
        command=command,
        near_duplicates=leaks,
        author=who,
        notes=said,
        answers=concluded,
        blind=blind,
    )
    content = {"plan": plan.to_json(), **wishes.to_json(), "author": plain(who), "notes": said, "answers": plain(concluded),
               "blind": blind, **({LEAKS: True} if leaks else {})}  # fmt: skip
    with open_folder(None if output is None else Path(output).absolute(), content, resume, teach) as folder:
        done = None
        if folder is not None:
            begun.author, begun.notes, begun.answers, done = folder.author, folder.notes, folder.answers, folder.finished()
        if folder is not None and done is not None:
            begun.tell(Step("folder", str(folder.path)))
            return folder.signed(done)
        return _ritual(begun, data, folder)


def _ritual(course: Course, data: Dataset | None, folder: RunFolder | None) -> Result:
    """Go through the steps; every choice is fixed before the test data is read."""
    if folder is not None:
        course.tell(Step("folder", str(folder.path)))
    data, asked, workers = prepare(course, data)
    store = Store(None if folder is None else folder.trainings)
    if kept := describe_kept(store):
        course.tell(Step("data", kept))
    place = crew(course.located, course.plan.num_words, store, course.tell, course.should_stop, workers, course.cluster,
                 course.plan.model if datasets.own.is_own(course.plan.model) else None,
                 lambda text: course.tell(Step("data", text)))  # fmt: skip
    with place as opened:
        found = train(course, opened, data, asked)
        if course.blind:  # how long the refit takes would tell the best epoch
            course.tell(Step("refit", "Refitting and testing; what comes of it is told after your answers"))
            course.tell.hushed = True
        refit(course, opened, data, found)
        finished = finish(course, opened, data, found)
    course.tell.hushed = False
    result = conclude(course, data, found, finished)
    if folder is not None:
        folder.fill(result, found.common.losses, files(found, finished, data), found.common.groups)
        course.tell(Step("report", str(folder.report)))
    return result
