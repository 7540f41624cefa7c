"""Every stopping rule held against its definition, step by step, on curves of any shape."""

import math

import numpy as np
import pytest

from fitscope.diagnosis.stopping import PATIENCES, chance_of_better, stopping


def random_curves(count=120):
    """Return losses above 0 of 1 to 40 epochs, with ties, and now and then without a number."""
    rng = np.random.default_rng(0)
    for number in range(count):
        epochs = int(rng.integers(1, 41))
        loss, val_loss = 0.5 + 0.9 ** np.arange(epochs) + 0.05 * rng.random((2, epochs))
        val_loss = np.round(val_loss + 0.01 * rng.integers(0, 3) * np.arange(epochs), 2)
        if number % 4 == 0:
            val_loss[rng.random(epochs) < 0.3] = np.nan
        yield loss, val_loss


def patience(val_loss, epochs):
    lowest, waited = math.inf, 0
    for epoch, loss in enumerate(val_loss):
        waited = 0 if loss < lowest else waited + 1
        lowest = loss if loss < lowest else lowest
        if waited == epochs:
            return epoch + 1
    return None


def generalization_loss(val_loss, epoch):
    so_far = [loss for loss in val_loss[: epoch + 1] if not math.isnan(loss)]
    return 100 * (val_loss[epoch] / min(so_far) - 1) if so_far else math.nan


def quotient(loss, val_loss, epoch):
    strip = loss[epoch - 4 : epoch + 1]
    return generalization_loss(val_loss, epoch) / (1000 * (sum(strip) / (5 * min(strip)) - 1))


def rises(val_loss, epoch, strips):
    """Prechelt's UP s: the loss rose over this strip, and UP s - 1 stops a strip before."""
    return strips == 0 or (epoch >= 5 and val_loss[epoch] > val_loss[epoch - 5] and rises(val_loss, epoch - 5, strips - 1))


def first(epochs, holds):
    return next((epoch + 1 for epoch in epochs if holds(epoch)), None)


def wanted(loss, val_loss):
    ends = range(4, len(loss), 5)
    stops = {f"patience {n}": patience(val_loss, n) for n in (1, 2, 3, 5, 10)}
    if np.isfinite(val_loss).any():
        above = [generalization_loss(val_loss, epoch) for epoch in range(len(loss))]
        quotients = {epoch: quotient(loss, val_loss, epoch) for epoch in ends}
        stops |= {f"GL {n}": first(range(len(loss)), lambda epoch, n=n: above[epoch] > n) for n in (1, 2, 5)}
        stops |= {f"PQ {n}": first(ends, lambda epoch, n=n: quotients[epoch] > n) for n in (0.5, 1, 2)}
    return stops | {f"UP {n}": first(ends, lambda epoch, n=n: rises(val_loss, epoch, n)) for n in (2, 3, 4)}


def test_rules_stop_where_their_definitions_say():
    for loss, val_loss in random_curves():
        found = stopping(val_loss, tuple(range(1, len(loss) + 1)), loss)
        assert {rule.rule: rule.stops_at for rule in found} == wanted(loss, val_loss)


def test_rules_keep_the_lowest_epoch_that_they_saw():
    for loss, val_loss in random_curves(40):
        for rule in stopping(val_loss, tuple(range(1, len(loss) + 1)), loss):
            seen = val_loss[: rule.stops_at or len(val_loss)]
            if np.isnan(seen).all():
                assert (rule.keeps, rule.cost) == (None, None)
            else:
                assert val_loss[rule.keeps - 1] == np.nanmin(seen)
                assert rule.cost == pytest.approx(100 * (np.nanmin(seen) / np.nanmin(val_loss) - 1))


@pytest.mark.filterwarnings("error")
def test_losses_beyond_all_numbers_are_above_every_limit_without_a_warning():
    found = {rule.rule: rule.stops_at for rule in stopping(np.array([1e-10, 1e300, 1e300]), (1, 2, 3))}
    assert (found["GL 1"], found["GL 5"]) == (2, 2)


def names(val_loss, loss=None):
    return {rule.rule.split()[0] for rule in stopping(np.array(val_loss), tuple(range(1, len(val_loss) + 1)), loss)}


@pytest.mark.parametrize(
    ("val_loss", "loss", "families"),
    [
        ([1.0, 0.5], None, {"patience", "GL", "UP"}),
        ([1.0, 0.5], [1.0, 0.5], {"patience", "GL", "PQ", "UP"}),
        ([1.0, 0.5], [1.0, np.nan], {"patience", "GL", "UP"}),
        ([1.0, 0.5], [1.0, 0.0], {"patience", "GL", "UP"}),
        ([1.0, 0.0], [1.0, 0.5], {"patience", "UP"}),
        ([np.nan, np.nan], [1.0, 0.5], {"patience", "UP"}),
    ],
)
def test_ratios_are_there_where_losses_lie_above_0(val_loss, loss, families):
    assert names(val_loss, None if loss is None else np.array(loss)) == families


@pytest.mark.parametrize(
    ("val_loss", "cost"), [([1.0, -0.5, 0.0, -1.0], 50), ([1.0, 0.5, 0.6, 0.0], None), ([2.0, 0.5, 0.6, 0.4], 25)]
)
def test_cost_is_in_percent_of_the_size_of_the_lowest_loss(val_loss, cost):
    rule = stopping(np.array(val_loss), (3, 5, 7, 9))[0]
    assert (rule.stops_at, rule.keeps) == (7, 5)
    assert rule.cost == (None if cost is None else pytest.approx(cost))


def test_rule_that_keeps_the_best_epoch_costs_nothing_where_its_loss_is_0_too():
    patient = stopping(np.array([1.0, 0.5, 0.6, 0.0]), (3, 5, 7, 9))[1]
    assert (patient.keeps, patient.cost) == (9, 0.0)


def test_rule_that_stops_before_there_is_any_loss_keeps_nothing():
    rule = stopping(np.array([np.nan, np.nan, 0.5]), (1, 2, 3))[PATIENCES.index(1)]
    assert (rule.stops_at, rule.keeps, rule.cost) == (1, None, None)


LINE = np.array([1.0, 0.5, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7])  # goes on as 0.65, 0.6, 0.55, 0.5, 0.45


@pytest.mark.parametrize(("left", "chance"), [(0, 0), (1, 0), (3, 0), (5, 1), (6, 1), (1000, 1)])
def test_line_without_noise_goes_on_as_it_is(left, chance):
    assert chance_of_better(LINE, left) == pytest.approx(chance)


@pytest.mark.parametrize(("since", "sure"), [(2, True), (3, False)])
def test_direction_takes_three_epochs(since, sure):
    assert (chance_of_better(np.array([1.0, 0.5, *[9.0] * since]), 3) == 1) == sure


def test_noise_is_that_from_three_epochs_before_the_lowest_on():
    curve = [0.6, 0.55, 0.52, 0.5, 0.53, 0.52, 0.56]
    before = [5.0, 1.0, 5.0, 1.0, 5.0, 1.0, 5.0]
    assert chance_of_better(np.array(before + curve), 20) == chance_of_better(np.array(curve), 20)
    assert chance_of_better(np.array([5.0, *curve[1:]]), 20) > chance_of_better(np.array(curve), 20)


def test_chance_of_better_is_the_same_beyond_a_thousand_epochs():
    curve = np.array([1.0, 0.5, 0.58, 0.61, 0.55, 0.62, 0.57])
    assert chance_of_better(curve, 10**9) == chance_of_better(curve, 1000) > chance_of_better(curve, 500)


@pytest.mark.parametrize("left", [1, 5, 40])
@pytest.mark.parametrize("tilt", [-0.02, 0.0, 0.02])
def test_chance_of_better_is_how_often_a_line_as_uncertain_as_its_noise_comes_lower(left, tilt):
    """Drawn: the line's slope, and then every epoch around it; the noise around the line is that of its own residuals."""
    since = 0.8 + tilt * np.arange(8) + 0.05 * np.sin(np.arange(8))
    curve = np.array([1.2, 0.55, *since])
    rng, places = np.random.default_rng(0), np.arange(8)
    slope, level = np.polyfit(places, since, 1)
    sd = math.sqrt(((since - slope * places - level) ** 2).sum() / 6)
    slopes = slope + sd / math.sqrt(((places - 3.5) ** 2).sum()) * rng.standard_normal((40_000, 1))
    to_come = since.mean() + slopes * (np.arange(8, 8 + left) - 3.5) + sd * math.sqrt(9 / 8) * rng.standard_normal((40_000, left))
    assert chance_of_better(curve, left) == pytest.approx((to_come.min(axis=1) < 0.55).mean(), abs=0.02)
