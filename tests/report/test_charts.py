"""What the charts draw, not how it looks."""

import pytest

from fitscope.diagnosis.regions import Region
from fitscope.report import charts

EPOCHS = (1, 2, 3, 4)


def test_losses_draws_training_as_dots_and_validation_as_a_line():
    ax = charts.losses(EPOCHS, [4, 3, 2, 1], [4, 3, 3.5, 4]).axes[0]
    training, validation = ax.lines[:2]
    assert (training.get_marker(), training.get_linestyle()) == ("o", "None")
    assert (validation.get_marker(), validation.get_linestyle()) == ("None", "-")
    assert validation.get_ydata().tolist() == [4, 3, 3.5, 4]


def test_losses_shades_each_region_from_half_an_epoch_before_to_half_after():
    regions = (Region("underfitting", 1, 1), Region("good_fit", 2, 3), Region("overfitting", 4, 4))
    ax = charts.losses(EPOCHS, [1] * 4, [1] * 4, regions).axes[0]
    spans = {patch.get_gid(): patch.get_x() for patch in ax.patches if patch.get_gid()}
    assert spans == {"region-underfitting": 0.5, "region-good_fit": 1.5, "region-overfitting": 3.5}


def test_losses_marks_the_best_epoch():
    ax = charts.losses(EPOCHS, [1] * 4, [4, 3, 3.5, 4], best=(2, 3.0)).axes[0]
    assert "best epoch, 2" in [line.get_label() for line in ax.lines]


@pytest.mark.parametrize(("plateau", "label"), [((2, 3), "plateau, 2 to 3"), ((2, 2), "plateau, 2")])
def test_losses_marks_the_plateau_with_a_bar_at_the_foot(plateau, label):
    ax = charts.losses(EPOCHS, [1] * 4, [4, 3, 3.1, 4], plateau=plateau).axes[0]
    bar = next(patch for patch in ax.patches if patch.get_gid() == "plateau")
    assert (bar.get_x(), bar.get_x() + bar.get_width()) == (plateau[0] - 0.5, plateau[1] + 0.5)
    assert bar.get_label() == label


def test_chances_fills_the_plateau_alone():
    ax = charts.chances(EPOCHS, [0.1, 0.6, 0.2, 0.1], members=(2, 3)).axes[0]
    assert [bar.get_height() for bar in ax.containers[1]] == [0, 0.6, 0.2, 0]


def test_figure_can_be_drawn_on_axes_of_ones_own():
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    assert charts.gap(EPOCHS, [0, 1, 2, 3], ax=ax) is ax.figure
