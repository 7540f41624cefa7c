import json
import unicodedata

import pytest

from fitscope.errors import ResultError, UsageError
from fitscope.plan import Plan, student_id, student_seed

# printf 2026-1234 | openssl dgst -sha256 -hmac autumn, and so on: the first eight hexadecimal digits
VECTORS = {("2026-1234", "autumn"): 3305192879, ("2026-1234", None): 3192909734, ("김민지-1", "가을"): 323984837}


def make(**changes):
    return Plan("digits", "ab12", None, "textbook").replace(**changes)


def test_json_and_back_gives_an_equal_plan():
    plan = make(num_words=1000, learning_rate=0.01, updates=5)
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


def test_key_is_the_same_for_equal_plans_and_another_for_others():
    assert make().key() == make().key()
    assert len({make(seed=seed).key() for seed in range(5)}) == 5


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"max_epochs": 0}, "--max-epochs 0"),
        ({"max_epochs": 2.5}, "--max-epochs 2.5"),
        ({"max_epochs": True}, "--max-epochs True"),
        ({"batch_size": -1}, "--batch-size -1"),
        ({"validation": -1}, "--validation -1"),
        ({"num_words": 3}, "--num-words 3"),
        ({"seed": -1}, "--seed -1"),
        ({"seed": 2**32}, "--seed 4294967296"),
        ({"updates": 0}, "--updates 0"),
        ({"optimizer": "rmspop"}, "rmspop"),
        ({"learning_rate": 0.0}, "--learning-rate 0.0"),
        ({"learning_rate": float("nan")}, "--learning-rate nan"),
        ({"learning_rate": float("inf")}, "--learning-rate inf"),
    ],
)
def test_impossible_number_is_refused_by_its_option(changes, says):
    with pytest.raises(UsageError, match=says):
        make(**changes)


def test_field_of_a_newer_fitscope_is_refused():
    with pytest.raises(ResultError, match="dropout"):
        Plan.from_json(make().to_json() | {"dropout": 0.5})


def test_missing_field_is_refused():
    with pytest.raises(ResultError, match="dataset"):
        Plan.from_json({"model": "textbook"})


@pytest.mark.parametrize("wrong", [{"model": 7}, {"options": [1]}, {"hyperparameters": "units"}, {"fold": {"a": 1}}])
def test_field_of_another_kind_is_refused(wrong):
    with pytest.raises(ResultError, match=r"must hold what plan\.json holds"):
        Plan.from_json(make().to_json() | wrong)


def test_student_seed_is_a_fixed_number_for_a_student_and_a_course():
    assert {vector: student_seed(*vector) for vector in VECTORS} == VECTORS


@pytest.mark.parametrize("same", ["  김민지-1 ", unicodedata.normalize("NFD", "김민지-1")])
def test_student_seed_does_not_depend_on_how_the_number_is_typed(same):
    assert student_seed(same, "가을") == student_seed("김민지-1", unicodedata.normalize("NFD", "가을"))


def test_student_seed_differs_between_students_and_courses():
    assert len({student_seed(f"2026-{i}", course) for i in range(50) for course in ("", "spring", "autumn")}) == 150


@pytest.mark.parametrize("id", ["", "  ", "x" * 101, "a\0b", "a\nb", "\ud800"])
def test_student_id_that_is_none_is_refused(id):
    with pytest.raises(UsageError, match="--student-id"):
        student_id(id)


def test_student_id_may_have_100_characters_and_leading_zeros():
    assert student_id("0" * 100) == "0" * 100


def test_plan_of_a_newer_fitscope_is_refused_in_a_short_sentence():
    with pytest.raises(ResultError, match="holds warmup, which this fitscope does not know"):
        Plan.from_json({"warmup": 3})
    with pytest.raises(ResultError) as refused:
        Plan.from_json({"a" * 5000: 3})
    assert len(str(refused.value)) < 200
