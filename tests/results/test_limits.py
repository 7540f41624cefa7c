"""Where what is read as a result ends: how deep, how large, how many epochs, and which schema."""

import dataclasses
import math

import numpy as np
import pytest

from fitscope.diagnosis.regions import Region
from fitscope.errors import DataError, ResultError
from fitscope.history import LAST_EPOCH, TrainingHistory
from fitscope.result import check_schema
from fitscope.result.plain import parsed, whole


def nested(kind, depth):
    value = 1
    for _ in range(depth):
        value = [value] if kind is list else {"a": value}
    return value


@pytest.mark.parametrize("kind", [list, dict])
def test_sixty_levels_are_read_and_one_more_is_not(kind):
    assert whole(nested(kind, 60)) == nested(kind, 60)
    with pytest.raises(ResultError, match="nested too deeply"):
        whole(nested(kind, 61))


def test_numbers_in_lists_are_kept_but_for_those_that_are_not_finite():
    assert whole([0.5, math.nan, math.inf, -math.inf, -0.5, 0.0, 3, "a", None, True]) == [
        0.5, None, None, None, -0.5, 0.0, 3, "a", None, True]  # fmt: skip
    assert whole("plain") == "plain"
    assert whole("\u00e9 half \ud800") == "\u00e9 half \N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("[" + "[]," * 2_500_000 + "[]]", True),
        ("[" + "[]," * 2_600_000 + "[]]", False),
        ("[" + "{}," * 1_200_000 + "{}]", True),
        ("[" + "{}," * 1_400_000 + "{}]", False),
        ("[" + "1," * 6_000_000 + "1]", True),
        ("[" + "1," * 6_600_000 + "1]", False),
    ],
)
def test_json_is_parsed_as_long_as_it_takes_less_than_400_mb(text, fits):
    if fits:
        assert len(parsed(text)) > 1_000_000
    else:
        with pytest.raises(DataError, match="more than is read at once"):
            parsed(text)


def test_last_epoch_that_a_training_reaches_is_taken_and_the_next_is_not():
    values = {"loss": np.zeros(1)}
    assert TrainingHistory((LAST_EPOCH,), values).epochs == (10**13,)
    with pytest.raises(ResultError, match="last epoch is 10,000,000,000,001, which no training reaches"):
        TrainingHistory((LAST_EPOCH + 1,), values)


def test_history_of_nothing_says_so():
    with pytest.raises(ResultError, match="this one holds nothing; name"):
        TrainingHistory((), {})
    with pytest.raises(ResultError, match="this one holds accuracy, lr; name"):
        TrainingHistory((), {"accuracy": np.zeros(0), "lr": np.zeros(0)})


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ("fitscope-result/2", "which a newer fitscope wrote"),
        ("fitscope-result/999999999", "which a newer fitscope wrote"),
        ("fitscope-result/1000000000", "is not known"),
        ("fitscope-result/01", "is not known"),
        ("fitscope-result/0", "is not known"),
        ("fitscope-grades/2", "is not known"),
    ],
)
def test_schema_of_another_number_is_newer_or_not_known(schema, says):
    with pytest.raises(ResultError, match=says):
        check_schema({"schema": schema})


def test_result_names_itself_its_data_its_network_and_its_epochs(result):
    assert repr(result).startswith(f"Result(created={result.created!r}, dataset={result.dataset.name!r}, "
                                   f"model={result.model.name!r}, epochs={len(result.history)}, verdict=")  # fmt: skip
    bare = dataclasses.replace(result, dataset=None, model=None)
    assert "dataset=None, model=None, epochs=" in repr(bare)


def test_studies_that_were_not_run_stand_in_no_json(result):
    assert result.to_json()["studies"] == {}


@pytest.mark.parametrize("ends", [((1, 4), (6, 20)), ((1, 5), (5, 20)), ((1, 4), (5, 19)), ((2, 4), (5, 20)), ((5, 20), (1, 4))])
def test_regions_that_leave_out_or_repeat_an_epoch_are_refused(result, ends):
    regions = tuple(Region(label, *pair) for label, pair in zip(("underfitting", "good_fit"), ends))
    with pytest.raises(ResultError, match="exactly once, in their order"):
        dataclasses.replace(result, diagnosis=dataclasses.replace(result.diagnosis, regions=regions))
