"""Counts of right and wrong answers, held against scikit-learn."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.calibration import calibration_curve

from fitscope.diagnosis.calibration import Calibration, calibration
from fitscope.diagnosis.confusion import PAIRS_AT_MOST, Tally, change, confusion, tally
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


def test_classes_stand_by_their_samples_and_those_answered_alone_come_last():
    found = Tally((1, 0, 5, 0), (0, 2, 4, 0), (0, 0, 4, 0))
    assert found.by_support == (2, 0, 1)
    assert found.precision == (None, 0, 1, None)
    assert found.recall == (0, None, 0.8, None)


def test_equally_frequent_pairs_stand_in_the_order_of_their_classes():
    assert confusion(np.array([2, 1, 0, 0]), np.array([0, 0, 2, 2]), 3).pairs == ((0, 2, 2), (1, 0, 1), (2, 0, 1))


def test_confusion_keeps_the_pairs_of_50_classes_and_counts_all():
    labels, answers = (part.ravel() for part in np.indices((51, 51)))
    found = confusion(labels, answers, 51)
    assert (len(found.pairs), found.wrong) == (2500, 2550)


BINS = Calibration(0.5, (2, 0, 4), (1, 0, 4), (0.6, 0.0, 0.9), (0.48, 0.0, 0.36))


def test_calibration_is_reckoned_from_its_bins():
    assert BINS.samples == 6
    assert BINS.edges == pytest.approx((0.5, 2 / 3, 5 / 6, 1))
    assert BINS.filled == ((0.6, 0.5, 2), (0.9, 1, 4))
    assert BINS.mean_confidence == pytest.approx(0.8)
    assert BINS.accuracy == pytest.approx(5 / 6)
    assert BINS.error == pytest.approx((2 * 0.1 + 4 * 0.1) / 6)
    assert BINS.z == pytest.approx(0.2 / math.sqrt(0.84))
    assert BINS.error_by_chance == pytest.approx(math.sqrt(2 / math.pi) * (math.sqrt(0.48) + 0.6) / 6)


@pytest.mark.parametrize(("right", "z"), [(10, 0), (9, -math.inf)])
def test_answers_that_are_wholly_sure_have_a_z_of_nothing_or_without_end(right, z):
    assert Calibration(0.0, (0, 10), (0, right), (0.0, 1.0), (0.0, 0.0)).z == z


@pytest.mark.parametrize(("right", "z"), [(10.0, 0.0), (11, math.inf)])
def test_rounded_confidence_of_wholly_sure_answers_is_a_z_of_nothing(right, z):
    assert Calibration(0.0, (10,), (right,), (0.99995,), (0.0,)).z == z


def test_confidence_is_sorted_into_ten_bins_from_the_lowest_to_1():
    found = calibration(np.array([0.4, 0.5, 0.549, 0.55, 0.999, 1.0, 1.2]), np.array([True] * 3 + [False] * 3 + [True]), 0.5)
    assert found.count == (3, 1, 0, 0, 0, 0, 0, 0, 0, 3)
    assert found.right == (3, 0, 0, 0, 0, 0, 0, 0, 0, 1)
    assert found.confidence == (round(1.549 / 3, 6), 0.55, 0, 0, 0, 0, 0, 0, 0, round(2.999 / 3, 6))
    assert found.variance[0] == pytest.approx(0.25 + 0.25 + 0.549 * 0.451, abs=1e-6)
    assert found.lowest == 0.5
    assert calibration(np.array([0.05, 0.15]), np.array([True, False])).count[:3] == (1, 1, 0)


def test_ranking_counts_ties_as_one_threshold():
    found = ranking(np.array([1, 0, 1, 0, 0]), np.array([0.9, 0.5, 0.5, 0.5, 0.1]))
    assert (found.positives, found.negatives) == (2, 3)
    assert found.true_positives == (0, 1, 2, 2)
    assert found.false_positives == (0, 0, 2, 3)
    assert found.area == pytest.approx(5 / 6)
    assert found.average_precision == pytest.approx(0.5 * 1 + 0.5 * 0.5)
    assert found.roc == ((0, 0), (0, 0.5), (pytest.approx(2 / 3), 1), (1, 1))
    assert found.precision_recall == ((0.5, 1), (1, 0.5), (1, 0.4))


@pytest.mark.parametrize(("samples", "points"), [(149, 150), (150, 150), (400, 150)])
def test_ranking_keeps_up_to_150_points(samples, points):
    labels = np.arange(samples) % 2
    assert len(ranking(labels, np.arange(samples)).roc) == pytest.approx(
        points, abs=2 if samples == 400 else 0 if samples == 149 else 1
    )


def test_residuals_are_answers_minus_targets():
    found = residuals(np.array([1.0, 2.0, 4.0]), np.array([4.0, 2.0, 2.0]))
    assert (found.samples, found.mean, found.mean_absolute) == (3, pytest.approx(1 / 3), pytest.approx(5 / 3))
    assert found.root_mean_square == pytest.approx(math.sqrt(13 / 3))
    assert found.explained == pytest.approx(1 - 13 / (42 / 9))
    assert found.quantiles == pytest.approx(np.quantile([-2, 0, 3], [0.05, 0.25, 0.5, 0.75, 0.95]))
    assert (found.answers, found.targets) == ((2, 2, 4), (2, 4, 1))
    assert found.points == ((2, 0), (2, -2), (4, 3))


@pytest.mark.parametrize(("samples", "points", "kept"), [(5, 3, [0, 2, 4]), (3, 5, [0, 1, 2]), (2, 2, [0, 1]), (1, 3, [0])])
def test_points_are_picked_evenly_by_their_answers(samples, points, kept):
    answers = np.arange(float(samples))
    assert residuals(answers[::-1] * 2, answers, points).answers == tuple(kept)


def test_kept_points_have_six_digits_that_count():
    found = residuals(np.array([123456.78, 0.0]), np.array([0.00012345678, 1.0]))
    assert (found.answers[0], found.targets[0]) == (0.000123457, 123457)


def test_calibration_of_answers_that_are_alike_is_less_sure():
    sure, right = np.full(60, 0.7), np.repeat([True, False, True, True, True, True], 10)
    alone, together = calibration(sure, right), calibration(sure, right, groups=np.repeat(np.arange(6), 10))
    assert (together.right, together.error) == (alone.right, alone.error)
    assert together.design_effect > 4 * alone.design_effect
    assert 0 < together.z < 0.5 * alone.z


def test_design_effect_is_the_variance_of_the_groups_sums_over_that_of_independent_answers():
    sure, right, groups = np.full(12, 0.75), np.arange(12) % 3 > 0, np.repeat([0, 1, 2, 3], [2, 5, 4, 1])
    rest = (right - sure) - (right - sure).mean()
    sums = [rest[groups == group].sum() for group in range(4)]
    assert calibration(sure, right, 0.5, groups).design_effect == pytest.approx(
        max(1, 4 * np.var(sums, ddof=1) / (12 * 0.75 * 0.25))
    )


def test_calibration_of_groups_of_one_is_that_of_independent_answers():
    rng = np.random.default_rng(0)
    sure = rng.uniform(0.5, 1, 400)
    right = rng.random(400) < sure
    alone, single = calibration(sure, right, 0.5), calibration(sure, right, 0.5, np.arange(400))
    assert single.z == pytest.approx(alone.z, rel=0.1)
