"""The way of a class's submissions from a folder to marks: collected, examined, owned, compared, trained again, decided."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from fitscope.errors import FitscopeError, UsageError, not_read
from fitscope.grading.classmates import Entry, compare
from fitscope.grading.crew import examined
from fitscope.grading.examine import Examined
from fitscope.grading.lists import decided_in_names
from fitscope.grading.marking import failed
from fitscope.grading.outputs import OVERRIDES, check, without_names, write
from fitscope.grading.overrides import Overrides, apply, read_overrides
from fitscope.grading.reading import read
from fitscope.grading.records import Gradebook, Graded, HandIn, Student
from fitscope.grading.roster import Identified, Roster, identify, read_roster
from fitscope.grading.rubric import Rubric, read_rubric
from fitscope.grading.submissions import collect
from fitscope.history import TrainingHistory
from fitscope.plainfile import read_start

__all__ = ["Gradebook", "grade"]

_HANDED_OUT = 100_000  # letters that are compared of a file which the instructor gave out, such as a notebook
Tell = Callable[[str], object]


def grade(
    folder: str | Path,
    rubric: str | Path,
    *,
    roster: str | Path | None = None,
    rerun: int | None = 0,
    output: str | Path | None = None,
    pseudonymous: bool = False,
    workers: int | None = None,
    cluster: str | None = None,
    data_dir: str | Path | None = None,
    tell: Tell | None = None,
) -> Gradebook:
    """Grade a class's submissions.

    Args:
        folder: of the submissions, as Canvas, Moodle or Gradescope export them, or one file, folder or zip a student; or a zip
            of all.
        rubric: the criteria, a TOML file; `fitscope grade --init DATASET` writes one to begin with.
        roster: the class list, a CSV file; None where anybody may hand in.
        rerun: how many submissions are trained again, those with flags first, the others by chance; None for all.
        output: the folder for marks, pages and gradebooks; what stands in its `overrides.toml` counts. None writes nothing.
        pseudonymous: whether what is written to the output folder, and returned, names nobody.
        workers: how many processes read and train; None takes as many as pay off.
        cluster: the address of a Dask scheduler whose workers train again.
        data_dir: where data to train again on is looked for first.
        tell: is told every step in a sentence.

    Returns:
        The marks, flags and notes of each submission; one that could not be read has 0 points and an error.

    Raises:
        UsageError: `rerun` or `workers` is no number that can be.
        DataError: folder, rubric, roster or overrides cannot be read.
        OutputError: the output folder holds something else, or cannot be written.

    Example:
        >>> book = grade("submissions", "rubric.toml", output="grades", workers=1)
        >>> [(one.student.name, one.points, one.pending) for one in book.graded]
        [('Kim Minji', 4.0, 2.0)]
    """
    say = tell or (lambda _: None)
    if rerun is not None and rerun < 0:
        raise UsageError(f"--rerun {rerun} is not possible; give a number of submissions from 0 on, or all.")
    if workers is not None and workers < 1:
        raise UsageError(f"--workers {workers} is not possible; give a whole number of at least 1, or leave it out.")
    criteria = read_rubric(Path(rubric))
    students = None if roster is None else read_roster(Path(roster))
    decided = None
    if output is not None:
        check(Path(output))
        if (Path(output) / OVERRIDES).exists():
            decided = decided_in_names(read_overrides(Path(output) / OVERRIDES, criteria), Path(output))
    apart = [Path(path) for path in (rubric, roster, output) if path is not None]
    with tempfile.TemporaryDirectory(prefix="fitscope-") as scratch:
        collected = collect(Path(folder), Path(scratch), [*apart, *criteria.handed_out])
        count = len(collected.hand_ins)
        say(f"{count} submission{'s' * (count != 1)} in {folder}")
        found = examined(collected.hand_ins, criteria, workers, Path(scratch))
    graded, missing = _owned(found, criteria, students)
    graded = _compared(graded, criteria)
    if rerun != 0:
        from fitscope.grading.rerun import run_again

        graded = run_again(graded, rerun, workers, cluster, data_dir, say)
    notes = [*collected.notes, *(() if students is None else students.notes)]
    graded, unused = _decided(graded, decided)
    book = Gradebook(
        rubric=criteria.title,
        graded=tuple(sorted(graded, key=_by_name)),
        missing=missing,
        notes=(*notes, *unused),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    if output is not None:
        say(f"Writing {output}")
        listed = None if students is None else students.students
        write(book, criteria, Path(output), pseudonymous, roster=listed, source=Path(folder))
        book = without_names(book, Path(output)) if pseudonymous else book
    return book


def _owned(read: Sequence[Examined], rubric: Rubric, roster: Roster | None) -> tuple[list[Graded], tuple[Student, ...]]:
    """Tell whose each submission is; what cannot be anybody's earns nothing."""
    by_name = {one.graded.name: one.graded for one in read}
    found, missing = identify([one.read for one in read], roster)
    return [_signed(by_name[one.read.hand_in.name], one, rubric) for one in found], missing


def _signed(graded: Graded, owner: Identified, rubric: Rubric) -> Graded:
    graded = dataclasses.replace(graded, student=owner.student, notes=(*graded.notes, *owner.notes))
    if owner.error is None or graded.error is not None:
        return graded
    return dataclasses.replace(graded, marks=failed(rubric, owner.error), error=owner.error)


def _compared(graded: Sequence[Graded], rubric: Rubric) -> list[Graded]:
    """Compare the class's work, that of several submissions of one student too little to be told."""
    entries = [Entry(one.name, one.student, one.facts) for one in graded if one.facts is not None]
    histories, texts = _handed_out(rubric)
    told = compare(entries, histories, texts)
    return [
        dataclasses.replace(one, flags=(*one.flags, *told[one.name].flags), notes=(*one.notes, *told[one.name].notes))
        if one.name in told
        else one
        for one in graded
    ]


def _handed_out(rubric: Rubric) -> tuple[list[TrainingHistory], list[str]]:
    """Return the curves and texts that the instructor gave out, each criterion's title among them."""
    histories, texts = [], [criterion.title for criterion in rubric.criteria]
    for path in rubric.handed_out:
        with tempfile.TemporaryDirectory(prefix="fitscope-") as scratch:
            try:
                work = read(HandIn(path.name, Student(), (path,), (path.name,)), Path(scratch))
                histories.append(work.result.history)
                texts += [] if work.answers is None else filter(None, (work.answers.why, *work.answers.more.values()))
            except FitscopeError:
                texts.append(_beginning(path))
    return histories, texts


def _beginning(path: Path) -> str:
    try:
        return read_start(path, 4 * _HANDED_OUT).decode(errors="replace")[:_HANDED_OUT]
    except OSError as error:
        raise not_read(path, error, "give files in handed_out that you can open") from None


def _decided(graded: Sequence[Graded], decided: Overrides | None) -> tuple[list[Graded], tuple[str, ...]]:
    """Let what the instructor decided count."""
    if decided is None:
        return list(graded), ()
    return apply(decided, graded)


def _by_name(one: Graded) -> tuple[bool, str, str]:
    return one.student.name is None, (one.student.name or one.student.id or "").casefold(), one.name
