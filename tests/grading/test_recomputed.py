"""What does not add up within one submission, on a real report with single things changed."""

import copy
import dataclasses
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from fitscope import version, words
from fitscope.grading import recomputed as again_module
from fitscope.grading.impossible import CHECKS, impossible, is_share
from fitscope.grading.reading import read
from fitscope.grading.recomputed import chances_apart, differs, recomputed, same
from fitscope.grading.records import HandIn, Student, Work
from fitscope.grading.shown import page_differs
from fitscope.history import TrainingHistory
from fitscope.language import retold, speaking
from fitscope.report.headline import headline
from fitscope.report.repeats_view import averaged
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
    result = dataclasses.replace(
        Result.from_json(content), plan=None, dataset=None, model=None, holdout=None, refit=None, mistakes=None, seconds={}
    )
    assert [sentence for check in CHECKS for sentence in check(result)] == []


@pytest.mark.parametrize(
    ("share", "samples", "fits"),
    [
        (0.8812, 10_000, True),
        (0.88123, 10_000, False),
        (1.0, 7, True),
        (0.0, 7, True),
        (0.5, 0, False),
        (1.01, 100, False),
        (-0.01, 100, False),
        (0.33333334, 300, True),
    ],
)
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


def both(**changes):
    """Return an honest report of imdb, and the same with its diagnosis changed."""
    result = Result.from_json(content_of(page_of("imdb")))
    said, alone = recomputed(result)
    return dataclasses.replace(result, diagnosis=dataclasses.replace(result.diagnosis, **changes)), said, alone


def differences(result, said, alone=None):
    flag = differs(result, said, alone)
    return [] if flag is None else [(one["field"], one["says"], one["recomputed"]) for one in flag.numbers["differences"]]


def test_honest_report_is_judged_by_its_covariance_and_differs_in_nothing():
    result, said, alone = both()
    assert alone is None and differences(result, said) == [] and said.verdict == "overfitting" and said.plateau == (4, 4)


@pytest.mark.parametrize(("off", "told"), [(0.0, False), (0.9e-6, False), (-0.9e-6, False), (1.1e-6, True), (-1.1e-6, True)])
def test_number_of_the_curves_is_the_same_but_for_a_millionth(off, told):
    result, said, _ = both()
    for name, label in (("best_val_loss", "best val loss"), ("gap", "gap")):
        true = getattr(said, name)
        stated = dataclasses.replace(result, diagnosis=dataclasses.replace(result.diagnosis, **{name: true * (1 + off)}))
        assert differences(stated, said) == ([(label, true * (1 + off), true)] if told else [])


def test_all_that_differs_is_told_in_words_up_to_six():
    result, said, _ = both(verdict="good_fit", best_epoch=7, best_val_loss=0.1, gap=None, plateau=(3, 9))
    result = dataclasses.replace(result, holdout=dataclasses.replace(result.holdout, epochs=9))
    flag = differs(result, said)
    assert flag.message == (
        "What the report says of its curves is not what its curves say: verdict (good fit, and the curves give overfitting); "
        f"best epoch (7, and the curves give 4); best val loss (0.1, and the curves give {said.best_val_loss:.6g}); "
        f"gap (unknown, and the curves give {said.gap:.6g}); plateau (3–9, and the curves give 4); "
        "holdout epochs (9, and the curves give 4). Differs, ask."
    )
    result = dataclasses.replace(result, refit=dataclasses.replace(result.refit, epochs=9))
    assert differs(result, said).message == flag.message and len(differences(result, said)) == 7


def test_blind_report_says_nothing_that_could_differ():
    result, said, _ = both(verdict="good_fit")
    assert differs(dataclasses.replace(result, blind=True), said) is None


@pytest.mark.parametrize("name", ["verdict", "plateau"])
def test_limits_of_another_version_are_not_held_against_its_report(name):
    changes = {"verdict": "good_fit"} if name == "verdict" else {"plateau": (1, 9)}
    result, said, _ = both(**changes)
    assert [one[0] for one in differences(result, said)] == [name]
    assert differences(dataclasses.replace(result, fitscope="0.0.1"), said) == []
    assert differences(result, said, "its samples' covariance cannot be used (x)")[0][:1] == ("covariance",)
    assert len(differences(result, said, "x")) == 1


@pytest.mark.parametrize(
    ("basis", "covariance", "stated", "told"),
    [
        ("samples", None, "good_fit", False),
        ("samples", None, "inconclusive", False),
        ("samples", None, "underfitting", True),
        ("log", None, "good_fit", True),
        ("samples", "kept", "good_fit", True),
    ],
)
def test_verdict_of_a_report_that_keeps_no_covariance_may_be_one_of_three(basis, covariance, stated, told):
    result, said, _ = both(verdict=stated)
    sure = result.diagnosis.uncertainty
    kept = dataclasses.replace(sure, basis=basis, covariance=None if covariance is None else sure.covariance)
    result = dataclasses.replace(result, diagnosis=dataclasses.replace(result.diagnosis, uncertainty=kept))
    assert (("verdict", stated, "overfitting") in differences(result, said)) is told


def test_verdict_that_is_no_overfitting_is_one_alone():
    result, said, _ = both(verdict="good_fit")
    result = dataclasses.replace(
        result,
        diagnosis=dataclasses.replace(
            result.diagnosis, uncertainty=dataclasses.replace(result.diagnosis.uncertainty, covariance=None)
        ),
    )
    assert ("verdict", "good_fit", "underfitting") in differences(result, dataclasses.replace(said, verdict="underfitting"))


def test_uncertainty_that_one_alone_has_is_told_by_its_basis():
    result, said, _ = both(uncertainty=None)
    assert differences(result, said) == [("uncertainty", None, "samples")]
    result, said, _ = both()
    assert differences(result, dataclasses.replace(said, uncertainty=None)) == [("uncertainty", "samples", None)]
    result, said, _ = both(uncertainty=None)
    assert differences(result, dataclasses.replace(said, uncertainty=None)) == []


def with_chance(chance, basis="samples"):
    result, said, _ = both()
    sure = dataclasses.replace(said.uncertainty, chance=(1.0, *[0.0] * 19))
    stated = dataclasses.replace(result.diagnosis.uncertainty, chance=(1 - chance, chance, *[0.0] * 18), basis=basis)
    diagnosis = dataclasses.replace(result.diagnosis, uncertainty=stated)
    return differences(dataclasses.replace(result, diagnosis=diagnosis), dataclasses.replace(said, uncertainty=sure))


@pytest.mark.parametrize(("chance", "told"), [(0.25, False), (0.2501, True)])
def test_chances_may_lie_elsewhere_by_a_quarter(chance, told):
    assert with_chance(chance) == ([("chances of being the best", None, None)] if told else [])
    assert with_chance(chance, "repeats") == []


@pytest.mark.parametrize("studies", ["repeats", "folds"])
def test_tested_model_of_several_trainings_has_a_best_epoch_of_its_own(studies):
    result, said, _ = both()
    result = dataclasses.replace(result, holdout=dataclasses.replace(result.holdout, epochs=9))
    assert differences(result, said) == [("holdout epochs", 9, 4)]
    one = type("Training", (), {"history": result.history})()
    several = dataclasses.replace(result, studies=dataclasses.replace(result.studies, **{studies: (one, one)}))
    assert differences(several, said) == []
    refit = dataclasses.replace(several, refit=dataclasses.replace(result.refit, epochs=9))
    assert differences(refit, said) == [("refit epochs", 9, 4)]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (None, None, True),
        (None, 0.0, False),
        (0.0, None, False),
        (float("nan"), float("nan"), True),
        (float("nan"), 1.0, False),
        (1.0, float("nan"), False),
        (0.0, 0.9e-9, True),
        (0.0, 1.1e-9, False),
        (1e6, 1e6 + 0.9, True),
        (1e6, 1e6 + 1.1, False),
        ((1.0, 2.0), [1.0, 2.0], True),
        ((1.0,), (1.0, 2.0), False),
        ((1.0,), None, False),
        (None, [1.0], False),
        ((1.0, 2.0), (1.0, 2.1), False),
        ((), (), True),
        (3, 3, True),
    ],
)
def test_same_is_the_same_but_for_rounding(one, other, alike):
    assert same(one, other) is alike


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [((1.0, 0.0), (0.0, 1.0), 1.0), ((0.5, 0.5), (0.5, 0.5), 0.0), ((float("nan"), 1.0), (0.0, 1.0), 0.0)],
)
def test_chances_apart_is_the_share_that_lies_elsewhere(one, other, apart):
    assert chances_apart(one, other) == apart


@pytest.mark.parametrize("broken", [False, True])
def test_curves_are_judged_by_the_seed_and_the_classes_of_their_plan(monkeypatch, broken):
    asked = []
    for name in ("again", "judge"):
        real = getattr(again_module, name)
        monkeypatch.setattr(again_module, name, lambda *given, real=real, **more: asked.append(more) or real(*given, **more))
    content = changed(content_of(page_of("digits")), "plan.seed", 7)
    content = changed(content, "diagnosis.uncertainty.covariance.0", -1.0) if broken else content
    result = Result.from_json(content)
    assert (recomputed(result)[1] is not None) is broken
    for given in asked:
        assert given["seed"] == 7 and given["majority"] == result.dataset.majority and given["classes"] == result.dataset.guessed
    assert len(asked) == 1 + broken


@pytest.mark.parametrize(
    ("lengths", "kept"), [((), False), ((20,), False), ((20, 20), True), ((20, 20, 20), True), ((20, 21), True), ((20, 19), False)]
)
def test_repeats_are_judged_over_seeds_where_all_have_the_epochs(monkeypatch, lengths, kept):
    asked, real = [], again_module.again
    monkeypatch.setattr(again_module, "again", lambda *given, **more: asked.append(more["over_seeds"]) or real(*given, **more))
    result, _, _ = both()
    repeats = tuple(
        SimpleNamespace(history=TrainingHistory.of({"loss": np.ones(epochs), "val_loss": np.full(epochs, i)}), verdict="good_fit")
        for i, epochs in enumerate(lengths)
    )
    result = dataclasses.replace(result, studies=dataclasses.replace(result.studies, repeats=repeats))
    asked.clear()
    recomputed(result)
    (found,) = asked
    assert (found is not None) is kept
    assert found is None or (found == np.arange(len(lengths))).all() and found.shape == (20, len(lengths))


# Pages


def test_page_of_another_version_is_compared_by_its_first_digits_alone(tmp_path):
    def flagged(wrote, *pairs):
        page = page_of("imdb")
        head, tag, rest = page.partition(TAG)
        for old, new in pairs:
            assert old in head
            head = head.replace(old, new)
        content = json.dumps(content_of(page) | {"fitscope": wrote}).replace("<", "\\u003c")
        (tmp_path / "report.html").write_text(head + tag + content + "</script>" + rest.partition("</script>")[2], encoding="utf8")
        return page_differs(read(HandIn("kim", Student(), (tmp_path / "report.html",), ("report.html",)), tmp_path))

    number, badge = ("<dd><strong>4</strong>", "<dd><strong>5</strong>"), ('overfitting">overfitting', 'overfitting">good fit')
    below = ("no other epoch is as good", "no other one is as good")
    assert flagged("0.0.1", badge, below) is None
    assert "5" in flagged("0.0.1", number).message
    assert "no other one is as good" in flagged(version(), below).message
    assert flagged(version(), badge).message.startswith(
        'The page does not show what its own data says: it shows "good fit" where its data gives "overfitting". Differs, ask.'
    )


def work_of(**changes):
    result = Result.from_json(content_of(page_of("imdb")))
    rows = tuple((row.term, *row.values) for row in headline(result, averaged(result)))
    heading = (words.label(result.diagnosis.verdict), result.diagnosis.message)
    return dataclasses.replace(Work(result, shown=rows, heading=heading, language="en"), **changes)


def test_page_without_its_numbers_is_told():
    assert page_differs(work_of()) is None
    rows = work_of().shown
    flag = page_differs(work_of(shown=rows[:-1]))
    assert flag.code == "page_differs" and flag.numbers["differences"] == [{"shows": "", "data": _shortened(" ".join(rows[-1]))}]
    more = page_differs(work_of(shown=(*rows, ("grade", "A", "x" * 80))))
    assert more.numbers["differences"] == [{"shows": f"grade A {'x' * 51}…", "data": ""}]


def _shortened(text):
    return text if len(text) <= 60 else text[:59] + "…"


def test_message_on_a_page_names_four_of_all_that_differs():
    flag = page_differs(work_of(shown=(), heading=("a", "b")))
    assert len(flag.numbers["differences"]) == 2 + len(work_of().shown) and flag.message.count("it shows") == 4


@pytest.mark.parametrize("change", [{"shown": None}, {"heading": None}])
def test_what_is_no_page_shows_nothing(change):
    assert page_differs(work_of(**change)) is None


def test_blind_page_shows_nothing():
    work = work_of(shown=())
    assert page_differs(dataclasses.replace(work, result=dataclasses.replace(work.result, blind=True))) is None


def test_page_in_korean_shows_what_its_data_says_in_korean():
    with speaking("ko"):
        korean = work_of(language="ko")
    assert page_differs(korean) is None
    assert page_differs(dataclasses.replace(korean, language="xx")) is not None


def test_page_may_be_laid_out_otherwise():
    rows = tuple(tuple(f" {text.replace(' ', chr(0xA0))} " for text in row) for row in work_of().shown)
    assert page_differs(work_of(shown=rows)) is None
