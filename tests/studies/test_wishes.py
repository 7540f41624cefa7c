import dataclasses

import pytest

from fitscope.datasets.streams import Streams
from fitscope.errors import UsageError
from fitscope.studies.wishes import Wishes, jobs


@pytest.mark.parametrize(
    ("wishes", "says"),
    [
        ({"refit_by": "days"}, "--refit-by days"),
        ({"search": "grid"}, "--search grid"),
        ({"repeats": 0}, "--repeats 0"),
        ({"repeats": True}, "--repeats True"),
        ({"repeats": 2.0}, "--repeats 2.0"),
        ({"trials": 0}, "--trials 0"),
        ({"folds": 1}, "--folds 1"),
        ({"folds": 5, "repeats": 2}, "--folds and --repeats"),
        ({"folds": 5, "sizes": True}, "--folds and --sizes"),
        ({"folds": 5, "search": "random"}, "--folds and --search"),
        ({"folds": 5, "refit_by": "updates"}, "--refit-by updates"),
    ],
)
def test_wish_that_cannot_be_met_is_refused(wishes, says):
    with pytest.raises(UsageError, match=says):
        Wishes(**wishes)


def test_one_training_has_no_name(plan, data):
    assert [job.name for job in jobs(plan, Wishes(), data).all] == [""]


def test_jobs_are_named_by_what_they_answer(plan, data):
    found = jobs(plan, Wishes(repeats=2, remedies=True), data)
    assert [job.name for job in found.main] == ["seed 0", "seed 1"]
    assert [job.name for job in found.remedies["lower_learning_rate"]] == [
        "lower learning rate, seed 0", "lower learning rate, seed 1"]  # fmt: skip
    assert len(found.all) == 2 + 2 * 6


def test_one_training_beside_others_is_called_as_planned(plan, data):
    found = jobs(plan, Wishes(remedies=True, sizes=True), data)
    assert [job.name for job in found.main] == ["as planned"]
    assert len({job.name for job in found.all}) == len(found.all) == 1 + 6 + 10


@pytest.mark.parametrize(("wishes", "says"), [({"folds": 3}, "--folds"), ({"sizes": True}, "--sizes")])
def test_other_splits_of_streams_are_refused_before_anything_is_trained(plan, make_data, wishes, says):
    data = dataclasses.replace(make_data(), x_train=Streams(None, None, None, 160, 40))
    with pytest.raises(UsageError, match=f"{says} splits the training samples anew, and toy gives batches from tf.data"):
        jobs(plan, Wishes(**wishes), data)


def test_remedies_of_folds_have_the_same_folds(plan, data):
    found = jobs(plan, Wishes(folds=3, remedies=True), data)
    held = [[(job.plan.fold, job.plan.validation) for job in group] for group in (found.main, *found.remedies.values())]
    assert all(part == held[0] for part in held)


@pytest.mark.parametrize("given", [{"repeats": 10**23}, {"folds": 10**9}, {"trials": 10**6}])
def test_more_trainings_than_anyone_can_wait_for_are_refused(given):
    with pytest.raises(UsageError, match="10,000"):
        Wishes(**given)
