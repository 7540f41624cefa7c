import dataclasses

import pytest

from fitscope.history import TrainingHistory
from fitscope.report.stop_view import tools


def test_tools_name_the_curves_that_are_known_each_beside_its_validation_curve(result, regression):
    names = [name for name, _, _ in tools(regression).texts["curves"]]
    assert names == ["loss", "val_loss", "mae", "val_mae"]
    assert {kind for _, _, kind in tools(result).texts["curves"]} == {"number"}


def test_accuracy_is_read_as_a_share(result, make):
    kinds = {name: kind for name, _, kind in tools(dataclasses.replace(result, history=make.history())).texts["curves"]}
    assert kinds == {"loss": "number", "val_loss": "number", "accuracy": "share", "val_accuracy": "share"}


@pytest.mark.parametrize("val", [None, [None, None]])
def test_without_validation_loss_there_is_no_slider(result, val):
    from fitscope.diagnosis import judge

    history = TrainingHistory.of({"loss": [2.0, 1.0], **({} if val is None else {"val_loss": val})})
    found = tools(dataclasses.replace(result, history=history, diagnosis=judge(history)))
    assert (found.epochs, found.slider) == (2, False)
