"""Numbers that no training gives: each check says what is impossible in what was handed in, or nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from fitscope import datasets, version
from fitscope.grading.recomputed import same, several
from fitscope.grading.records import Flag
from fitscope.language import N_
from fitscope.result import Result, Score

STEP_SECONDS = 2e-5  # no machine takes a step of an optimizer in less
SPREAD = 100.0  # times the mean: no validation loss is spread so widely over its samples
_FLOAT32 = 2e-7  # of a share: what single precision rounds off
_ROUNDED = 1e-6  # of a loss that is 0
MOST = 6  # that a message names
_CLASSES = ("binary", "multiclass")


def impossible(result: Result) -> Flag | None:
    """Look for numbers that contradict each other, or that no data and no machine can give.

    Args:
        result: of a report; a log holds nothing that could be contradicted.

    Returns:
        The flag with all that was found, None where nothing was.
    """
    found = [sentence for check in CHECKS for sentence in check(result)]
    if not found:
        return None
    told = "; ".join(found[:MOST])
    text = N_("Some numbers cannot be: {retold_what}. Differs, ask.")
    return Flag("impossible_number", text.format(retold_what=told), {"what": found})


def _shares(result: Result) -> Iterator[str]:
    """Every accuracy of one training is a whole number of samples over their number."""
    data = result.dataset
    if data is None or data.task not in _CLASSES or not _counted(result) or several(result):
        return
    training = data.train if result.plan is None or result.plan.samples is None else result.plan.samples
    for name, samples in (("accuracy", training), ("val_accuracy", data.validation)):
        for epoch, share in zip(result.history.epochs, result.history.curve(name)):
            if not math.isnan(share) and not is_share(float(share), samples):
                text = N_("{name} of epoch {epoch} is {share}, which no number of {samples} samples gives")
                yield text.format(name=name, epoch=epoch, share=repr(float(share)), samples=samples)
                break


def _counted(result: Result) -> bool:
    """Tell whether accuracies are counts of samples: where fitscope's own steps trained, or its own network on its own data."""
    plan = result.plan
    own = plan is not None and datasets.is_known(plan.dataset) and not datasets.own.is_own(plan.model)
    return own or (result.model is not None and result.model.path in ("sparse", "dense"))


def is_share(share: float, samples: int) -> bool:
    """Tell whether a number is some count of samples over their number, as it was written down.

    Example:
        >>> is_share(0.8812, 10_000), is_share(0.88123, 10_000), is_share(float(np.float32(1 / 3)), 300), is_share(1.01, 100)
        (True, False, True, False)
    """
    count = share * samples
    return samples > 0 and -0.5 < count < samples + 0.5 and abs(count - round(count)) <= max(1e-6, _FLOAT32 * samples)


def _tests(result: Result) -> Iterator[str]:
    """A test result goes with its interval, its samples, and the least loss that so many wrong answers cost."""
    for model, name in ((result.holdout, N_("held-out")), (result.refit, N_("refitted"))):
        if model is not None:
            yield from _test(result, model.test, name)


def _test(result: Result, test: Score, name: str) -> Iterator[str]:
    data = result.dataset
    if data is not None and test.samples != data.test:
        text = N_("the {told_name} model was tested on {samples} samples, and the data has {expected}")
        yield text.format(told_name=name, samples=test.samples, expected=data.test)
    low, high = test.loss_interval
    if low > test.loss or high < test.loss:
        yield N_("the {told_name} test loss {loss:.4g} lies outside its own interval").format(told_name=name, loss=test.loss)
    if test.accuracy is None or data is None or data.task not in _CLASSES:
        return
    if not is_share(test.accuracy, test.samples):
        text = N_("the {told_name} test accuracy {share} is no number of {samples} samples")
        yield text.format(told_name=name, share=repr(test.accuracy), samples=test.samples)
    elif test.accuracy_interval is None or not _has_its_interval(result, test):
        yield N_("the {told_name} test accuracy {share} does not go with its interval").format(
            told_name=name, share=repr(test.accuracy)
        )
    least = (1 - test.accuracy) * math.log(2)
    if _is_fitscopes_network(result) and test.loss < least * (1 - 1e-6):
        text = N_("the {told_name} test loss {loss:.4g} is lower than {least:.4g}, the least that its wrong answers cost")
        yield text.format(told_name=name, loss=test.loss, least=least)


def _costs(result: Result) -> Iterator[str]:
    """A loss of fitscope's own network is never below 0, and where all answers are right it is what a guess costs at most."""
    if not _is_fitscopes_network(result):
        return
    for name in ("loss", "val_loss"):
        if np.nanmin(result.history.curve(name), initial=0) < -_ROUNDED:
            yield N_("{name} lies below 0").format(name=name)
    data = result.dataset
    for model, said in ((result.holdout, N_("held-out")), (result.refit, N_("refitted"))):
        if model is None or data is None:
            continue
        test, most = model.test, math.log(max(2, len(data.classes or ()))) if data.task in _CLASSES and data.classes else math.inf
        if test.loss < -_ROUNDED or (test.loss_interval[0] < -_ROUNDED and result.fitscope == version()):
            yield N_("the {told_name} test loss, or its interval, lies below 0").format(told_name=said)
        if test.accuracy == 1 and test.loss > most * (1 + 1e-6):
            text = N_("the {told_name} test loss {loss:.4g} is higher than {most:.4g}, the most that right answers alone cost")
            yield text.format(told_name=said, loss=test.loss, most=most)


def _reads(result: Result) -> Iterator[str]:
    """What was tested was read; a model that diverged at once may have been tested without a result."""
    tested = result.holdout is not None or result.refit is not None
    if result.test_reads < 0 or (tested and result.test_reads == 0):
        yield N_("the test data is said to be read {count} times").format(count=result.test_reads)


def _is_fitscopes_network(result: Result) -> bool:
    """Tell whether fitscope built the network: a wrong answer costs it ln 2 at least, and each layer reads the one before."""
    return result.plan is not None and not datasets.own.is_own(result.plan.model)


def _has_its_interval(result: Result, test: Score) -> bool:
    from fitscope.training.scores import wilson

    plan = result.plan
    if plan is not None and (plan.options.get("group") is not None or datasets.own.is_own(plan.dataset)):
        return True  # a person's own function may give groups, too, and of groups the interval is wider
    assert test.accuracy is not None and test.accuracy_interval is not None
    return same(wilson(round(test.accuracy * test.samples), test.samples), test.accuracy_interval)


def _gain(result: Result) -> Iterator[str]:
    """What the refit brought is the difference of the two test results; of repeats and folds it is another pair's."""
    if result.refit is None or result.holdout is None or several(result):
        return
    before, after, gain = result.holdout.test, result.refit.test, result.refit.gain
    if not _near(gain.loss, before.loss - after.loss):
        yield N_("the refit's gain of {gain:.4g} in loss is not the difference of the two test losses").format(gain=gain.loss)
    if before.accuracy is None or after.accuracy is None:
        return
    if gain.accuracy is None:
        yield N_("the refit's gain in accuracy is missing, though both test accuracies are there")
    elif not _near(gain.accuracy, after.accuracy - before.accuracy):
        text = N_("the refit's gain of {gain:.4g} in accuracy is not the difference of the two test accuracies")
        yield text.format(gain=gain.accuracy)


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-6 * max(1.0, abs(one), abs(other))


def _lengths(result: Result) -> Iterator[str]:
    plan, epochs = result.plan, len(result.history)
    if plan is not None and epochs > plan.max_epochs:
        yield N_("there are {epochs} epochs, and the plan has {most}").format(epochs=epochs, most=plan.max_epochs)


def _parameters(result: Result) -> Iterator[str]:
    """A network has the parameters of its layers, and a dense layer those of its inputs and units."""
    model = result.model
    if model is not None and min(model.parameters, *(layer.parameters for layer in model.layers), 0) < 0:
        yield N_("the network has less than no parameters")
    if model is None or not _is_fitscopes_network(result):
        return
    if not model.layers:
        yield N_("the network has no layer")
    in_all = sum(layer.parameters for layer in model.layers)
    if model.layers and in_all != model.parameters:
        yield N_("the network has {said} parameters, and its layers have {sum}").format(said=model.parameters, sum=in_all)
    for before, layer in zip(model.layers, model.layers[1:]):
        units, inputs = layer.output_shape[-1:], before.output_shape[-1:]
        known = layer.type == before.type == "Dense" and all(isinstance(n, int) for n in (*units, *inputs)) and units and inputs
        if known and layer.parameters not in (units[0] * inputs[0], units[0] * (inputs[0] + 1)):  # type: ignore[operator]
            text = N_("layer {name} has {parameters} parameters, and {units} units with {inputs} inputs have others")
            yield text.format(name=layer.name[:40], parameters=layer.parameters, units=units[0], inputs=inputs[0])


def _sizes(result: Result) -> Iterator[str]:
    """The parts of the data are as large as plan, curves and data set say."""
    plan, data = result.plan, result.dataset
    if plan is None or data is None:
        return
    folds = bool(result.studies.folds)
    if not folds and data.validation != plan.validation:
        text = N_("the validation samples are reported to be {samples}, and the plan holds out {planned}")
        yield text.format(samples=data.validation, planned=plan.validation)
    sure = result.diagnosis.uncertainty
    if sure is not None and sure.basis == "samples" and not folds and sure.samples not in (None, data.validation):
        text = N_("the plateau rests on {samples} samples, and {validation} were held out")
        yield text.format(samples=sure.samples, validation=data.validation)
    known = datasets.DATASETS.get(plan.dataset)
    if known is not None and not plan.options and (data.train + data.validation, data.test) != (known.train, known.test):
        text = N_("{name} is said to have {train} training and {test} test samples")
        yield text.format(name=known.name, train=data.train + data.validation, test=data.test)


def _same_data(result: Result) -> Iterator[str]:
    """The data that is described is what was planned."""
    plan, data = result.plan, result.dataset
    if plan is None or data is None:
        return
    if data.name != plan.dataset and (datasets.is_known(data.name) or datasets.is_known(plan.dataset)):
        text = N_("the data is said to be {name}, and the plan is for {planned}")
        yield text.format(name=data.name[:40], planned=plan.dataset[:40])
    if data.sha256 and plan.data_sha256 and data.sha256 != plan.data_sha256:
        text = N_("the data's SHA-256 is said to be {found}, and the plan's is {planned}")
        yield text.format(found=data.sha256[:12], planned=plan.data_sha256[:12])


def _same_task(result: Result) -> Iterator[str]:
    """What fitscope's own data asks for is known; a person's own may lie in a folder of that name."""
    plan, data = result.plan, result.dataset
    known = None if plan is None else datasets.DATASETS.get(plan.dataset)
    if known is None or data is None or data.name != known.name or data.source in datasets.places.YOURS.values():
        return
    count = len(known.classes)
    task = "regression" if not count else "binary" if count == 2 else "multiclass"
    if data.task != task:
        yield N_("the task of {name} is said to be {task}, and it is {expected}").format(
            name=known.name, task=data.task[:40], expected=task
        )
    elif count and data.classes is not None and len(data.classes) != count:
        text = N_("{name} is said to have {count} classes, and it has {expected}")
        yield text.format(name=known.name, count=len(data.classes), expected=count)


def _spread(result: Result) -> Iterator[str]:
    """The samples' losses are not spread so widely that every epoch is as good as the best."""
    sure = result.diagnosis.uncertainty
    if sure is None or sure.covariance is None or sure.samples is None or sure.basis != "samples":
        return
    ends = np.cumsum(np.arange(1, len(result.history) + 1)) - 1
    if len(sure.covariance) <= ends[-1]:
        return
    spread = np.sqrt(np.maximum(np.array(sure.covariance)[ends], 0) * (sure.groups or sure.samples))
    if np.nanmax(spread, initial=0) > SPREAD * np.nanmax(np.abs(result.history.val_loss), initial=1e-9):
        yield N_("the validation samples' losses are said to be spread by {spread:.3g}").format(spread=float(np.nanmax(spread)))


def _mistakes(result: Result) -> Iterator[str]:
    """The right answers that the confusion counts are those of the validation accuracy at the best epoch."""
    wrong = result.mistakes
    if wrong is None or wrong.confusion is None or wrong.basis != "hold_out" or wrong.epoch not in result.history.epochs:
        return
    accuracy = float(result.history.curve("val_accuracy")[result.history.epochs.index(wrong.epoch)])
    right = sum(wrong.confusion.right) / max(1, wrong.samples)
    if not math.isnan(accuracy) and abs(right - accuracy) > 1e-6:
        text = N_("val_accuracy of epoch {epoch} is {accuracy:.5g}, and {right:.5g} of the samples were answered rightly")
        yield text.format(epoch=wrong.epoch, accuracy=accuracy, right=right)


def _memory(result: Result) -> Iterator[str]:
    if result.peak_mb is not None and result.peak_mb < 0:
        yield N_("the work took less than no memory")


def _seconds(result: Result) -> Iterator[str]:
    """Training and refit together take some time; one of them alone may have been kept from a run that was stopped."""
    plan, data = result.plan, result.dataset
    if any(seconds < 0 for seconds in result.seconds.values()):
        yield N_("a part of the work took less than no time")
    if plan is None or data is None or not {"train", "refit"} <= set(result.seconds):
        return
    steps = len(result.history) * -(-max(data.train, 1) // plan.batch_size)
    least = STEP_SECONDS * steps
    if steps > 100 and max(result.seconds["train"], result.seconds["refit"]) < least / 100:
        took = result.seconds["train"]
        yield N_("{steps} steps of training took {seconds:.3g} seconds, which no machine does").format(steps=steps, seconds=took)


CHECKS: tuple[Callable[[Result], Iterator[str]], ...] = (
    _shares,
    _tests,
    _costs,
    _reads,
    _gain,
    _lengths,
    _parameters,
    _sizes,
    _same_data,
    _same_task,
    _spread,
    _mistakes,
    _seconds,
    _memory,
)
