"""What the charts of a model's mistakes draw, not how it looks."""

import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from fitscope.report import mistake_charts
from fitscope.report.palette import LIGHT, painting

POINTS = [(0.0, 0.0), (0.1, 0.7), (1.0, 1.0)]


def by_gid(figure):
    return {line.get_gid(): line for line in figure.axes[0].lines if line.get_gid()}


def test_roc_draws_the_curve_over_the_diagonal_and_marks_the_threshold():
    found = by_gid(mistake_charts.roc(POINTS, (0.1, 0.7)))
    assert list(zip(*found["roc"].get_data())) == POINTS
    assert [list(part) for part in found["guessing"].get_data()] == [[0, 1], [0, 1]]
    assert [part[0] for part in found["threshold"].get_data()] == [0.1, 0.7]


def test_precision_recall_guesses_at_the_share_of_the_class():
    found = by_gid(mistake_charts.precision_recall([(0.5, 1.0), (1.0, 0.4)], 0.3))
    assert list(found["guessing"].get_ydata()) == [0.3, 0.3]
    assert (found["precision-recall"].get_drawstyle(), "threshold" in found) == ("steps-pre", False)


@pytest.mark.parametrize("lowest", [0.0, 0.5])
def test_reliability_draws_bins_over_the_diagonal_and_shares_as_bars(lowest):
    figure = mistake_charts.reliability([(0.72, 0.6), (0.95, 0.9)], [(0.7, 0.25), (0.95, 0.75)], 0.1, lowest)
    found, ax = by_gid(figure), figure.axes[0]
    assert list(found["reliability"].get_ydata()) == [0.6, 0.9]
    assert list(found["calibrated"].get_xdata()) == [lowest, 1]
    assert [bar.get_height() for bar in ax.containers[0]] == [0.25, 0.75]
    assert ax.get_xlim()[0] == pytest.approx(lowest, abs=0.03)


def test_residuals_are_dots_around_0_under_a_plain_name():
    figure = mistake_charts.residuals([(1.0, -0.5), (2.0, 0.5)], "$x_1$")
    assert list(by_gid(figure)["residuals"].get_ydata()) == [-0.5, 0.5]
    assert figure.axes[0].get_title(loc="left") == "$x_1$"
    assert not figure.axes[0]._left_title.get_parse_math()


def test_charts_can_be_drawn_on_axes_of_ones_own():
    ax = Figure().subplots()
    assert mistake_charts.roc(POINTS, ax=ax) is ax.figure


@pytest.mark.parametrize(
    "draw",
    [lambda: mistake_charts.roc(POINTS, (0.1, 0.7)), lambda: mistake_charts.precision_recall(POINTS, 0.5)],
    ids=["roc", "precision-recall"],
)
def test_charts_that_stand_alone_have_real_colours(draw):
    with painting():
        colours = {to_hex(line.get_color()) for line in draw().axes[0].lines}
    assert colours <= set(LIGHT.values())
