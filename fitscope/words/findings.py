"""The sentences for findings and for what to do about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fitscope.language import N_, _
from fitscope.words.figures import readable, unknown

FINDINGS = {
    "training_loss_alone": N_(
        "Training loss went from {first:.4g} to {last:.4g} and has levelled off; that says nothing of new data."
    ),
    "training_diverged": N_("At epoch {epoch} the training went wrong; nothing that comes after can be used."),
    "nothing_learnt": N_("The network answers no better than it did before the training."),
    "validation_loss_rises": N_("From epoch {from_epoch} on validation loss rises, to {percent:.0f} % above its minimum."),
    "still_improving": N_("Training loss and validation loss were both still falling when the training ended."),
    "too_small": N_("Training loss has levelled off while it is still high: the network may be too small for the task."),
    "minimum_not_reached": N_("The lowest validation loss is the last one, at epoch {last_epoch}: the minimum was not reached."),
    "rise_hidden": N_("Noise hides whether validation loss rises at the end."),
    "not_settled": N_("The training ended before validation loss had settled."),
    "too_little_validation_data": N_(
        "{samples:,} validation samples leave open which of the epochs {first} to {last} is the best."
    ),
    "accuracy_rises_with_loss": N_(
        "Validation accuracy is highest at epoch {accuracy_epoch}, validation loss lowest at epoch "
        "{loss_epoch}: later answers are as often right, but wrong ones are given with more confidence."
    ),
    "gap_widens_without_harm": N_(
        "The gap between validation and training loss widens from {at_best:.3f} to {at_end:.3f}, but validation loss does not rise."
    ),
    "training_accuracy_one": N_("From epoch {epoch} on the network answers every training sample right."),
    "epochs_wasted": N_("The last {epochs} epochs brought nothing: epoch {last_epoch} was as good."),
    "stuck_at_guessing": N_("The loss stays at {loss:.3f}, which is what guessing among {classes} classes costs, ln({classes})."),
    "warm_start": N_(
        "The first epoch's loss, {loss:.3f}, lies far below what a fresh network costs, {guessing:.3f}, and no later "
        "epoch is better: this network was trained before."
    ),
    "second_descent": N_(
        "Validation loss rose after epoch {first}, to a peak at epoch {peak}, and fell again until epoch {second}: a "
        "second descent."
    ),
    "validation_below_training": N_(
        "Validation loss ({validation:.3f}) lies below training loss ({training:.3f}): dropout or "
        "augmentation that work during training alone may explain it, or samples that are in both parts."
    ),
    "spikes": N_("{count} epochs, the first of them {epoch}, have a loss far above those around."),
    "learning_rate_high": N_(
        "Training and validation loss both go up and down, and rise in {rises} % of the last {epochs} epochs."
    ),
    "stopped_early": N_(
        "The training was stopped at epoch {epoch}, when a better epoch had become unlikely (chance {percent:.1f} %); "
        "whether the loss would have risen cannot be seen."
    ),
    "another_seed_may_differ": N_("This is one training; with another seed the best epoch may lie several epochs away."),
}
# Where a finding has two cases: the other one's sentence.
FALLS_ON = N_("Training loss went from {first:.4g} to {last:.4g} and still falls; that says nothing of new data.")
LEVELLED = N_(
    "The lowest validation loss is the last one, at epoch {last_epoch}: it hardly falls any more, and a longer training might "
    "still bring a little."
)
ONE_SPIKE = N_("Epoch {epoch} has a loss far above those around.")
CHECKS = {  # what each finding is called
    "training_loss_alone": N_("training loss alone"),
    "training_diverged": N_("training diverged"),
    "nothing_learnt": N_("nothing learnt"),
    "stuck_at_guessing": N_("stuck at guessing"),
    "warm_start": N_("warm start"),
    "validation_loss_rises": N_("validation loss rises"),
    "still_improving": N_("still improving"),
    "too_small": N_("too small"),
    "minimum_not_reached": N_("minimum not reached"),
    "rise_hidden": N_("rise hidden by noise"),
    "not_settled": N_("validation loss not settled"),
    "too_little_validation_data": N_("too little validation data"),
    "second_descent": N_("second descent"),
    "validation_below_training": N_("validation below training"),
    "learning_rate_high": N_("learning rate high"),
    "spikes": N_("spikes"),
    "accuracy_rises_with_loss": N_("accuracy rises with loss"),
    "gap_widens_without_harm": N_("gap widens without harm"),
    "training_accuracy_one": N_("training accuracy one"),
    "epochs_wasted": N_("epochs wasted"),
    "stopped_early": N_("stopped early"),
    "another_seed_may_differ": N_("another seed may differ"),
}
SEVERITIES = {"serious": N_("serious"), "warning": N_("warning"), "info": N_("info")}
ADVICE = {
    "hold_out": N_("Hold out validation data (Keras: fit(..., validation_split=0.2)) and train again."),
    "lower_learning_rate": N_("Lower the learning rate (fitscope analyze: --learning-rate); a tenth of it is a good next try."),
    "another_learning_rate": N_(
        "Try a learning rate ten times higher, then one ten times lower (fitscope analyze: --learning-rate)."
    ),
    "check_data": N_("Check the data: inputs of a like size, no missing values, labels that belong to their samples."),
    "stop_at_best": N_("Stop at the best epoch, for example by EarlyStopping with restore_best_weights=True."),
    "regularize": N_(
        "Then try a smaller network, dropout, L2 regularization or more training data (fitscope analyze: --remedies "
        "tries the first three, --sizes says what more data would bring)."
    ),
    "train_longer": N_("Train for more epochs (fitscope analyze: --max-epochs)."),
    "more_capacity": N_("Try a larger network (fitscope analyze: --model large), or a higher learning rate."),
    "more_validation_data": N_("Hold out more validation data (fitscope analyze: --validation), to tell the epochs apart."),
    "choose_metric": N_("Decide whether right answers or honest probabilities matter, and pick the epoch by that."),
    "rebuild_model": N_("Build the network anew before each training: fit goes on from the weights that it finds."),
    "train_past_peak": N_("Don't stop at the first minimum: train past the peak, and pick the lower of the two."),
    "look_for_leak": N_("If the network has neither dropout nor augmentation, look for samples that are in both parts."),
    "clip_gradients": N_("Clip the gradients (optimizer's clipnorm=1.0) or lower the learning rate."),
    "repeat_with_seeds": N_("Train again with other seeds (fitscope analyze: --repeats 8), to see how far the best epoch moves."),
}
SKIPPED = {
    "no_test_data": N_("There is no test data, so the refitted model was kept but not tested; give some to know how good it is."),
    "interrupted": N_("You stopped the training, so nothing was refitted and the test data was not read."),
    "interrupted_later": N_(
        "The curves shown are whole, but you stopped before the refit was done, so there is no refitted model and the test data "
        "was not read."
    ),
    "no_epoch_worth_it": N_("No epoch is better than guessing, so nothing was refitted and the test data was not read."),
    "minimum_not_reached": N_(
        "Refitting by updates was refused: the best epoch is the last one, so the minimum was not reached, "
        "and as many updates on more data would undertrain; the test data was not read: raise --max-epochs, or refit by epochs."
    ),
}


def finding(code: str, numbers: Mapping[str, Any]) -> str:
    """Return a finding as one sentence.

    Example:
        >>> finding("minimum_not_reached", {"last_epoch": 20})
        'The lowest validation loss is the last one, at epoch 20: the minimum was not reached.'
    """
    try:
        return _(_template(code, numbers)).format(**readable(numbers)) if code in FINDINGS else unknown(code)
    except (KeyError, TypeError, ValueError):  # a result may come from elsewhere, with other numbers
        return unknown(code)


def _template(code: str, numbers: Mapping[str, Any]) -> str:
    if code == "training_loss_alone" and numbers.get("falls"):
        return FALLS_ON
    if code == "minimum_not_reached" and numbers.get("levelled"):
        return LEVELLED
    return ONE_SPIKE if code == "spikes" and numbers.get("count") == 1 else FINDINGS[code]


def check(code: str) -> str:
    """Return what a check looks for, in a few words.

    Example:
        >>> check("second_descent")
        'second descent'
    """
    return _(CHECKS[code]) if code in CHECKS else unknown(code).replace("_", " ")


def advice(code: str) -> str:
    """Return an advice as a sentence that says what to do."""
    return _(ADVICE[code]) if code in ADVICE else unknown(code)


def refit_skipped(code: str, whole: bool = False) -> str:
    """Return why nothing was refitted; `whole` where the curves were trained to their end all the same."""
    code = "interrupted_later" if code == "interrupted" and whole else code
    return _(SKIPPED[code]) if code in SKIPPED else unknown(code)


def severity(code: str) -> str:
    """Return how much a finding matters, in a word."""
    return _(SEVERITIES[code]) if code in SEVERITIES else unknown(code)
