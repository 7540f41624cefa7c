"""A rubric to begin with, for each data set."""

from __future__ import annotations

import json
import secrets

from fitscope import datasets
from fitscope.language import N_, _, spoken

# Test accuracy: what an honest refit of the textbook's network reaches, and what most of it is worth.
_REACHED = {"imdb": (0.86, 0.83), "reuters": (0.77, 0.73), "digits": (0.93, 0.88)}
_MAE = {"diabetes": (48.0, 60.0)}

_HEAD = N_("""\
A rubric for fitscope grade. Change what you like; fitscope checks it before anything is graded, and names the line.
Students work like this (the course key makes another seed for each student):
  fitscope analyze {dataset} --student-id ID --author "NAME" --course {course} --blind
  fitscope answers {dataset} > answers.md
  fitscope submit reports/RUN --answers answers.md
They hand in report.html, or the training.log of a script of their own with answers.md beside it.""")
_COURSE = N_("Give this key to the students. Alike curves are honest only where the seeds go with the students' numbers.")
_DUE = N_("What the export says was handed in later is flagged as late.")
_ASSIGNMENT = N_("Canvas' own column, as its gradebook export names it; without it there is no file for Canvas.")
_HANDED_OUT = N_("What you gave out yourself: work that is like it is like no other student's.")
_LANGUAGE = N_("The language of feedback, where neither the roster nor the report says another: en or ko.")
_PLATEAU = N_("""\
Any epoch that the student's own validation data cannot tell from the best is right: another seed's best epoch lies there
only half of the time, so there is no one right epoch.""")
_VERDICT = N_("The verdict is compared with what the curves say, whatever the report says of itself.")
_LENGTH = N_("Far past the best epoch, so that overfitting can be seen.")
_TEST = N_("The first level that holds counts. Students with a script of their own answer with test_accuracy.")
_WHY = N_("Read by a person: index.html shows the text and a field for the points.")
_OTHERS = N_("Other conditions: equals, at_most, between = [a, b], one_of = [...], matches_recomputed = true.")


def starting_rubric(dataset: str) -> str:
    """Return a commented rubric in the spoken language, with a fresh course key.

    Args:
        dataset: a data set's name, or anything that `analyze` takes.

    Example:
        >>> starting_rubric("imdb").splitlines()[-1]
        'manual = true'
    """
    name = dataset if datasets.is_known(dataset) else "data"
    course = f"{name}-{secrets.token_hex(6)}"
    head = _(_HEAD).format(dataset=dataset if datasets.is_known(dataset) else _text(dataset), course=course)
    parts = [
        _comment(head),
        'schema = "fitscope-rubric/1"',
        f"title = {_text(_('Where does {dataset} overfit?').format(dataset=dataset))}",
        *([f"dataset = {_text(dataset)}"] if datasets.is_known(dataset) else []),
        "",
        _comment(_(_COURSE)),
        f"course = {_text(course)}",
        _comment(_(_LANGUAGE)),
        f"language = {_text(spoken())}",
        _comment(_(_DUE)),
        '# due = "2026-12-18T23:59:00+09:00"',
        _comment(_(_ASSIGNMENT)),
        '# assignment = "Overfitting (12345)"',
        _comment(_(_HANDED_OUT)),
        '# handed_out = ["example.html"]',
        "",
        *_criterion(
            _("Best epoch"), 3, 'field = ["answers.best_epoch", "diagnosis.best_epoch"]', "in_plateau = true", note=_PLATEAU
        ),
        *_criterion(_("Verdict"), 2, 'field = ["answers.verdict", "diagnosis.verdict"]', "same_verdict = true", note=_VERDICT),
        *_criterion(_("Trained long enough"), 1, 'field = "history.epochs"', "at_least = 10", note=_LENGTH),
        *_test(dataset),
        _comment(_(_OTHERS)),
        "",
        *_criterion(_("Why"), 2, 'field = "answers.why"', "manual = true", note=_WHY),
    ]
    return "\n".join(parts).rstrip("\n") + "\n"


def _test(dataset: str) -> list[str]:
    if dataset in _MAE:
        good, fair = _MAE[dataset]
        fields = 'field = ["refit.test.mae", "holdout.test.mae", "answers.test_mae"]'
        levels = f"levels = [{{at_most = {good}, points = 2}}, {{at_most = {fair}, points = 1}}]"
        return _criterion(_("Test result"), 2, fields, levels, note=_TEST)
    good, fair = _REACHED.get(dataset, (0.8, 0.6))
    fields = 'field = ["refit.test.accuracy", "holdout.test.accuracy", "answers.test_accuracy"]'
    levels = f"levels = [{{at_least = {good}, points = 2}}, {{at_least = {fair}, points = 1}}]"
    return _criterion(_("Test result"), 2, fields, levels, note=_TEST)


def _criterion(title: str, points: int, *lines: str, note: str) -> list[str]:
    return [_comment(_(note)), "[[criterion]]", f"title = {_text(title)}", f"points = {points}", *lines, ""]


def _comment(text: str) -> str:
    return "\n".join(f"# {line}".rstrip() for line in text.splitlines())


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
