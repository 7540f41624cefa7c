from fitscope.report import compare_charts
from fitscope.report.compare_charts import Curves
from fitscope.report.study_charts import Curve

EPOCHS = (1, 2, 3)


def run(i, best=(2, 0.5), plateau=(2, 3)):
    return Curves(Curve(f"run {i}", EPOCHS, [i + 1.0, i + 0.5, i + 0.7], float(i)), (EPOCHS, [1.0, 0.5, 0.1]), best, plateau)


def by_gid(ax):
    return {line.get_gid(): line for line in ax.lines if line.get_gid()}


def test_overlaid_runs_differ_without_colour_and_validation_is_thicker_than_training():
    [ax] = compare_charts.together([run(i) for i in range(8)], (0, 9)).axes
    lines = by_gid(ax)
    looks = {(lines[f"validation-{i}"].get_marker(), str(lines[f"validation-{i}"]._unscaled_dash_pattern)) for i in range(8)}
    assert len(looks) == 8
    assert lines["validation-0"].get_linewidth() > lines["training-0"].get_linewidth()
    assert [text.get_text() for text in ax.texts] == [f"run {i}" for i in range(8)]
    assert lines["best-3"].get_xdata() == [2]


def test_overlaid_run_without_a_best_epoch_has_no_ring():
    [ax] = compare_charts.together([run(0, best=None)], (0, 2)).axes
    assert "best-0" not in by_gid(ax)


def test_small_chart_spans_all_runs_epochs_and_marks_best_epoch_and_plateau():
    [ax] = compare_charts.small(run(0), (1, 9), (0, 3)).axes
    assert (ax.get_xlim(), ax.get_ylim()) == ((0.5, 9.5), (0, 3))
    assert set(by_gid(ax)) == {"training", "validation", "best"}
    assert [patch.get_gid() for patch in ax.patches] == ["plateau"]


def test_charts_draw_on_given_axes():
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    assert compare_charts.small(run(0, None, None), (1, 3), (0, 2), ax=ax) is ax.figure
    assert compare_charts.together([], (0, 1), ax=ax) is ax.figure
