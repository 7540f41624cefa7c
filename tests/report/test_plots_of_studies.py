"""The public plots of studies: what they need, and on whose axes they draw."""

import pytest
from matplotlib.figure import Figure

import fitscope
from fitscope.errors import ResultError

PLOTS = [fitscope.plot_repeats, fitscope.plot_folds, fitscope.plot_remedies, fitscope.plot_gains, fitscope.plot_sizes,
         fitscope.plot_search]  # fmt: skip


@pytest.mark.parametrize("plot", PLOTS)
def test_study_is_drawn_on_its_own_and_on_given_axes(with_studies, plot):
    everything, ax = with_studies("everything"), Figure().subplots()
    assert plot(everything).axes[0].lines
    assert plot(everything, ax=ax) is ax.figure
    assert ax.lines


@pytest.mark.parametrize("plot", PLOTS)
def test_study_that_was_not_made_is_refused_with_the_option_that_makes_it(result, plot):
    with pytest.raises(ResultError, match=r"It holds no \w+ \(analyze takes \w+=\.\.\.\); there is nothing to draw\."):
        plot(result)


@pytest.mark.parametrize("given", ["my-report", None, {"loss": [1.0]}])
def test_what_is_no_result_holds_no_studies(given):
    with pytest.raises(ResultError, match="holds no studies; give a Result"):
        fitscope.plot_folds(given)
