"""The sentence for each verdict, finding and advice, from its code and numbers; one template a code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

VERDICTS = {
    "overfitting": "Best after epoch {best}{plateau}; from epoch {after} on validation loss rises.",
    "underfitting": "Not trained out: validation loss still falls at the last epoch, {last}.",
    "good_fit": "Best after epoch {best}{plateau}; validation loss has levelled off and does not rise.",
    "not_learning": "Nothing was learnt: {why}.",
    "diverged": "The training diverged: {why}.",
    "inconclusive": "Best after epoch {best}{plateau}, but {why}.",
}
LABELS = {
    "overfitting": "overfitting",
    "underfitting": "underfitting",
    "good_fit": "good fit",
    "not_learning": "not learning",
    "diverged": "diverged",
    "inconclusive": "inconclusive",
}
REASONS = {
    "too_few_epochs": "{count} with a validation loss {are} too few to judge: train for more",
    "noise": "the noise is too large to tell a rise from a plateau: hold out more validation data, train for more epochs, "
    "or repeat with other seeds",
    "still_rising": "validation loss is rising at the end, though not by enough yet to call it overfitting: train for more epochs",
    "still_falling": "validation loss is falling again at the end: train for more epochs",
    "guessing": "validation accuracy never rose above the share of the largest class, {majority:.3f}",
    "flat": "no loss fell by more than its noise",
    "not_finite": "the loss was no longer a finite number at epoch {epoch}",
    "rises": "the training loss has risen since epoch {epoch} and ends above its first value",
}
EVIDENCE = {
    "overfitting": "The end lies {rise:.4g} above the lowest validation loss; from {rise_limit:.4g} on a rise counts, and noise "
    "alone explains up to {rise_by_chance:.4g}.",
    "steady": "The end lies {rise:.4g} above the lowest validation loss; from {rise_limit:.4g} on a rise counts. Noise alone "
    "explains up to {rise_by_chance:.4g}, but rises as steadily in {steadily:.1f} % of cases only.",
    "underfitting": "Over the last fifth of the epochs validation loss fell by {fall:.1f} %, more than its noise explains, to its "
    "lowest value.",
    "good_fit": "The end lies at most {rise_upper:.4g} above the lowest validation loss (95 % sure); from {rise_limit:.4g} on a "
    "rise would count.",
    "noise": "The end lies {rise:.4g} above the lowest validation loss; the true rise may reach {rise_upper:.4g} (95 % sure), "
    "from {rise_limit:.4g} on it would count, and noise alone explains up to {rise_by_chance:.4g}.",
    "still_rising": "The end lies {rise:.4g} above the lowest validation loss; from {rise_limit:.4g} on a rise counts.",
    "still_falling": "The end lies {rise:.4g} above the lowest validation loss; from {rise_limit:.4g} on a rise counts.",
    "flat": "The losses began at {first:.4g} and came no lower than {lowest:.4g}.",
}
FINDINGS = {
    "training_loss_alone": "Training loss went from {first:.4g} to {last:.4g} and {goes_on}; that says nothing of new data.",
    "training_diverged": "At epoch {epoch} the training went wrong; nothing that comes after can be used.",
    "nothing_learnt": "The network answers no better than it did before the training.",
    "validation_loss_rises": "From epoch {from_epoch} on validation loss rises, to {percent:.0f} % above its minimum.",
    "still_improving": "Training loss and validation loss were both still falling when the training ended.",
    "too_small": "Training loss has levelled off while it is still high: the network may be too small for the task.",
    "minimum_not_reached": "The lowest validation loss is the last one, at epoch {last_epoch}: {minimum}.",
    "too_little_validation_data": "{samples:,} validation samples cannot tell {epochs} of the epochs apart.",
    "accuracy_rises_with_loss": "Validation accuracy is highest at epoch {accuracy_epoch}, validation loss lowest at epoch "
    "{loss_epoch}: later answers are as often right, but wrong ones are given with more confidence.",
    "gap_widens_without_harm": "The gap between validation and training loss widens from {at_best:.3f} to {at_end:.3f}, "
    "but validation loss does not rise.",
    "training_accuracy_one": "From epoch {epoch} on the network answers every training sample right.",
    "epochs_wasted": "The last {epochs} epochs brought nothing: epoch {last_epoch} was as good.",
    "stuck_at_guessing": "The loss stays at {loss:.3f}, which is what guessing among {classes} classes costs, ln({classes}).",
    "warm_start": "The first epoch's loss, {loss:.3f}, lies far below what a fresh network costs, {guessing:.3f}, and no later "
    "epoch is better: this network was trained before.",
    "second_descent": "Validation loss rose after epoch {first}, to a peak at epoch {peak}, and fell again until epoch {second}: a "
    "second descent.",
    "validation_below_training": "Validation loss ({validation:.3f}) lies below training loss ({training:.3f}): dropout or "
    "augmentation that work during training alone may explain it, or samples that are in both parts.",
    "spikes": "{which} a loss far above those around.",
    "learning_rate_high": "Training and validation loss both go up and down, and rise in {rises} % of the last {epochs} epochs.",
    "stopped_early": "The training was stopped at epoch {epoch}, when a better epoch had become unlikely (chance {percent:.1f} %); "
    "whether the loss would have risen cannot be seen.",
    "another_seed_may_differ": "This is one training; with another seed the best epoch may lie several epochs away.",
}
MINIMUM = {False: "the minimum was not reached", True: "it hardly falls any more, and a longer training might still bring a little"}
ADVICE = {
    "hold_out": "Hold out validation data (Keras: fit(..., validation_split=0.2)) and train again.",
    "lower_learning_rate": "Lower the learning rate (fitscope analyze: --learning-rate); a tenth of it is a good next try.",
    "another_learning_rate": "Try a learning rate ten times higher, then one ten times lower (fitscope analyze: --learning-rate).",
    "check_data": "Check the data: inputs of a like size, no missing values, labels that belong to their samples.",
    "stop_at_best": "Stop at the best epoch, for example by EarlyStopping with restore_best_weights=True.",
    "regularize": "Then try a smaller network, dropout, L2 regularization or more training data (fitscope analyze: --remedies "
    "tries the first three, --sizes says what more data would bring).",
    "train_longer": "Train for more epochs (fitscope analyze: --max-epochs).",
    "more_capacity": "Try a larger network (fitscope analyze: --model large), or a higher learning rate.",
    "more_validation_data": "Hold out more validation data (fitscope analyze: --validation), to tell the epochs apart.",
    "choose_metric": "Decide whether right answers or honest probabilities matter, and pick the epoch by that.",
    "rebuild_model": "Build the network anew before each training: fit goes on from the weights that it finds.",
    "train_past_peak": "Don't stop at the first minimum: train past the peak, and pick the lower of the two.",
    "look_for_leak": "If the network has neither dropout nor augmentation, look for samples that are in both parts.",
    "clip_gradients": "Clip the gradients (optimizer's clipnorm=1.0) or lower the learning rate.",
    "repeat_with_seeds": "Train again with other seeds (fitscope analyze: --repeats 8), to see how far the best epoch moves.",
}
SKIPPED = {
    "no_test_data": "There is no test data, so the refitted model was kept but not tested; give some to know how good it is.",
    "interrupted": "You stopped the training, so nothing was refitted and the test data was not read.",
    "no_epoch_worth_it": "No epoch is better than guessing, so nothing was refitted and the test data was not read.",
    "minimum_not_reached": "Refitting by updates was refused: the best epoch is the last one, so the minimum was not reached, "
    "and as many updates on more data would undertrain; the test data was not read: raise --max-epochs, or refit by epochs.",
}

LEAKS: dict[str, str | tuple[str, str]] = {  # where samples are counted, for one and for several; CODE.KIND where there are kinds
    "same_samples": (
        "1 of the {samples:,} {later} samples ({share}) holds the same {what} as a {earlier} sample; it can make the {later} "
        "result look better than it is.",
        "{count:,} of the {samples:,} {later} samples ({share}) hold the same {what} as a {earlier} sample; they can make the "
        "{later} result look better than it is.",
    ),
    "repeated_samples": (
        "1 of the {samples:,} {part} samples ({share}) holds the same {what} as one before it; it weighs twice in the training.",
        "{count:,} of the {samples:,} {part} samples ({share}) hold the same {what} as one before them; they weigh more than once "
        "in the training.",
    ),
    "near_samples": (
        "1 of the {samples:,} {later} samples ({share}) holds nearly the same words as a {earlier} sample (Jaccard similarity of "
        "{jaccard:g} or more); it can make the {later} result look better than it is.",
        "{count:,} of the {samples:,} {later} samples ({share}) hold nearly the same words as a {earlier} sample "
        "(Jaccard similarity of {jaccard:g} or more), {equal} of them exactly the same; they can make the {later} result look "
        "better than it is.",
    ),
    "revealing_column.classes": "The column {column} gives the answer away: alone it tells {accuracy} of the samples right (each "
    "class counted alike; guessing gets {chance}); leave it out, unless it is known before the answer.",
    "revealing_column.label": "The column {column} gives label {label} away: alone it tells {accuracy} of the samples right (with "
    "and without it counted alike; guessing gets {chance}); leave it out, unless it is known before the answer.",
    "revealing_column.variance": "The column {column} gives the answer away: alone it explains {explained} of the target's "
    "variance; leave it out, unless it is known before the answer.",
    "revealing_column.rank": "The column {column} gives the answer away: alone it puts the samples in the target's order (rank "
    "correlation {correlation:.4f}); leave it out, unless it is known before the answer.",
    "follows_order.sorted_classes": "The samples are sorted by class: {class} is {first} of the first fifth and {rest} of the "
    "rest, so the first samples don't stand for the others; shuffle them before holding some out.",
    "follows_order.drift_classes": "The classes change along the data: {class} is {first} of the first fifth and {rest} of the "
    "rest, so the first samples don't stand for the others; shuffle them before holding some out, or hold out by time.",
    "follows_order.runs_classes": "Samples of a class stand together, in {runs:,} runs where chance gives {expected:,.0f}, so the "
    "first samples may not stand for the others; shuffle them before holding some out, or hold out by group or time.",
    "follows_order.sorted_numbers": "The samples are sorted by the target: its median is {first:.4g} in the first fifth and "
    "{rest:.4g} in the rest, so the first samples don't stand for the others; shuffle them before holding some out.",
    "follows_order.drift_numbers": "The target changes along the data: its median is {first:.4g} in the first fifth and "
    "{rest:.4g} in the rest, so the first samples don't stand for the others; shuffle them before holding some out, or hold out "
    "by time.",
    "follows_order.runs_numbers": "The target is alike from one sample to the next (rank correlation {neighbours:.2f}), so the "
    "first samples may not stand for the others; shuffle them before holding some out, or hold out by group or time.",
    "missing_classes.learn": (
        "No {part} sample is of class {names}; the network cannot learn it.",
        "No {part} sample is of the classes {names}; the network cannot learn them.",
    ),
    "missing_classes.judge": (
        "No {part} sample is of class {names}; the {part} result says nothing of it.",
        "No {part} sample is of the classes {names}; the {part} result says nothing of them.",
    ),
    "elsewhere": (" 1 sample of the other parts is.", " {number:,} samples of the other parts are."),
    "other_label": (
        " 1 has another label than its double, and no network can answer both right.",
        " {number:,} have other labels than their doubles, and no network can answer both right.",
    ),
    "blank": (" 1 is blank.", " {number:,} are blank."),
}
LEAK_WORDS = {"words": "set of words", "values": "values"}
LEAK_TAILS = ("elsewhere", "other_label", "blank")
NAMES_SHOWN = 5
REMEDIES = {  # a short name, and what it changes
    "smaller": ("smaller network", "fewer units a layer"),
    "larger": ("larger network", "more units a layer"),
    "l2": ("L2", "a penalty on large weights"),
    "dropout": ("dropout", "units left out at random while training"),
    "l2_dropout": ("L2 and dropout", "a penalty on large weights, and units left out at random while training"),
    "fewer_words": ("fewer words", "only the more frequent words as input"),
    "lower_learning_rate": ("lower learning rate", "smaller steps"),
}
SCALING = {
    "too_few_sizes": "Fewer than four sizes gave a loss, and a curve with three parameters needs at least four.",
    "does_not_fall": "The best validation loss did not fall with the number of training samples, so no curve is drawn: more data "
    "of this kind would hardly lower it.",
    "too_noisy": "The best validation losses scatter as much as they fall, so they carry no curve with three parameters; more "
    "trainings a size (fitscope analyze: --repeats) or more validation data would settle it.",
    "lack_of_fit": "The losses do not lie on one curve a + b n^-c: they miss it by more than the seeds' spread explains, so "
    "nothing is foretold from it.",
    "unbounded": "The losses fall, but they hold a curve of any steepness, so nothing is foretold from it; more sizes or more "
    "trainings a size (fitscope analyze: --repeats) would settle it.",
    "not_finite": "Some losses are no finite numbers, so no curve is drawn.",
}


def verdict(code: str, numbers: Mapping[str, Any]) -> str:
    """Return a verdict as one sentence.

    Args:
        code: the verdict's code.
        numbers: its evidence, with `best`, `first`, `last_member` and `last` epoch (None where unknown).

    Example:
        >>> verdict("overfitting", {"best": 4, "first": 3, "last_member": 5, "last": 20})
        'Best after epoch 4 (3 to 5 are as good); from epoch 6 on validation loss rises.'
    """
    best, last_member = numbers.get("best"), numbers.get("last_member")
    if best is None and code == "inconclusive":
        return "No epoch has a validation loss; hold out validation data, so that overfitting can be seen."
    after = None if last_member is None else last_member + 1
    why = _reason(numbers)
    return VERDICTS[code].format(best=best, plateau=_plateau(numbers), after=after, last=numbers.get("last"), why=why)


def _reason(numbers: Mapping[str, Any]) -> str:
    epochs = numbers.get("epochs")
    count = "1 epoch" if epochs == 1 else f"{epochs} epochs"
    template = REASONS.get(str(numbers.get("why") or numbers.get("reason")), "")
    return template.format(**{**numbers, "count": count, "are": "is" if epochs == 1 else "are"})


def _plateau(numbers: Mapping[str, Any]) -> str:
    first, last = numbers.get("first"), numbers.get("last_member")
    if first is None or first == last:
        return ""
    return f" ({first} to {last} are as good)"


def evidence(code: str, numbers: Mapping[str, Any]) -> str:
    """Return the numbers that a verdict rests on as a sentence; empty where the verdict's own says them.

    Example:
        >>> evidence("good_fit", {"rise_upper": 0.012, "rise_limit": 0.02})
        'The end lies at most 0.012 above the lowest validation loss (95 % sure); from 0.02 on a rise would count.'
    """
    template = EVIDENCE.get(str(numbers.get("why") or numbers.get("reason") or code), "")
    try:
        least = {"rise_upper": max(0.0, float(numbers["rise_upper"]))} if numbers.get("rise_upper") is not None else {}
        percent = {"fall": -100 * float(numbers.get("trend") or 0), "steadily": 100 * float(numbers.get("steady") or 0)}
        return template.format(**_readable({**numbers, **percent, **least}))
    except (KeyError, TypeError, ValueError):  # a result may come from elsewhere, with other numbers
        return ""


def finding(code: str, numbers: Mapping[str, Any]) -> str:
    """Return a finding as one sentence.

    Example:
        >>> finding("minimum_not_reached", {"last_epoch": 20})
        'The lowest validation loss is the last one, at epoch 20: the minimum was not reached.'
    """
    goes_on = "still falls" if numbers.get("falls") else "has levelled off"
    given = {**numbers, "which": _which(numbers), "minimum": MINIMUM[bool(numbers.get("levelled"))], "goes_on": goes_on}
    return FINDINGS[code].format(**_readable(given)) if code in FINDINGS else code


class _Real(float):
    """A number that sentences show with its thousands set apart, never with an exponent."""

    def __format__(self, spec: str) -> str:
        if 1000 <= abs(self) < 1e12 and spec in (".4g", ".3f"):
            return format(float(self), ",.1f" if abs(self) < 1e5 else ",.0f")
        return super().__format__(spec)


def _readable(numbers: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _Real(value) if isinstance(value, float) else value for name, value in numbers.items()}


def _which(numbers: Mapping[str, Any]) -> str:
    count, epoch = numbers.get("count"), numbers.get("epoch")
    return f"Epoch {epoch} has" if count == 1 else f"{count} epochs, the first of them {epoch}, have"


def check(code: str) -> str:
    """Return what a check looks for, in a few words.

    Example:
        >>> check("second_descent")
        'second descent'
    """
    return code.replace("_", " ")


def advice(code: str) -> str:
    """Return an advice as a sentence that says what to do."""
    return ADVICE.get(code, code)


def leak(code: str, numbers: Mapping[str, Any]) -> str:
    """Return what is wrong with the data as a sentence or two.

    Example:
        >>> leak("missing_classes", {"part": "test", "classes": ["tin", "hog"], "count": 2, "elsewhere": 1})
        'No test sample is of the classes tin and hog; the test result says nothing of them. 1 sample of the other parts is.'
    """
    key = f"{code}.{_leak_kind(code, numbers)}"
    try:
        text = _one_or_many(key if key in LEAKS else code, numbers.get("count"), _leak_words(numbers))
        tails = [_one_or_many(tail, numbers[tail], {"number": numbers[tail]}) for tail in LEAK_TAILS if numbers.get(tail)]
        return text + "".join(tails)
    except (KeyError, TypeError, ValueError):  # a result may come from elsewhere, with other numbers
        return code


def _leak_kind(code: str, numbers: Mapping[str, Any]) -> str:
    if code == "missing_classes":
        return "learn" if numbers.get("part") == "training" else "judge"
    if code == "revealing_column" and numbers.get("label") is not None:
        return "label"
    return "_".join(str(numbers[name]) for name in ("how", "kind") if name in numbers)


def _one_or_many(key: str, count: Any, given: Mapping[str, Any]) -> str:
    forms = LEAKS[key]
    template = forms if isinstance(forms, str) else forms[count != 1]
    return template.format(**given)


def _leak_words(numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the numbers as a sentence shows them: shares in per cent, classes as a list."""
    given = dict(numbers)
    for name in ("share", "accuracy", "chance", "explained"):
        if name in given:
            given[name] = percent(given[name])
    if numbers.get("kind") == "classes":
        given |= {name: percent(numbers[name]) for name in ("first", "rest")}
    return given | {"what": LEAK_WORDS.get(numbers.get("what", ""), ""), "names": _names(numbers.get("classes", ()))}


def percent(share: float) -> str:
    """Return a share in per cent: 0 and 100 only where it is truly so.

    Example:
        >>> percent(0.0054), percent(0.00001), percent(0.99999), percent(0.25), percent(1)
        ('0.5 %', 'under 0.1 %', 'over 99.9 %', '25 %', '100 %')
    """
    if 0 < share < 0.001:
        return "under 0.1 %"
    if 0.999 < share < 1:
        return "over 99.9 %"
    return f"{100 * share:.1f}".removesuffix(".0") + " %"


def _names(classes: Sequence[str]) -> str:
    shown, more = list(classes[:NAMES_SHOWN]), len(classes) - NAMES_SHOWN
    if more > 0:
        shown.append(f"{more} more")
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def label(code: str) -> str:
    """Return a verdict's or region's name for people."""
    return LABELS.get(code, code)


def refit_skipped(code: str) -> str:
    """Return why nothing was refitted."""
    return SKIPPED.get(code, code)


def remedy(code: str, changes: Mapping[str, Any]) -> str:
    """Return a remedy's short name, with its strength where that is one number.

    Example:
        >>> remedy("dropout", {"dropout": 0.5}), remedy("lower_learning_rate", {"learning_rate": 0.0001}), remedy("salt", {})
        ('dropout 0.5', 'lower learning rate', 'salt')
    """
    strength = changes.get(code)
    name = REMEDIES.get(code, (code.replace("_", " "), ""))[0]
    return name if strength is None or len(changes) != 1 else f"{name} {strength:g}" if _is_real(strength) else f"{name} {strength}"


def ranking(remedies: Sequence[tuple[str, str, int]], *, one_seed: bool) -> str:
    """Return the sentence that ranks remedies.

    Args:
        remedies: name, gain as a text, and 1 where it clearly lowers the best validation loss, -1 where it clearly raises it, else
            0; the largest gain first.
        one_seed: whether one training stands on each side; then the sentence speaks of this run alone.

    Example:
        >>> ranking([("dropout 0.5", "0.011 ± 0.004", 1), ("L2", "0.001 ± 0.003", 0)], one_seed=True)
        'In this run dropout 0.5 lowers the best validation loss by 0.011 ± 0.004; L2: no difference beyond chance.'
    """
    parts = []
    for sign, verb in ((1, "lowers"), (-1, "raises")):
        named = [f"{name} {'' if i else f'{verb} the best validation loss '}by {gain}"
                 for i, (name, gain) in enumerate((name, gain) for name, gain, way in remedies if way == sign)]  # fmt: skip
        parts += [", ".join(named)] if named else []
    equal = [name for name, _, way in remedies if way == 0]
    if len(equal) == len(remedies):
        parts = ["no remedy changes the best validation loss by more than chance explains"]
    elif equal:
        parts.append(f"{', '.join(equal)}: no difference beyond chance")
    text = ("In this run " if one_seed else "") + "; ".join(parts) + "."
    return text[0].upper() + text[1:]


def scaling(reason: str) -> str:
    """Return why the trainings of several sizes carry no curve."""
    return SCALING.get(reason, f"No curve is drawn: {reason.replace('_', ' ')}.")


def _is_real(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
