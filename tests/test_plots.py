"""What the public plots draw, on whose axes and in which colours."""

import pickle
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

import fitscope
from fitscope.errors import ResultError
from fitscope.report.palette import DARK, LIGHT

E = np.arange(1, 21)
CURVES = {
    "loss": (0.05 + 0.6 * np.exp(-E / 4)).tolist(),
    "val_loss": (0.3 + 0.4 * np.exp(-E / 2) + 0.02 * np.maximum(0, E - 5)).tolist(),
    "auc": (1 - 0.5 / E).tolist(),
}


class KerasHistory:
    """As `model.fit` returns it."""

    def __init__(self, history):
        self.history = history


def colours(figure):
    return {line.get_color() for line in figure.axes[0].lines}


@pytest.mark.parametrize("given", [dict, KerasHistory, fitscope.TrainingHistory.of], ids=lambda kind: kind.__name__)
def test_losses_of_whatever_holds_curves_are_drawn_in_real_colours(given):
    figure = fitscope.plot_losses(given(CURVES))
    assert isinstance(figure, Figure)
    assert figure.axes[0].lines[1].get_ydata().tolist() == pytest.approx(CURVES["val_loss"])
    assert colours(figure) == {LIGHT["train"], LIGHT["val"]}
    assert not figure.axes[0].patches


def test_losses_with_a_diagnosis_have_its_regions_plateau_and_best_epoch():
    diagnosis = fitscope.diagnose(CURVES)
    figure = fitscope.plot_losses(CURVES, diagnosis)
    shaded = {patch.get_gid() for patch in figure.axes[0].patches}
    assert shaded == {"plateau", *(f"region-{region.label}" for region in diagnosis.regions)}
    assert f"best epoch, {diagnosis.best_epoch}" in [text.get_text() for text in figure.legends[0].get_texts()]


def test_result_brings_its_own_diagnosis(result):
    assert "plateau" in {patch.get_gid() for patch in fitscope.plot_losses(result).axes[0].patches}
    assert fitscope.plot_chances(result).axes[0].get_ylim() == (0, 1)


def test_axes_of_a_persons_own_get_the_legend_and_their_neighbours_nothing():
    figure = Figure()
    left, right = figure.subplots(1, 2)
    right.plot([1, 2], label="mine")
    before = right.get_xlim(), len(right.get_children()), figure.get_size_inches().tolist()
    assert fitscope.plot_losses(CURVES, ax=left) is figure
    assert left.get_legend() is not None and not figure.legends
    assert before == (right.get_xlim(), len(right.get_children()), figure.get_size_inches().tolist())


def test_axes_of_a_subfigure_give_the_whole_figure():
    figure = Figure()
    assert fitscope.plot_gap(CURVES, ax=figure.subfigures(1, 2)[0].subplots()) is figure


@pytest.mark.parametrize("clear", [False, True])
def test_dark_axes_get_the_dark_pages_colours(clear):
    figure = Figure(facecolor="black")
    ax = figure.subplots()
    ax.set_facecolor("none" if clear else "#111")
    assert colours(fitscope.plot_losses(CURVES, ax=ax)) == {DARK["train"], DARK["val"]}


def test_plots_leave_a_persons_settings_as_they_were():
    before = dict(matplotlib.rcParams)
    fitscope.plot_losses(CURVES)
    assert dict(matplotlib.rcParams) == before


def test_metric_is_drawn_under_its_name():
    assert fitscope.plot_metric(CURVES, "auc").axes[0].get_ylabel() == "auc"


@pytest.mark.parametrize(
    ("plot", "curves", "says"),
    [
        (fitscope.plot_losses, {"loss": [float("nan")] * 3}, "no finite loss"),
        (fitscope.plot_metric, CURVES, "no accuracy, only auc, loss"),
        (fitscope.plot_gap, {"loss": [1.0, 2.0]}, "not both losses"),
        (fitscope.plot_chances, CURVES, "give the diagnosis"),
        (fitscope.plot_losses, 7, "An object of type int holds no curves"),
    ],
)
def test_curves_that_are_not_there_are_refused(plot, curves, says):
    with pytest.raises(ResultError, match=says):
        plot(curves)


def test_chances_of_another_training_are_refused():
    with pytest.raises(ResultError, match="of 20 epochs, and the curves have 3"):
        fitscope.plot_chances({"loss": [3, 2, 1]}, fitscope.diagnose(CURVES))


def test_long_curves_are_drawn_with_a_thousand_columns_at_most():
    curves = {"loss": np.linspace(2, 1, 12_345), "val_loss": np.linspace(2, 1.5, 12_345)}
    assert len(fitscope.plot_losses(curves).axes[0].lines[0].get_xdata()) <= 1000


def test_plots_load_no_tensorflow():
    code = "import fitscope, sys; fitscope.plot_losses({'loss': [3, 2, 1]}); sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_figure_shows_itself_in_a_notebook_without_pyplot():
    picture, size = fitscope.plot_losses(CURVES)._repr_png_()
    assert picture.startswith(b"\x89PNG")
    assert size == {"width": 500, "height": 320}


def test_figure_can_be_kept_and_opened_again():
    assert pickle.loads(pickle.dumps(fitscope.plot_losses(CURVES))).axes
