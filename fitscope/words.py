"""The sentence for each verdict, finding and advice, from its code and numbers; one template a code."""

from __future__ import annotations

from collections.abc import Mapping
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
    "another_seed_may_differ": "This is one training; with another seed the best epoch may lie several epochs away.",
}
MINIMUM = {False: "the minimum was not reached", True: "it hardly falls any more, and a longer training might still bring a little"}
ADVICE = {
    "hold_out": "Hold out validation data (Keras: fit(..., validation_split=0.2)) and train again.",
    "lower_learning_rate": "Lower the learning rate (fitscope analyze: --learning-rate); a tenth of it is a good next try.",
    "another_learning_rate": "Try a learning rate ten times higher, then one ten times lower (fitscope analyze: --learning-rate).",
    "check_data": "Check the data: inputs of a like size, no missing values, labels that belong to their samples.",
    "stop_at_best": "Stop at the best epoch, for example by EarlyStopping with restore_best_weights=True.",
    "regularize": "Then try a smaller network, dropout, L2 regularization or more training data.",
    "train_longer": "Train for more epochs (fitscope analyze: --max-epochs).",
    "more_capacity": "Try a larger network, or a higher learning rate.",
    "more_validation_data": "Hold out more validation data (fitscope analyze: --validation), to tell the epochs apart.",
    "choose_metric": "Decide whether right answers or honest probabilities matter, and pick the epoch by that.",
    "rebuild_model": "Build the network anew before each training: fit goes on from the weights that it finds.",
    "train_past_peak": "Don't stop at the first minimum: train past the peak, and pick the lower of the two.",
    "look_for_leak": "If the network has neither dropout nor augmentation, look for samples that are in both parts.",
    "clip_gradients": "Clip the gradients (optimizer's clipnorm=1.0) or lower the learning rate.",
    "repeat_with_seeds": "Train again with other seeds (fitscope analyze: --seed 1), to see how far the best epoch moves.",
}
SKIPPED = {
    "no_test_data": "There is no test data, so the refitted model was kept but not tested; give some to know how good it is.",
    "interrupted": "You stopped the training, so nothing was refitted and the test data was not read.",
    "no_epoch_worth_it": "No epoch is better than guessing, so nothing was refitted and the test data was not read.",
    "minimum_not_reached": "Refitting by updates was refused: the best epoch is the last one, so the minimum was not reached, "
    "and as many updates on more data would undertrain; raise --max-epochs, or refit by epochs.",
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
        return template.format(**{**numbers, "fall": -100 * float(numbers.get("trend") or 0)})
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
    return FINDINGS[code].format(**given) if code in FINDINGS else code


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


def label(code: str) -> str:
    """Return a verdict's or region's name for people."""
    return LABELS.get(code, code)


def refit_skipped(code: str) -> str:
    """Return why nothing was refitted."""
    return SKIPPED.get(code, code)
