"""What does not add up within one submission, on a real report with single things changed."""

import copy
import dataclasses
import json
from pathlib import Path

import pytest

from fitscope import version
from fitscope.grading.impossible import CHECKS, impossible, is_share
from fitscope.grading.reading import read
from fitscope.grading.recomputed import differs, recomputed
from fitscope.grading.records import HandIn, Student
from fitscope.grading.shown import page_differs
from fitscope.language import retold, speaking
from fitscope.result import Result

REPORTS = Path(__file__).parents[2] / "reports"
TAG = '<script type="application/json" id="fitscope-result">'


def page_of(name):
    return (REPORTS / f"sample-{name}" / "report.html").read_text(encoding="utf8")


def content_of(page):
    content = json.loads(page.partition(TAG)[2].partition("</script>")[0])
    return content | {"fitscope": version()}  # judged by the limits of now


@pytest.fixture(params=["imdb", "digits"])
def content(request):
    return content_of(page_of(request.param))


def changed(content, path, value):
    """Return the content with one field changed; a value may be made from the one that was there."""
    content = copy.deepcopy(content)
    *inside, last = path.split(".")
    place = content
    for name in inside:
        place = place[int(name)] if isinstance(place, list) else place[name]
    last = int(last) if isinstance(place, list) else last
    place[last] = value(place[last]) if callable(value) else value
    return content


def flag_of(content):
    result = Result.from_json(content)
    return differs(result, *recomputed(result))


def test_honest_report_raises_no_flag(content):
    assert flag_of(content) is None
    assert impossible(Result.from_json(content)) is None


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("diagnosis.verdict", "not_learning", "verdict (not learning"),
        ("diagnosis.best_epoch", lambda best: best + 1, "best epoch"),
        ("diagnosis.best_val_loss", lambda loss: loss - 0.01, "best val loss"),
        ("diagnosis.gap", lambda gap: gap / 2, "gap"),
        ("diagnosis.plateau", [1, 2], "plateau"),
        ("diagnosis.uncertainty.plateau_members", [1, 2, 3], "plateau's epochs"),
        ("diagnosis.uncertainty.paired_se.0", lambda error: error * 2, "paired standard errors"),
        ("diagnosis.uncertainty.covariance.0", -1.0, "positive semidefinite"),
        ("holdout.epochs", 1, "holdout epochs (1"),
        ("refit.epochs", 1, "refit epochs (1"),
        ("history.val_loss", lambda curve: [loss * (1 + 0.01 * (-1) ** i) for i, loss in enumerate(curve)], "val loss"),
    ],
)
def test_changed_label_or_curve_is_told(content, path, value, told):
    flag = flag_of(changed(content, path, value))
    assert flag.code == "recomputed_differs"
    assert told in flag.message
    assert flag.message.endswith("Differs, ask.")


def test_chances_of_other_curves_are_told(content):
    epochs = len(content["history"]["epoch"])
    flag = flag_of(changed(content, "diagnosis.uncertainty.chance", [1.0] + [0.0] * (epochs - 1)))
    assert "chances of being the best" in flag.message


def test_other_version_is_not_held_to_the_limits_of_this_one(content):
    content = changed(changed(content, "diagnosis.verdict", "inconclusive"), "fitscope", "0.0.1")
    assert flag_of(content) is None


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("history.val_accuracy.3", 0.87654321, "val_accuracy of epoch 4"),
        ("history.accuracy.0", 1.5, "accuracy of epoch 1"),
        ("refit.test.accuracy", lambda share: share - 0.05, "does not go with its interval"),
        ("refit.test.accuracy", 0.912345, "is no number of"),
        ("refit.test.loss", 0.01, "outside its own interval"),
        ("refit.gain.loss", lambda gain: gain + 0.05, "the refit's gain"),
        ("refit.test.accuracy_interval", None, "does not go with its interval"),
        ("refit.gain.accuracy", None, "gain in accuracy is missing"),
        ("refit.test.samples", 100, "tested on 100 samples"),
        ("model.parameters", 161_000, "its layers have"),
        ("model.layers.1.parameters", lambda count: count + 1, "has"),
        ("dataset.validation", lambda count: count - 1, "validation samples are reported"),
        ("plan.max_epochs", 5, "and the plan has 5"),
        ("seconds.train", -1.0, "less than no time"),
        ("mistakes.epoch", 1, "of the samples were answered rightly"),
    ],
)
def test_impossible_number_is_told(content, path, value, told):
    flag = impossible(Result.from_json(changed(content, path, value)))
    assert flag.code == "impossible_number"
    assert told in flag.message


def test_loss_below_what_its_wrong_answers_cost_is_told(content):
    for name in ("loss", "loss_interval"):
        content = changed(content, f"refit.test.{name}", 0.0001 if name == "loss" else [0.0, 0.001])
    assert "the least that its wrong answers cost" in impossible(Result.from_json(content)).message


def test_training_in_no_time_is_told(content):
    content = changed(changed(content, "seconds.train", 1e-9), "seconds.refit", 1e-9)
    assert "which no machine does" in impossible(Result.from_json(content)).message


def test_log_holds_nothing_that_could_be_contradicted(content):
    result = dataclasses.replace(Result.from_json(content), plan=None, dataset=None, model=None, holdout=None, refit=None,
                                 mistakes=None, seconds={})  # fmt: skip
    assert [sentence for check in CHECKS for sentence in check(result)] == []


@pytest.mark.parametrize(
    ("share", "samples", "fits"),
    [(0.8812, 10_000, True), (0.88123, 10_000, False), (1.0, 7, True), (0.0, 7, True), (0.5, 0, False), (1.01, 100, False),
     (-0.01, 100, False), (0.33333334, 300, True)],
)  # fmt: skip
def test_share_fits_samples(share, samples, fits):
    assert is_share(share, samples) is fits


@pytest.fixture
def shown(tmp_path):
    """Return the flag of a page after some text in it was replaced."""

    def made(name="imdb", *pairs):
        page = page_of(name)
        head, tag, rest = page.partition(TAG)
        _, end, tail = rest.partition("</script>")
        for old, new in pairs:
            assert old in head
            head = head.replace(old, new)
        path = tmp_path / "report.html"
        path.write_text(head + tag + json.dumps(content_of(page)).replace("<", "\\u003c") + end + tail, encoding="utf8")
        return page_differs(read(HandIn("kim", Student(), (path,), ("report.html",)), tmp_path))

    return made


@pytest.mark.parametrize("name", ["imdb", "digits"])
def test_page_that_shows_its_data_raises_no_flag(shown, name):
    assert shown(name) is None


def test_page_with_another_verdict_is_told(shown):
    assert "good fit" in shown("imdb", ('class="badge overfitting">overfitting', 'class="badge good_fit">good fit')).message


def test_page_with_another_best_epoch_is_told(shown):
    flag = shown("imdb", ("<dd><strong>4</strong>", "<dd><strong>14</strong>"))
    assert flag.code == "page_differs"
    assert "14" in flag.message


def test_another_name_of_the_path_does_not_hide_impossible_accuracies(content):
    content = changed(changed(content, "model.path", "custom"), "history.val_accuracy.3", 0.87654321)
    assert "val_accuracy of epoch 4" in impossible(Result.from_json(content)).message


@pytest.mark.parametrize(
    ("path", "value", "english", "korean"),
    [
        ("diagnosis.uncertainty.covariance.0", -1.0, "its samples' covariance cannot be used (The covariance of", "공분산"),
        ("diagnosis.best_epoch", 999, "its own diagnosis cannot be used (The best epoch is 999", "판정"),
    ],
)
def test_reason_why_the_curves_are_judged_alone_is_told_in_korean_too(tmp_path, path, value, english, korean):
    page = page_of("digits")
    content = changed(content_of(page), path, value)
    text = page.partition(TAG)[0] + TAG + json.dumps(content) + "</script>" + page.partition(TAG)[2].partition("</script>")[2]
    (tmp_path / "report.html").write_text(text, encoding="utf8")
    work = read(HandIn("kim", Student(), (tmp_path / "report.html",), ("report.html",)), tmp_path)
    flag = differs(work.result, *recomputed(work.result, work.contradiction))
    assert english in flag.message and "compute it again" not in flag.message
    with speaking("ko"):
        assert korean in retold(flag.message) and "cannot be used" not in retold(flag.message)
