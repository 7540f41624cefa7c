"""A rubric to begin with, for each data set."""

from __future__ import annotations

import secrets

from fitscope import datasets
from fitscope.grading.cleaning import clean
from fitscope.grading.toml_file import escaped
from fitscope.language import LANGUAGES, N_, _, spoken

_HEAD = N_("""\
A rubric for fitscope grade. Change what you like; fitscope checks it before anything is graded, and names the line.
Students work like this (the course key makes another seed for each student):
  fitscope analyze {dataset} --student-id ID --author "NAME" --course {course} --blind
  fitscope answers {dataset} > answers.md
  fitscope submit reports/RUN --answers answers.md
They hand in report.html, or the training.log of a script of their own with answers.md beside it.""")
_TITLE = N_("Where does {dataset} overfit?")
_COURSE = N_("Give this key to the students. Alike curves are honest only where the seeds go with the students' numbers.")
_DUE = N_("What the export says was handed in later is flagged as late.")
_ASSIGNMENT = N_("Canvas' own column, as its gradebook export names it; without it there is no file for Canvas.")
_HANDED_OUT = N_("What you gave out yourself: work that is like it is like no other student's.")
_LANGUAGE = N_("The language of feedback, where neither the roster nor the report says another: one of {languages}.")
_PLATEAU = N_("""\
Any epoch that the student's own validation data cannot tell from the best is right: another seed's best epoch lies there
only half of the time, so there is no one right epoch. Where nothing was answered, what the report says of itself counts;
leave diagnosis.best_epoch and diagnosis.verdict out where answers alone shall count.""")
_VERDICT = N_("The verdict is compared with what the curves say, whatever the report says of itself.")
_OFTEN_OPEN = N_("""\
On digits the curves are often inconclusive at the usual settings: every verdict that they do not go against is right then.
Take imdb or reuters where the class should see clear overfitting.""")
_LENGTH = N_("Far past the best epoch, so that overfitting can be seen.")
_TEST = N_("The first level that holds counts. Students with a script of their own give the result in their answers.")
_OWN_TEST = N_("""\
Test results: find out what honest work reaches on your data, write it here, and take the marks # away.
Where the target is a number, take at_most and mae in the place of at_least and accuracy.""")
_OWN_QUESTION = N_("""\
A question of your own: students add a line such as gap: 0.21 to their answers, and it is compared with their own curves.""")
_WHY = N_("Read by a person: index.html shows the text and a field for the points.")
_OTHERS = N_("""\
Other conditions: equals = 512, at_most = 0.5, between = [3, 6], one_of = ["adam", "rmsprop"]. Other fields: any value of
result.json, such as plan.optimizer, and answers.NAME.""")


def starting_rubric(dataset: str) -> str:
    """Return a commented rubric in the spoken language, with a fresh course key.

    Args:
        dataset: a data set's name, or anything that `analyze` takes.

    Example:
        >>> starting_rubric("imdb").splitlines()[-1]
        'manual = true'
    """
    known = datasets.is_known(dataset)
    course = f"{dataset if known else 'data'}-{secrets.token_hex(6)}"
    head = _(_HEAD).format(dataset=dataset if known else _text(dataset), course=course)
    parts = [
        _comment(head),
        'schema = "fitscope-rubric/1"',
        f"title = {_text(_(_TITLE).format(dataset=dataset))}",
        *([f"dataset = {_text(dataset)}"] if known else []),
        "",
        _comment(_(_COURSE)),
        f"course = {_text(course)}",
        _comment(_(_LANGUAGE).format(languages=", ".join(LANGUAGES))),
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
        *([_comment(_(_OFTEN_OPEN))] if dataset == "digits" else []),
        *_criterion(_("Verdict"), 2, 'field = ["answers.verdict", "diagnosis.verdict"]', "same_verdict = true", note=_VERDICT),
        *_criterion(_("Trained long enough"), 1, 'field = "history.epochs"', "at_least = 10", note=_LENGTH),
        *_test(dataset),
        *[
            _comment(line)
            for line in _criterion(_("Gap"), 1, 'field = "answers.gap"', "matches_recomputed = true", note=_OWN_QUESTION)
        ],
        _comment(_(_OTHERS)),
        "",
        *_criterion(_("Why"), 2, 'field = "answers.why"', "manual = true", note=_WHY),
    ]
    return "\n".join(parts).rstrip("\n") + "\n"


def _test(dataset: str) -> list[str]:
    """Return the criterion on the test result; of data that are not known one to be filled in, as comments."""
    name, kind = ("mae", "at_most") if datasets.task(dataset) == "regression" else ("accuracy", "at_least")
    good, fair = datasets.DATASETS[dataset].good if datasets.is_known(dataset) else (0.8, 0.6)
    lines = (
        f'field = ["refit.test.{name}", "holdout.test.{name}", "answers.test_{name}"]',
        f"levels = [{{{kind} = {good}, points = 2}}, {{{kind} = {fair}, points = 1}}]",
    )
    if datasets.is_known(dataset):
        return _criterion(_("Test result"), 2, *lines, note=_TEST)
    return [_comment(line) for line in _criterion(_("Test result"), 2, *lines, note=_OWN_TEST)]


def _criterion(title: str, points: int, *lines: str, note: str) -> list[str]:
    return [_comment(_(note)), "[[criterion]]", f"title = {_text(title)}", f"points = {points}", *lines, ""]


def _comment(text: str) -> str:
    return "\n".join(line if line.startswith("# ") else f"# {line}".rstrip() for line in text.splitlines())


def _text(text: str) -> str:
    return escaped(clean(text))
