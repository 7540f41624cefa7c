"""Charts for a person's own scripts and notebooks: each draws what is known, returns the figure and computes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fitscope import language
from fitscope.diagnosis import Diagnosis
from fitscope.errors import ResultError
from fitscope.logs import history_in
from fitscope.report import curves_view, fonts
from fitscope.report.palette import DARK, LIGHT, painting
from fitscope.report.remedies_view import remedies
from fitscope.report.repeats_view import folds, repeats
from fitscope.report.search_view import search
from fitscope.report.sections import Picture, Section
from fitscope.report.sizes_view import sizes
from fitscope.result import Result
from fitscope.result.blind import refuse

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def plot_losses(history: Any, diagnosis: Diagnosis | None = None, ax: Axes | None = None) -> Figure:
    """Draw training and validation loss over the epochs, with the diagnosis' regions, plateau and best epoch.

    Args:
        history: a `Result`, a `TrainingHistory`, a Keras `History`, its dict of lists, a pandas DataFrame or a log's path.
        diagnosis: of these curves; where it is left out, a `Result`'s own, else (and of a blind one) the curves are drawn alone.
        ax: drawn on, where given, with its legend inside; else on a figure of its own, 5 × 3.2 inches.

    Returns:
        The figure, which `savefig` writes.

    Raises:
        ResultError: there are no finite losses in it.
        DataError: a log cannot be read, or holds several trainings.

    Example:
        >>> curves = {"loss": [0.9, 0.5, 0.3, 0.2], "val_loss": [0.8, 0.6, 0.6, 0.7]}
        >>> figure = plot_losses(curves)
        >>> figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()
        ('epoch', 'loss')
    """
    if diagnosis is None and isinstance(history, Result) and not history.blind:
        diagnosis = history.diagnosis
    return _drawn(curves_view.losses(history_in(history), diagnosis), "no finite loss", ax)


def plot_metric(history: Any, metric: str = "accuracy", ax: Axes | None = None) -> Figure:
    """Draw a metric on training and validation data over the epochs.

    Args:
        history: as in `plot_losses`.
        metric: Keras' name, such as `accuracy` or `mae`.
        ax: as in `plot_losses`.

    Returns:
        The figure.

    Raises:
        ResultError: the curves hold no such metric.

    Example:
        >>> curves = {"loss": [0.9, 0.5], "accuracy": [0.6, 0.8], "val_accuracy": [0.6, 0.7]}
        >>> plot_metric(curves).axes[0].get_ylabel()
        'accuracy'
    """
    curves = history_in(history)
    known = ", ".join(sorted({name.removeprefix("val_") for name in curves.metrics}))
    return _drawn(curves_view.measure(curves, metric), f"no {metric}, only {known}", ax)


def plot_gap(history: Any, ax: Axes | None = None) -> Figure:
    """Draw the generalization gap, validation minus training loss, over the epochs.

    Args:
        history: as in `plot_losses`.
        ax: as in `plot_losses`.

    Returns:
        The figure.

    Raises:
        ResultError: training or validation loss is missing.

    Example:
        >>> plot_gap({"loss": [0.9, 0.5], "val_loss": [0.8, 0.6]}).axes[0].lines[1].get_ydata().round(1).tolist()
        [-0.1, 0.1]
    """
    return _drawn(curves_view.gap(history_in(history)), "not both losses", ax)


def plot_chances(history: Any, diagnosis: Diagnosis | None = None, ax: Axes | None = None) -> Figure:
    """Draw each epoch's chance of being the best as a bar, the plateau's epochs filled.

    Args:
        history: as in `plot_losses`.
        diagnosis: of these curves; of a `Result` it may be left out.
        ax: as in `plot_losses`.

    Returns:
        The figure.

    Raises:
        ResultError: the diagnosis holds no chances, or not one an epoch.

    Example:
        >>> import fitscope
        >>> curves = {"loss": [0.9, 0.5, 0.3, 0.2], "val_loss": [0.8, 0.6, 0.6, 0.7]}
        >>> plot_chances(curves, fitscope.diagnose(curves)).axes[0].get_ylabel()
        'chance of being the best'
    """
    if diagnosis is None:
        _refuse_blind(history)
        diagnosis = history.diagnosis if isinstance(history, Result) else None
    curves = history_in(history)
    if diagnosis is None or diagnosis.uncertainty is None:
        raise ResultError("There are no chances to draw; give the diagnosis of curves with a validation loss.")
    if len(diagnosis.uncertainty.chance) != len(curves):
        raise ResultError(
            f"The diagnosis is of {len(diagnosis.uncertainty.chance)} epochs, and the curves have {len(curves)}; give those that "
            "belong together."
        )
    return _drawn(curves_view.chances(curves, diagnosis), f"more than {curves_view.DRAWN_AT_MOST:,} epochs", ax)


def plot_repeats(result: Result, ax: Axes | None = None) -> Figure:
    """Draw the curves of every seed, their mean and their range.

    Args:
        result: of an analysis with `repeats`.
        ax: as in `plot_losses`.

    Returns:
        The figure.

    Raises:
        ResultError: there are no repeats in it.

    Example:
        >>> import fitscope
        >>> plot_repeats(fitscope.read_result("reports/studied")).savefig("repeats.pdf")
    """
    return _study(repeats, result, "seed-band", "repeats", ax)


def plot_folds(result: Result, ax: Axes | None = None) -> Figure:
    """Draw the curves of every fold, their mean and their range.

    Args:
        result: of an analysis with `folds`.
        ax: as in `plot_losses`.

    Returns:
        The figure.

    Raises:
        ResultError: there are no folds in it.

    Example:
        >>> import fitscope
        >>> plot_folds(fitscope.read_result("reports/folds")).savefig("folds.pdf")
    """
    return _study(folds, result, "fold-band", "folds", ax)


def plot_remedies(result: Result, ax: Axes | None = None) -> Figure:
    """Draw the validation loss with each remedy over that without any.

    Args:
        result: of an analysis with `remedies`.
        ax: as in `plot_losses`; the curves' names stand right of it.

    Returns:
        The figure.

    Raises:
        ResultError: there are no remedies in it.

    Example:
        >>> import fitscope
        >>> plot_remedies(fitscope.read_result("reports/studied")).savefig("remedies.pdf")
    """
    return _study(remedies, result, "remedies-curves", "remedies", ax)


def plot_gains(result: Result, ax: Axes | None = None) -> Figure:
    """Draw by how much each remedy lowered the best validation loss, with its 95 % interval.

    Args:
        result: of an analysis with `remedies`.
        ax: as in `plot_losses`.

    Returns:
        The figure.

    Raises:
        ResultError: there are no remedies in it, or none with an interval.

    Example:
        >>> import fitscope
        >>> plot_gains(fitscope.read_result("reports/studied")).savefig("gains.pdf")
    """
    return _study(remedies, result, "remedies-gains", "remedies", ax)


def plot_sizes(result: Result, ax: Axes | None = None) -> Figure:
    """Draw the best validation loss by the number of training samples, and the curve through it up to twice the data.

    Args:
        result: of an analysis with `sizes`.
        ax: as in `plot_losses`; its foot becomes logarithmic.

    Returns:
        The figure.

    Raises:
        ResultError: there are no sizes in it.

    Example:
        >>> import fitscope
        >>> plot_sizes(fitscope.read_result("reports/studied")).savefig("sizes.pdf")
    """
    return _study(sizes, result, "sizes-curve", "sizes", ax)


def plot_search(result: Result, ax: Axes | None = None) -> Figure:
    """Draw the best validation loss of each trial of a search, the lowest so far and the winner.

    Args:
        result: of an analysis with `search`.
        ax: as in `plot_losses`.

    Returns:
        The figure.

    Raises:
        ResultError: there is no search in it.

    Example:
        >>> import fitscope
        >>> plot_search(fitscope.read_result("reports/studied")).savefig("search.pdf")
    """
    return _study(search, result, "search-trials", "search", ax)


def _study(view: Callable[[Result], Section | None], result: Any, name: str, option: str, ax: Axes | None) -> Figure:
    if not isinstance(result, Result):
        raise ResultError(
            f"An object of type {type(result).__name__} holds no studies; give a Result, as analyze and read_result return it."
        )
    _refuse_blind(result)
    section = view(result)
    drawn = () if section is None else section.pictures
    lacking = f"no {option} (analyze takes {option}=...)"
    return _drawn(next((picture for picture in drawn if picture.name == name), None), lacking, ax)


def _refuse_blind(result: Any) -> None:
    refuse(isinstance(result, Result) and result.blind, "The run")


def _drawn(picture: Picture | None, lacking: str, ax: Axes | None) -> Figure:
    if picture is None:
        raise ResultError(f"It holds {lacking}; there is nothing to draw.")
    with painting(DARK if ax is not None and _is_dark(ax) else LIGHT), _lettering():
        return picture.draw(ax)


@contextmanager
def _lettering() -> Iterator[None]:
    """Leave the person's own fonts alone, but where the spoken language needs another."""
    font = fonts.korean() if language.spoken() == "ko" else None
    if font is None:
        yield
        return
    with fonts.using(font, fonts.OWN):
        yield


def _is_dark(ax: Axes) -> bool:
    """Tell whether axes have a dark ground, their figure's where their own is clear."""
    from matplotlib.colors import to_rgba

    *own, opaque = to_rgba(ax.get_facecolor())
    if opaque == 0:
        own = list(to_rgba(ax.figure.get_facecolor())[:3])
    red, green, blue = own
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.5
