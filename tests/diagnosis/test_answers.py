"""Counts of right and wrong answers, held against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.calibration import calibration_curve

from fitscope.diagnosis.calibration import calibration
from fitscope.diagnosis.confusion import PAIRS_AT_MOST, change, confusion, tally
from fitscope.diagnosis.ranking import POINTS_AT_MOST, ranking
from fitscope.diagnosis.residuals import residuals

RNG = np.random.default_rng(0)


def scored(samples=4000, digits=None):
    labels = (RNG.random(samples) < 0.3).astype(np.int64)
    scores = np.clip(RNG.normal(0.35 + 0.3 * labels, 0.2), 0, 1)
    return labels, scores if digits is None else scores.round(digits)


def test_confusion_is_scikit_learns():
    labels, answers = RNG.integers(0, 7, 500), RNG.integers(0, 6, 500)
    found, wanted = confusion(labels, answers, 8), metrics.confusion_matrix(labels, answers, labels=range(8))
    again = np.diag(found.right)
    again[found.true, found.predicted] = found.count
    assert np.array_equal(again, wanted)
    assert (found.samples, found.wrong) == (500, 500 - np.trace(wanted))
    assert list(found.count) == sorted(found.count, reverse=True)


def test_precision_recall_and_support_are_scikit_learns():
    labels, answers = RNG.integers(0, 5, 300), RNG.integers(0, 5, 300)
    found = confusion(labels, answers, 5)
    precision, recall, _, support = metrics.precision_recall_fscore_support(labels, answers)
    assert found.precision == pytest.approx(precision)
    assert found.recall == pytest.approx(recall)
    assert found.support == tuple(support)


def test_class_that_is_nowhere_has_neither_precision_nor_recall_nor_a_place():
    found = confusion(np.array([0, 0, 2]), np.array([0, 2, 2]), 4)
    assert (found.precision[1], found.recall[3]) == (None, None)
    assert found.by_support == (0, 2)


def test_pairs_beyond_the_most_frequent_are_left_out_and_still_counted():
    labels, answers = RNG.integers(0, 300, 30_000), RNG.integers(0, 300, 30_000)
    found = confusion(labels, answers, 300)
    assert len(found.pairs) == PAIRS_AT_MOST
    assert found.wrong == (labels != answers).sum() > sum(found.count)


def test_tally_of_labels_is_scikit_learns():
    labels, answers = RNG.random((200, 3)) > 0.5, RNG.random((200, 3)) > 0.4
    found = tally(labels, answers)
    precision, recall, _, support = metrics.precision_recall_fscore_support(labels, answers)
    assert found.precision == pytest.approx(precision)
    assert found.recall == pytest.approx(recall)
    assert found.support == tuple(support)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1))
def test_what_is_learnt_and_forgotten_explains_the_change(pairs):
    before, after = np.array(pairs).T
    found = change(before, after)
    assert found.right_after == found.right_before - found.forgotten + found.learnt


@pytest.mark.parametrize("digits", [None, 1])
def test_ranking_is_scikit_learns(digits):
    labels, scores = scored(digits=digits)
    found = ranking(labels, scores)
    assert found.area == pytest.approx(metrics.roc_auc_score(labels, scores))
    assert found.average_precision == pytest.approx(metrics.average_precision_score(labels, scores))
    fpr, tpr, _ = metrics.roc_curve(labels, scores, drop_intermediate=False)
    assert {round(x, 9) for x, _ in found.roc} <= set(np.round(fpr, 9).tolist())
    assert np.interp([x for x, _ in found.roc[1:]], fpr, tpr) == pytest.approx([y for _, y in found.roc[1:]], abs=0.02)


def test_ranking_is_thinned_but_ends_where_the_curve_ends():
    found = ranking(*scored(20_000))
    assert len(found.roc) <= POINTS_AT_MOST
    assert (found.roc[0], found.roc[-1]) == ((0, 0), (1, 1))
    thinned = np.trapezoid([y for _, y in found.roc], [x for x, _ in found.roc])
    assert thinned == pytest.approx(found.area, abs=1e-3)


def test_precision_recall_points_lie_on_scikit_learns_curve():
    labels, scores = scored(digits=2)
    precision, recall, _ = metrics.precision_recall_curve(labels, scores)
    wanted = set(zip(recall.round(9).tolist(), precision.round(9).tolist()))
    assert {(round(r, 9), round(p, 9)) for r, p in ranking(labels, scores).precision_recall} <= wanted


@pytest.mark.parametrize("label", [0, 1])
def test_ranking_of_one_class_alone_is_unknown(label):
    assert ranking(np.full(5, label), RNG.random(5)) is None


def test_calibration_is_scikit_learns():
    sure = RNG.random(3000)
    right = RNG.random(3000) < sure**1.5
    found = calibration(sure, right)
    shares, means = calibration_curve(right, sure, n_bins=10)
    assert [share for _, share, _ in found.filled] == pytest.approx(shares)
    assert [mean for mean, _, _ in found.filled] == pytest.approx(means, abs=1e-5)
    assert found.accuracy == right.mean()
    assert found.mean_confidence == pytest.approx(sure.mean(), abs=1e-5)


@pytest.mark.parametrize("lowest", [0.0, 0.5])
def test_calibrated_probabilities_have_the_error_of_chance(lowest):
    errors = []
    for _ in range(40):
        sure = lowest + (1 - lowest) * RNG.random(2000)
        found = calibration(sure, RNG.random(2000) < sure, lowest)
        errors.append(found.error)
    assert np.mean(errors) == pytest.approx(found.error_by_chance, rel=0.1)


def test_confidence_of_1_stands_in_the_last_bin():
    found = calibration(np.array([1.0, 0.5]), np.array([True, False]), 0.5)
    assert (found.count[0], found.count[-1], found.edges[0], found.edges[-1]) == (1, 1, 0.5, 1.0)


def test_residuals_are_scikit_learns():
    targets = RNG.normal(50, 10, 1000)
    answers = targets + RNG.normal(1, 3, 1000)
    found = residuals(targets, answers)
    assert found.explained == pytest.approx(metrics.r2_score(targets, answers))
    assert found.mean_absolute == pytest.approx(metrics.mean_absolute_error(targets, answers))
    assert found.root_mean_square == pytest.approx(metrics.root_mean_squared_error(targets, answers))
    assert found.mean == pytest.approx((answers - targets).mean())
    assert found.quantiles[2] == pytest.approx(np.median(answers - targets))
    assert (len(found.points), found.points[0][0]) == (200, pytest.approx(answers.min(), rel=1e-5))


def test_residuals_of_equal_targets_explain_nothing():
    assert residuals(np.ones(3), np.array([1.0, 2.0, 3.0])).explained is None
