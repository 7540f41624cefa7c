"""The result, put together from what was found; nothing is chosen any more."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import repeat

from fitscope import training, version
from fitscope.analysis.course import Course, Found
from fitscope.analysis.mistakes import mistakes
from fitscope.datasets import Dataset
from fitscope.language import asked
from fitscope.plan import Plan
from fitscope.report.notes import signed_command
from fitscope.result import DatasetFacts, HoldOut, Refit, Result, Search, Studies, Training
from fitscope.result.begun import LEAKS, command_words
from fitscope.studies import remedies, repeats, sizes
from fitscope.studies.wishes import Wishes
from fitscope.studies.work import Finished


def conclude(course: Course, data: Dataset, found: Found, finished: Finished) -> Result:
    """Put together what was found; nothing is chosen any more."""
    measure, main = training.MEASURES[data.task], found.main
    scores = [None if test is None else training.score(test, measure, data.test_groups) for test in finished.test]
    entries = tuple(repeats.entry(run, course.plan, data, test) for run, test in zip(main, scores or repeat(None)))
    holdout, held = _holdout(entries)
    refit = None
    score = scores[len(main)] if found.refits and scores else None
    if holdout is not None and score is not None and found.diagnosis.best_epoch is not None:
        before, after = finished.test[held], finished.test[len(main)]
        assert before is not None and after is not None  # whose scores are known
        brought = training.gain(before, after, measure, data.test_groups)
        refit = Refit(found.diagnosis.best_epoch, course.wishes.refit_by, score, brought, found.refits[0].updates)
    with course.part("mistakes"):
        wrong = mistakes(found, data)
    return Result(
        fitscope=version(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        plan=course.plan,
        environment=finished.environment,
        dataset=_dataset_facts(course, data, main[0].plan, found.majority),
        model=finished.model,
        history=found.common.history,
        diagnosis=found.diagnosis,
        holdout=holdout,
        refit=refit,
        refit_skipped=found.skipped or (None if data.test_samples else "no_test_data"),
        test_reads=int(bool(scores)),
        command=signed_command(course.command, course.author),
        blind=course.blind,
        partial=found.skipped == "interrupted",
        seconds=course.seconds,
        peak_mb=max(filter(None, (training.peak_mb(), finished.peak_mb)), default=None),
        studies=_studies(course, data, found, entries),
        search=_search_result(found, finished, measure, data),
        mistakes=wrong,
        author=course.author,
        notes=course.notes,
        answers=course.answers,
    )


def _holdout(entries: Sequence[Training]) -> tuple[HoldOut | None, int]:
    """Return the first held-out model that was tested, and its place; one that diverged at once has nothing to test."""
    for place, entry in enumerate(entries):
        if entry.test is not None and entry.best_epoch is not None:
            return HoldOut(entry.best_epoch, entry.test), place
    return None, 0


def _studies(course: Course, data: Dataset, found: Found, entries: Sequence[Training]) -> Studies:
    several = len(found.jobs.main) > 1
    repeated = several and course.wishes.folds is None
    changed = {code: [found.runs[job.name] for job in group] for code, group in found.jobs.remedies.items()
               if all(job.name in found.runs for job in group)}  # fmt: skip
    parts = [found.runs[job.name] for job in found.jobs.sizes if job.name in found.runs]
    smaller, scaling = sizes.results(course.plan, data, parts) if parts else ((), None)
    return Studies(
        repeats=tuple(entries) if repeated else (),
        folds=tuple(entries) if several and not repeated else (),
        remedies=remedies.results(course.plan, data, found.main, changed, course.plan.seed) if changed else (),
        sizes=smaller,
        repeated=repeats.summary(entries) if repeated else None,
        scaling=scaling,
    )


def _search_result(found: Found, finished: Finished, measure: str, data: Dataset) -> Search | None:
    """Return the search with its winner's test result beside that of the network that was not searched for."""
    if found.search is None or found.search.best is None or len(found.refits) < 2 or not finished.test:
        return found.search
    plain, winner = finished.test[-2:]
    assert plain is not None and winner is not None  # a refit has weights whatever its loss
    best = replace(
        found.search.best,
        test=training.score(winner, measure, data.test_groups),
        gain=training.gain(plain, winner, measure, data.test_groups),
    )
    return replace(found.search, best=best)


def files(found: Found, finished: Finished, data: Dataset) -> dict[str, bytes]:
    """Return the final models' files, and what it takes to read new samples as the first of them does."""
    models = dict(zip(("model.keras", "winner.keras"), finished.keras.values()))
    if not models:
        return {}
    first = next(iter(finished.keras))
    preparation = data.preparation([*found.main, *found.refits][first].plan)
    text = json.dumps(preparation, ensure_ascii=False, allow_nan=False) + "\n"
    return models | ({} if preparation is None else {"preparation.json": text.encode()})


def _dataset_facts(course: Course, data: Dataset, plan: Plan, majority: float | None) -> DatasetFacts:
    return DatasetFacts(
        name=data.name,
        task=data.task,
        classes=data.classes,
        train=data.train_samples - plan.validation,
        validation=plan.validation,
        test=data.test_samples,
        source=data.source,
        sha256=data.sha256,
        majority=majority,
        leaks=tuple(leak.to_json() for leak in course.leaks),
        notes=data.notes,
    )


def repeat_command(plan: Plan, wishes: Wishes, blind: bool = False, leaks: bool = False) -> str:
    """Return the command that makes the same analysis again, with every default spelt out."""
    return shlex.join([*command_words(plan, {**wishes.to_json(), LEAKS: leaks}, blind), *asked()])
