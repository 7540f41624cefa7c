"""One submission examined, from its files to its marks: what a worker does, so that a class is graded by several."""

from __future__ import annotations

import dataclasses
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import numpy as np

from fitscope.datasets import is_known
from fitscope.datasets.places import YOURS
from fitscope.diagnosis import Diagnosis
from fitscope.errors import FitscopeError, UsageError
from fitscope.grading.fields import says_itself
from fitscope.grading.impossible import impossible
from fitscope.grading.marking import failed, mark
from fitscope.grading.moments import is_to_come
from fitscope.grading.reading import read
from fitscope.grading.recomputed import differs, recomputed
from fitscope.grading.records import Facts, Flag, Graded, HandIn, Student, Work
from fitscope.grading.roster import Read
from fitscope.grading.rubric import Rubric
from fitscope.grading.shown import page_differs
from fitscope.history import TrainingHistory
from fitscope.language import N_
from fitscope.plan import student_seed
from fitscope.result import Result, Score, Studies


@dataclasses.dataclass(frozen=True)
class Examined:
    """Hold what came of one submission before it is known whose it is.

    Args:
        read: who it says that it is from, without the curves.
        graded: marks, flags and facts; its student is nobody yet.
    """

    read: Read
    graded: Graded


def examine(hand_in: HandIn, rubric: Rubric) -> Examined:
    """Read, judge, check and mark one submission; whatever is in it, this returns.

    Args:
        hand_in: what was handed in.
        rubric: what it is marked by.
    """
    with _scratch(hand_in) as scratch:
        try:
            return _examined(hand_in, read(hand_in, scratch), rubric)
        except FitscopeError as error:
            return ungraded(hand_in, rubric, str(error))
        except (ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TypeError, ValueError) as error:
            what = type(error).__name__
            return ungraded(hand_in, rubric, f"{hand_in.name} cannot be graded: it holds what no hand-in holds ({what}).")


@contextmanager
def _scratch(hand_in: HandIn) -> Iterator[Path]:
    """Make a folder for what is unpacked, where there is something to unpack."""
    if not any(name.lower().endswith(".zip") for name in hand_in.files):
        yield Path(os.devnull)
        return
    with tempfile.TemporaryDirectory(prefix="fitscope-") as scratch:
        yield Path(scratch)


def examine_all(hand_ins: Sequence[HandIn], rubric: Rubric) -> list[Examined]:
    """Examine several submissions, one after the other."""
    return [examine(hand_in, rubric) for hand_in in hand_ins]


def ungraded(hand_in: HandIn, rubric: Rubric, error: str) -> Examined:
    """Return what came of a submission that cannot be graded: no points, and the error that says why."""
    graded = Graded(hand_in.name, Student(), hand_in.files, failed(rubric, error), _late(hand_in, rubric), error=error)
    return Examined(Read(hand_in, None, error), graded)


def _examined(hand_in: HandIn, work: Work, rubric: Rubric) -> Examined:
    said, alone = recomputed(work.result, work.contradiction)
    checks = (differs(work.result, said, alone), page_differs(work), impossible(work.result))
    flags = tuple(flag for flag in checks if flag is not None)
    facts = _facts(work, said, rubric)
    graded = Graded(
        hand_in.name,
        Student(),
        work.files,
        mark(rubric, work, said),
        (*flags, *_late(hand_in, rubric)),
        (*work.notes, *_about(work, facts, rubric)),
        facts=facts,
    )
    return Examined(Read(hand_in, _light(work)), graded)


def _late(hand_in: HandIn, rubric: Rubric) -> tuple[Flag, ...]:
    late = hand_in.late or _after(hand_in.moment, rubric.due)
    return () if late is None else (Flag("late", late, {"moment": hand_in.moment}),)


def _after(moment: str | None, due: str | None) -> str | None:
    """Say that something was handed in after the time, None where it was not or where that is not known."""
    if moment is None or due is None:
        return None
    end = datetime.fromisoformat(due)
    then = datetime.fromisoformat(moment).astimezone(end.tzinfo)
    told = N_("It was handed in on {moment}, and was due on {due}.")
    return told.format(moment=f"{then:%Y-%m-%d %H:%M:%S}", due=f"{end:%Y-%m-%d %H:%M:%S}") if then > end else None


def _about(work: Work, facts: Facts, rubric: Rubric) -> list[str]:
    """Note what an instructor would like to know and what is no reason to ask."""
    notes = []
    if facts.other_data is not None:
        told = N_("The assignment is on {expected}, and this is on {found}.")
        notes.append(told.format(expected=rubric.dataset, found=facts.other_data))
    if work.result.partial:
        notes.append(N_("The analysis was stopped before its end."))
    if is_to_come(work.result.created):
        told = N_("It is dated {created}, which is still to come; of several tries it is not taken for the newest.")
        notes.append(told.format(created=work.result.created[:40]))
    if facts.seed_fits is False:
        notes.append(N_("The seed is said to be made from the student's number, and does not go with it."))
    return notes


def _seed_fits(result: Result, rubric: Rubric) -> bool | None:
    """Tell whether a seed that is said to be made from the student's number goes with it; None where it is a given one."""
    if result.plan is None or result.plan.seed_from is None:
        return None
    try:
        number = "" if result.author is None else result.author.id or ""
        return result.plan.seed == student_seed(number, rubric.course)
    except UsageError:
        return False


def _facts(work: Work, said: Diagnosis, rubric: Rubric) -> Facts:
    result, answers = work.result, work.answers
    model = result.refit or result.holdout
    test = None if model is None else model.test
    stated = result.diagnosis if says_itself(work) else None
    answered = None if answers is None else (answers.best_epoch, answers.verdict, answers.test_accuracy)
    best, verdict, accuracy = answered or (None, None, None)
    if stated is not None:
        best = stated.best_epoch if best is None else best
        verdict = stated.verdict if verdict is None else verdict
    studies = {name: len(getattr(result.studies, name)) for name in ("repeats", "folds")}
    return Facts(
        history=result.history,
        best_epoch=said.best_epoch,
        plateau=said.plateau,
        members=() if said.uncertainty is None else said.uncertainty.plateau_members,
        verdict=said.verdict,
        claimed_best_epoch=best,
        claimed_verdict=verdict,
        test=test,
        holdout_test=None if result.holdout is None else result.holdout.test,
        refit_test=None if result.refit is None or result.refit.by != "epochs" else result.refit.test,
        test_accuracy=_test_accuracy(test, accuracy),
        plan=result.plan,
        trainings={name: count for name, count in studies.items() if count},
        author=result.author,
        answers=answers,
        seed_fits=_seed_fits(result, rubric),
        language=work.language,
        other_data=_other_data(result, rubric),
    )


def _other_data(result: Result, rubric: Rubric) -> str | None:
    """Name the data where it is not the assignment's; a person's own may be called as fitscope's is."""
    data = result.dataset
    if data is None or rubric.dataset is None:
        return None
    if data.name == rubric.dataset:
        own = is_known(data.name) and data.source in YOURS.values()
        return f"{data.name} ({data.source})" if own else None
    return data.name


def _test_accuracy(test: Score | None, answered: float | None) -> float | None:
    return answered if test is None else test.accuracy


def _light(work: Work) -> Work:
    """Return a submission without what is large: who signed it and when is all that telling whose it is needs."""
    nothing = TrainingHistory.of({"loss": np.array([np.nan])})
    diagnosis = Diagnosis("inconclusive", {}, None, None, None, None, (), (), (), (), None)
    result = dataclasses.replace(
        work.result,
        history=nothing,
        diagnosis=diagnosis,
        studies=Studies(),
        mistakes=None,
        search=None,
        holdout=None,
        refit=None,
        dataset=None,
        model=None,
        notes=None,
        answers=None,
    )
    return dataclasses.replace(work, result=result, answers=None, shown=None, heading=None)
