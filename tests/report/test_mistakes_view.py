"""The section of the page that says where the model is wrong."""

import dataclasses
import re

import numpy as np
import pytest

from fitscope import shipped
from fitscope.diagnosis.calibration import calibration
from fitscope.diagnosis.confusion import Change, confusion, tally
from fitscope.diagnosis.ranking import ranking
from fitscope.diagnosis.residuals import residuals
from fitscope.report.confusion_view import class_table, matrix, pairs_in_words, shorten
from fitscope.report.mistakes_view import mistakes
from fitscope.report.page import environment
from fitscope.result import Mistakes, Result, Sample, Shown

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>&\"'"
RNG = np.random.default_rng(0)
PIXEL = "data:image/png;base64,iVBORw0KGgo="


def rendered(view):
    source = '{% from "mistakes.html.j2" import mistakes %}{{ mistakes(view) }}'
    return environment().from_string(source).render(view=view)


def sample(number=7, shown=None, **changes):
    given = {"truth": ("earn",), "answer": ("acq",), "probability": 0.9, "before": None, "loss": 4.2}
    return Sample(number, shown=shown or Shown(text="a ? text"), **(given | changes))


def many_classes(count=46, samples=1000):
    labels = np.minimum(RNG.geometric(0.12, samples) - 1, count - 1)
    answers = np.where(RNG.random(samples) < 0.8, labels, RNG.integers(0, count, samples))
    return labels, answers


@pytest.fixture
def of(result):
    """The faked result with other mistakes in it."""

    def make(names=("earn", "acq"), task="multiclass", **given):
        given = {"basis": "hold_out", "samples": 10, "epoch": 4, "epochs": (4,), "last_epochs": (20,)} | given
        data = dataclasses.replace(result.dataset, task=task, classes=tuple(names))
        return dataclasses.replace(result, dataset=data, mistakes=Mistakes(**given))

    return make


@pytest.fixture
def binary(of):
    labels = RNG.integers(0, 2, 500)
    scores = np.clip(RNG.normal(0.3 + 0.4 * labels, 0.2), 0, 1)
    right = (scores > 0.5) == labels
    return of(("negative", "positive"), "binary", samples=500, confusion=confusion(labels, (scores > 0.5) * 1, 2),
              ranking=ranking(labels, scores), calibration=calibration(np.maximum(scores, 1 - scores), right, 0.5),
              worst=(sample(),) * 5, change=Change(450, 430, 30, 10), forgotten=(sample(before=0.8),))  # fmt: skip


@pytest.fixture
def text_of(taken_apart):
    """The text of a result's mistakes as the page shows them."""
    return lambda result: " ".join(taken_apart(rendered(mistakes(result))).text.replace("\u00a0", " ").split())


def test_result_without_mistakes_has_no_section(result):
    assert mistakes(dataclasses.replace(result, mistakes=None)) is None


def test_section_of_the_faked_result_has_its_parts(result, text_of):
    view = mistakes(result)
    assert [part.name for part in view.parts] == ["confusion", "each-class", "calibration", "worst", "forgotten"]
    page = rendered(view)
    assert page.count('<section id="mistakes">') == 1
    assert "<h2>Where is the model wrong?</h2>" in page
    assert "Right answers: 270 (90.0 %)" in text_of(result)


def test_two_classes_are_shown_at_every_threshold(binary, taken_apart, text_of):
    page, text = rendered(mistakes(binary)), text_of(binary)
    assert {"figure-roc", "figure-precision-recall", "figure-reliability"} <= {a.get("id") for _, a in taken_apart(page).tags}
    assert f"The area under it, {binary.mistakes.ranking.area:.3f}, is the chance" in text
    assert all(svg["aria-label"] for tag, svg in taken_apart(page).tags if tag == "svg")
    assert "receiver operating characteristic" in text


def test_each_sample_is_told_with_its_answer(binary, text_of):
    text = text_of(binary)
    assert "Sample 7 earn, taken for acq with 90.0 %; loss 4.200 a ? text" in text
    assert "earn, right with 80.0 % at the best epoch; at the last taken for acq with 90.0 %" in text
    assert "30 samples that were right became wrong and 10 that were wrong became right" in text
    assert "2 more" in text


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"answer": ("earn",)}, "earn, answered rightly with 90.0 %; loss 4.200"),
        ({"probability": None, "answer": ()}, "earn, answered none; loss 4.200"),
        ({"probability": None, "truth": ("12.5",), "answer": ("3.1", "4")}, "12.5, answered 3.1, 4; loss 4.200"),
    ],
)
def test_sample_is_told_by_what_is_known(of, changes, says, text_of):
    assert says in text_of(of(worst=(sample(**changes),)))


def test_samples_are_texts_pictures_or_values(of, taken_apart):
    ways = (Shown(text="plain"), Shown(picture=PIXEL), Shown(values=(("age", "42"), ("sex", ""))), Shown())
    tags = taken_apart(rendered(mistakes(of(worst=tuple(sample(shown=way) for way in ways))))).tags
    [image] = [attrs for tag, attrs in tags if tag == "img"]
    assert (image["src"], image["alt"]) == (PIXEL, "Sample 7: earn, taken for acq with 90.0 %; loss 4.200")
    assert sum(tag == "blockquote" for tag, _ in tags) == 1
    assert sum(tag == "dt" for tag, _ in tags) == 2


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "The network's answers to 10 validation samples at its best epoch, 4."),
        ({"basis": "first_repeat"}, "by the first of the trainings, at its own best epoch, 4."),
        ({"basis": "folds", "epoch": None, "epochs": (4, 6, 5), "last_epochs": (20,) * 3},
         "each by the one of 3 trainings that did not see it, at that training's own best epoch (4 to 6)."),
        ({"basis": "folds", "epoch": None, "epochs": (4, 4), "last_epochs": (20,) * 2}, "best epoch (4)."),
    ],
)  # fmt: skip
def test_section_says_who_answered(of, given, says, text_of):
    assert says in text_of(of(**given))


@pytest.mark.parametrize(("verdict", "blamed"), [("overfitting", True), ("good_fit", False)])
def test_forgotten_samples_are_laid_to_overfitting_only_where_there_is_some(binary, verdict, blamed, text_of):
    found = dataclasses.replace(binary, diagnosis=dataclasses.replace(binary.diagnosis, verdict=verdict))
    assert ("Forgotten samples are overfitting" in text_of(found)) is blamed
    assert "hose that lost most come first." in text_of(found)


def test_nothing_is_forgotten_where_the_best_epoch_is_the_last(of):
    found = of(last_epochs=(4,), change=Change(5, 5, 0, 0))
    assert mistakes(found).parts == ()


def test_forty_six_classes_stay_small_and_are_sorted_by_support(of):
    names = [f"topic-{i}" for i in range(46)]
    found = confusion(*many_classes(), 46)
    page = rendered(mistakes(of(names, samples=1000, confusion=found)))
    drawn = matrix(found, tuple(names))
    assert len(page.encode()) < 50_000
    assert drawn.heads == tuple(row.name for row in drawn.rows) == tuple(names[i] for i in found.by_support)
    assert sum(int(cell.text.replace(",", "") or 0) for row in drawn.rows for cell in row.cells) == 1000
    assert page.count('scope="col"') - 4 == page.count('scope="row"') - len(found.by_support) == len(drawn.heads)


def test_colours_follow_the_logarithm_and_tell_right_from_wrong():
    labels = np.repeat([0, 0, 1, 1, 2], [1000, 30, 10, 1, 1])
    answers = np.repeat([0, 1, 1, 0, 2], [1000, 30, 10, 1, 1])
    drawn = matrix(confusion(labels, answers, 3), tuple("abc"))
    assert [[cell.tone for cell in row.cells] for row in drawn.rows] == [
        ["right-5", "wrong-3", ""], ["wrong-1", "right-2", ""], ["", "", "right-1"]]  # fmt: skip


def test_classes_beyond_fifty_stand_in_a_last_column_together():
    found = confusion(*many_classes(70, 5000), 70)
    drawn = matrix(found, tuple(str(i) for i in range(70)))
    assert (len(drawn.rows), len(drawn.heads), drawn.heads[-1]) == (50, 51, "others")
    for row in drawn.rows:
        assert sum(int(cell.text.replace(",", "") or 0) for cell in row.cells) == found.support[int(row.name)]


def test_worst_pairs_are_told_in_words():
    found = confusion(np.repeat([0, 0, 1, 1], [388, 12, 9, 1]), np.repeat([0, 1, 1, 0], [388, 12, 9, 1]), 3)
    assert pairs_in_words(found, ("earn", "acq", "ship")) == (
        "earn taken for acq: 12 times, 3.0 % of earn",
        "acq taken for earn: 1 time, 10.0 % of acq",
    )


def test_class_that_is_never_answered_has_no_precision():
    table = class_table(confusion(np.array([0, 0, 1, 3]), np.array([0, 2, 0, 3]), 5), tuple("abcde"), "class")
    assert [(row.term, *row.values) for row in table.rows] == [
        ("a", "50.0 %", "50.0 %", "2"), ("b", "never answered", "0 %", "1"), ("d", "100 %", "100 %", "1"),
        ("c", "0 %", "no samples", "0")]  # fmt: skip
    assert table.shown == 10


def test_labels_have_precision_and_recall_and_no_matrix(of):
    labels = RNG.random((10, 2)) > 0.5
    view = mistakes(of(("rain", "wind"), "multilabel", labels=tally(labels, labels)))
    assert [part.name for part in view.parts] == ["each-class"]
    assert view.parts[0].table.heads[0] == "label"


def test_numbers_have_their_residuals_and_pictures_of_the_first(of):
    targets = RNG.normal(50, 9, 100)
    its = residuals(targets, targets + 2), residuals(targets, targets, points=0), residuals(np.ones(3), np.zeros(3), points=0)
    view = mistakes(of(("price", "rent", "fee"), "regression", residuals=its))
    assert [row.values[0] for row in view.parts[0].table.rows] == ["2.000", "0.000", "-1.000"]
    assert view.parts[0].table.rows[2].values[3] == "unknown"
    assert [drawn.name for drawn in view.parts[0].pictures] == ["residuals-0"]


@pytest.mark.parametrize(
    ("right", "says"),
    [(0.9, "no more apart than chance explains"), (0.6, "surer than they should be"), (1.0, "less sure than they could be")],
)
def test_calibration_is_told_in_words(of, right, says, text_of):
    hits = np.arange(500) < 500 * right
    assert says in text_of(of(calibration=calibration(np.full(500, 0.9), hits)))


def test_hostile_names_are_shown_and_never_run(of, taken_apart):
    names = (HOSTILE, "x" * 10_000, "\u202eevil\nline", "שלום")
    labels, answers = many_classes(4, 100)
    shown = Shown(text=HOSTILE, values=((HOSTILE, "y" * 10_000),))
    found = of(names, samples=100, confusion=confusion(labels, answers, 4), worst=(sample(truth=(HOSTILE,), shown=shown),))
    page = rendered(mistakes(found))
    assert not [
        tag for tag, attrs in taken_apart(page).tags if tag in ("script", "img") or any(name.startswith("on") for name in attrs)
    ]
    assert len(max(re.findall(r"[xy]+", taken_apart(page).text), key=len)) < 200
    assert "\u202e" not in page
    assert "\u2068שלום\u2069" in page


@pytest.mark.parametrize(("name", "short"), [("", "?"), ("\n\t", "?"), ("a\u200bb\x00c", "a b c"), ("é" * 60, "é" * 60)])
def test_name_is_one_short_line(name, short):
    assert shorten(name) == short


def test_class_without_a_name_has_its_number(of, text_of):
    found = of(("only",), samples=4, confusion=confusion(np.array([0, 1, 1, 2]), np.array([0, 1, 0, 2]), 3))
    assert "1 taken for only: 1 time, 50.0 % of 1" in text_of(found)


def test_section_is_made_from_the_result_alone(result):
    assert rendered(mistakes(Result.from_text(result.to_text()))) == rendered(mistakes(result))


def luminance(colour):
    parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    return float(np.dot(parts, (0.2126, 0.7152, 0.0722)))


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_numbers_in_coloured_cells_can_be_read(theme):
    style, own = ((shipped.templates() / path).read_text(encoding="utf8") for path in ("style.css", "parts/mistakes.css"))
    colours = {name: np.array([int(code[i : i + 2], 16) / 255 for i in (0, 2, 4)])
               for name, code in re.findall(r"--([\w-]+): #([0-9a-f]{6})", style.split("@media")[theme])}  # fmt: skip
    tones = re.findall(r"color-mix\(in srgb, var\(--([\w-]+)\) (\d+)%, var\(--([\w-]+)\)\)", own)
    assert len(tones) == 10
    for name, share, paper in tones:
        mixed = colours[name] * int(share) / 100 + colours[paper] * (1 - int(share) / 100)
        low, high = sorted([luminance(mixed), luminance(colours["ink"])])
        assert (high + 0.05) / (low + 0.05) >= 4.5, (name, share)
