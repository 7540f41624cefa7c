"""What the charts of several trainings draw, not how it looks."""

import xml.etree.ElementTree as ET

import pytest

from fitscope.report import charts, study_charts
from fitscope.report.study_charts import Band, Curve, Estimate

EPOCHS = (1, 2, 3)


def by_gid(ax):
    return {artist.get_gid(): artist for artist in (*ax.lines, *ax.collections) if artist.get_gid()}


def test_band_draws_the_range_the_mean_and_every_training():
    drawn = Band("seed", EPOCHS, [[3, 2, 3], [3, 1, 2]], [[2, 1, 0]] * 2, [3, 1.5, 2.5], [3, 1, 2], [3, 2, 3], (2, 1.5))
    ax = study_charts.band(drawn).axes[0]
    found = by_gid(ax)
    assert set(found) == {"training-0", "training-1", "validation-0", "validation-1", "band", "mean"}
    assert found["mean"].get_linewidth() > found["validation-0"].get_linewidth()
    assert found["mean"].get_ydata().tolist() == [3, 1.5, 2.5]
    assert "minimum of the mean, 2" in [line.get_label() for line in ax.lines]


def test_overlaid_curves_differ_without_colour_and_the_first_is_thickest():
    curves = [Curve(f"c{i}", EPOCHS, [i, i + 1.0, i], float(i)) for i in range(8)]
    lines = list(by_gid(study_charts.overlaid(curves, (0, 9)).axes[0]).values())
    assert len({(line.get_marker(), str(line._unscaled_dash_pattern)) for line in lines}) == 8
    assert len({line.get_color() for line in lines}) == 8
    assert lines[0].get_linewidth() > max(line.get_linewidth() for line in lines[1:])


def test_overlaid_curves_have_their_names_at_their_ends_as_plain_text():
    ax = study_charts.overlaid(
        [Curve("base", EPOCHS, [1, 2, 1], 1.0), Curve("$x", EPOCHS, [2, 3, float("nan")], 2.5)], (0, 4)
    ).axes[0]
    assert [(text.get_text(), text.xy, text.get_parse_math()) for text in ax.texts] == [
        ("base", (3, 1), False),
        ("$x", (2, 3), False),
    ]


def test_gains_are_filled_where_they_are_sure_and_the_first_is_on_top():
    ax = study_charts.gains([Estimate("dropout", 0.1, 0.05, 0.15), Estimate("L2", 0.01, -0.05, 0.07, sure=False)]).axes[0]
    found = by_gid(ax)
    assert found["interval-1"].get_xdata().tolist() == [-0.05, 0.07]
    assert found["gain-0"].get_markerfacecolor() == charts.COLOURS["val"]
    assert found["gain-1"].get_markerfacecolor() == "none"
    assert [label.get_text() for label in ax.get_yticklabels()] == ["dropout", "L2"]
    assert ax.yaxis_inverted()


def test_sizes_are_named_along_a_logarithmic_axis_and_the_curve_is_dashed_beyond_the_data():
    twice = Estimate("expected", 0.2, 0.15, 0.26)
    ax = study_charts.sizes(
        [(1000, 0.4), (2000, 0.3)], [(1000, 0.4), (2000, 0.3)], [(2000, 0.3), (4000, 0.2)], twice, [1000, 2000, 4000]
    ).axes[0]
    found = by_gid(ax)
    assert ax.get_xscale() == "log"
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1,000", "2,000", "4,000"]
    assert (found["inside"].get_linestyle(), found["beyond"].get_linestyle()) == ("-", "--")
    assert found["interval"].get_ydata().tolist() == [0.15, 0.26]


def test_sizes_without_a_curve_draw_the_points_alone():
    assert set(by_gid(study_charts.sizes([(1000, 0.4)], [], [], None, [1000]).axes[0])) == {"points"}


def test_trials_draw_the_lowest_so_far_as_steps_and_mark_the_winner():
    ax = study_charts.trials([3, 1, 2], [3, 1, 1], 1, Estimate("corrected", 1.2, 1.0, 1.4), 2.5).axes[0]
    found = by_gid(ax)
    assert found["lowest"].get_drawstyle() == "steps-post"
    assert found["winner"].get_xdata().tolist() == [2]
    assert found["estimate"].get_xdata()[0] > 3


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([3000.0, 1000.0, 2000.0], ["1,000", "3,000"]),
        ([0.30, 0.31, 0.32], ["0.300", "0.320"]),
        ([2e6, 1e6, 3e6], ["1,000,000", "3,000,000"]),
    ],
)
def test_axis_numbers_set_thousands_apart_and_tell_their_values_apart(values, labels):
    ax = charts.losses(EPOCHS, values, values).axes[0]
    shown = [ax.yaxis.get_major_formatter()(tick, 0) for tick in ax.get_yticks()]
    assert set(labels) <= set(shown)
    assert len(set(shown)) == len(shown)


def test_svg_of_every_chart_is_well_formed_whatever_its_names():
    name = "<b>&\"'$x^{"
    figures = (
        study_charts.overlaid([Curve(name, EPOCHS, [1, 2, 1], 1.0)], (0, 4)),
        study_charts.gains([Estimate(name, 0.1, 0.05, 0.15)]),
        study_charts.band(Band("seed", EPOCHS, [[1, 2, 3]], [[1, 2, 3]], [1, 2, 3], [1, 2, 3], [1, 2, 3], None)),
        study_charts.trials([1, 2, 3], [1, 1, 1], None, None, None),
    )
    for figure in figures:
        text = charts.svg(figure, "x", "A chart")
        assert ET.fromstring(text).get("role") == "img"
        assert not [colour for colour in charts.COLOURS.values() if colour in text]
