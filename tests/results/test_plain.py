"""What is read as which type, and how it says where something does not fit."""

import dataclasses
import math
from typing import Any

import pytest

from fitscope.diagnosis.findings import Finding
from fitscope.errors import ResultError
from fitscope.history import TrainingHistory
from fitscope.plan import Plan
from fitscope.result.facts import Answers, Author, DatasetFacts
from fitscope.result.plain import LARGEST, plain, read, whole


@dataclasses.dataclass(frozen=True)
class Box:
    number: int
    share: float = 0.5
    names: tuple[str, ...] = ()
    pair: tuple[int, float] = (1, 2.0)
    inner: Author | None = None
    more: dict[str, int] = dataclasses.field(default_factory=dict)
    drawn: Any = dataclasses.field(default=None, compare=False)


FULL = {
    "number": 3,
    "share": 0.25,
    "names": ["a", "b"],
    "pair": [4, 5.0],
    "inner": {"name": "Kim Minji", "id": None},
    "more": {"x": 1},
}


def test_dataclass_and_back_is_the_same():
    box = Box(3, 0.25, ("a", "b"), (4, 5.0), Author("Kim Minji"), {"x": 1}, drawn=len)
    assert plain(box) == FULL
    assert read(Box, FULL, "box") == box
    assert read(Box, FULL | {"drawn": "x", "new": 7}, "box").drawn is None


def test_field_with_a_default_may_be_missing_and_no_other():
    assert read(Box, {"number": 3}, "box") == Box(3)
    with pytest.raises(ResultError, match=r"^box\.number is missing"):
        read(Box, {"share": 0.5}, "box")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"number": 3.0}, r"box\.number must be a whole number, and it is '3\.0'"),
        ({"number": True}, "a whole number"),
        ({"number": None}, "a whole number"),
        ({"share": "much"}, r"box\.share must be a number"),
        ({"share": False}, "a number"),
        ({"names": "ab"}, r"box\.names must be a list"),
        ({"names": ["a", 2]}, r"box\.names\[1\] must be a text"),
        ({"pair": [1]}, r"box\.pair must be 2 values"),
        ({"pair": [1, 2, 3]}, "2 values"),
        ({"pair": [1.5, 2]}, r"box\.pair\[0\] must be a whole number"),
        ({"inner": 3}, r"box\.inner must be an object"),
        ({"inner": {"name": 5}}, r"box\.inner\.name must be a text"),
        ({"more": []}, r"box\.more must be an object"),
        ({"more": {"x": "y"}}, r"box\.more\.x must be a whole number"),
    ],
)
def test_value_of_another_type_is_refused_with_its_place(change, says):
    with pytest.raises(ResultError, match=says):
        read(Box, FULL | change, "box")


@pytest.mark.parametrize("value", [[], "text", None])
def test_what_is_no_object_is_refused_as_a_dataclass(value):
    with pytest.raises(ResultError, match="^box must be an object"):
        read(Box, value, "box")


def test_refusal_quotes_40_characters_at_most():
    with pytest.raises(ResultError, match="'" + "x" * 39 + "…'"):
        read(int, "x" * 100, "number")


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [(float, 3, 3.0), (float, 0.5, 0.5), (bool, True, True), (str, "a", "a"), (int, 0, 0), (Any, [1], [1])],
)
def test_plain_values_are_read_as_they_are(kind, value, wanted):
    found = read(kind, value, "value")
    assert found == wanted
    assert type(found) is type(wanted)


def test_unknown_number_is_nan_and_unknown_part_is_none():
    assert math.isnan(read(float, None, "value"))
    assert read(Author | None, None, "author") is None
    numbers = read(tuple[float, ...], [1, 2.5, None], "values")
    assert numbers[:2] == (1.0, 2.5)
    assert type(numbers[0]) is float and math.isnan(numbers[2])
    with pytest.raises(ResultError, match=r"values\[1\] must be a number"):
        read(tuple[float, ...], [1.0, "a"], "values")


@pytest.mark.parametrize("value", [1, 0, None, "true"])
def test_what_is_neither_true_nor_false_is_refused(value):
    with pytest.raises(ResultError, match="true or false"):
        read(bool, value, "value")


def test_finding_keeps_its_numbers_without_code_severity_and_sentence():
    finding = read(Finding, {"code": "spikes", "severity": "info", "message": "Up.", "count": 2, "epoch": 7}, "finding")
    assert finding == Finding("spikes", "info", {"count": 2, "epoch": 7})


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([], "finding must be an object"),
        ({"severity": "info"}, r"finding\.code must be a text"),
        ({"code": "spikes"}, r"finding\.severity"),
    ],
)
def test_finding_without_code_or_severity_is_refused(value, says):
    with pytest.raises(ResultError, match=says):
        read(Finding, value, "finding")


def test_plan_and_history_read_themselves_and_say_where():
    history = TrainingHistory.of({"loss": [0.5]})
    assert read(TrainingHistory, plain(history), "history") == history
    with pytest.raises(ResultError, match="^result.history cannot be read: A history needs"):
        read(TrainingHistory, {"mae": [1.0]}, "result.history")
    with pytest.raises(ResultError, match="^result.plan must be an object"):
        read(Plan, 3, "result.plan")


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (math.nan, None),
        (math.inf, None),
        (0.5, 0.5),
        (True, True),
        ("a", "a"),
        (None, None),
        ((1, (2.0, math.nan)), [1, [2.0, None]]),
        ({"a": (1,)}, {"a": [1]}),
        ([math.inf], [None]),
    ],
)
def test_plain_data_has_lists_and_no_number_that_json_lacks(value, wanted):
    assert plain(value) == wanted


HALF = "half \ud800"
WHOLE = "half \N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (HALF, WHOLE),
        ("\udfff\ud800", WHOLE[-1] * 2),
        ("김민지", "김민지"),
        ({HALF: [HALF, 1]}, {WHOLE: [WHOLE, 1]}),
        (math.nan, None),
        ([math.inf, 0.5, math.nan, [-math.inf]], [None, 0.5, None, [None]]),
        (LARGEST, LARGEST),
        (-LARGEST, -LARGEST),
        (True, True),
        (None, None),
    ],
)
def test_whole_replaces_what_no_page_can_hold(value, wanted):
    assert whole(value) == wanted


@pytest.mark.parametrize("value", [LARGEST + 1, -LARGEST - 1, [2**63], {"a": [-(2**63)]}])
def test_whole_numbers_beyond_63_bits_are_refused(value):
    with pytest.raises(ResultError, match="whole number beyond 9223372036854775807"):
        whole(value)


@pytest.mark.parametrize(
    ("majority", "classes", "guessed"), [(0.5, ("a", "b", "c"), 3), (None, ("a", "b"), None), (0.5, None, None), (0.0, ("a",), 1)]
)
def test_network_without_knowledge_guesses_among_the_classes(majority, classes, guessed):
    assert DatasetFacts("d", "multiclass", classes, 1, 1, 1, "", "", majority=majority).guessed == guessed


def test_answers_have_a_place_of_their_own_for_more():
    first, second = Answers(), Answers()
    first.more["seen"] = "no"
    assert second.more == {}
