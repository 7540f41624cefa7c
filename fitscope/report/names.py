"""What settings, limits, examples and parts of the work are called."""

from __future__ import annotations

from fitscope.language import N_, _

SETTINGS = (
    N_("dataset"),
    N_("data sha256"),
    N_("num words"),
    N_("model"),
    N_("optimizer"),
    N_("learning rate"),
    N_("batch size"),
    N_("max epochs"),
    N_("validation"),
    N_("seed"),
    N_("seed from"),
    N_("updates"),
    N_("options"),
    N_("model sha256"),
    N_("hyperparameters"),
    N_("fold"),
    N_("folds"),
    N_("repeats"),
    N_("samples"),
    N_("class weight"),
    N_("target"),
    N_("group"),
    N_("time"),
    N_("task"),
    N_("test"),
    N_("training"),
    N_("label"),
    N_("labels"),
    N_("units"),
    N_("layers"),
    N_("dropout"),
    N_("filters"),
)
LIMITS = {
    "plateau_errors": N_("standard errors that an epoch of the plateau may lie above the best"),
    "log_noise": N_("factor on a log's noise without a training loss"),
    "log_share": N_("share of a log's noise that counts beside a training loss"),
    "log_travel": N_("standard error between epochs whose training losses differ by a factor of e, of the lowest loss"),
    "more_than_noise": N_("factor on the noise above which residuals hold more than noise"),
    "told_epochs": N_("fewest settled epochs that tell correlated noise from a bend"),
    "few_epochs": N_("epochs below which three are smoothed together, else five"),
    "rise": N_("rise that counts, of the lowest validation loss"),
    "trend": N_("trend over the last fifth that counts, of the level"),
    "by_size": N_("share of cases in which noise stays below a rise that counts"),
    "steady": N_("share of cases in which noise rises as steadily as a rise that counts"),
    "fall": N_("fall that counts as learning, of the first loss"),
    "fall_noise": N_("fall that counts as learning, in standard deviations of the noise"),
    "diverged_ratio": N_("factor on its minimum at which a training loss has diverged"),
    "fewest_epochs": N_("fewest epochs that are judged"),
    "one_sided": N_("standard errors of a one-sided 95 % limit"),
    "resamples": N_("draws of every bootstrap"),
    "stuck": N_("distance to the loss of guessing that is guessing, of that loss"),
    "warm_start": N_("first training loss of a network that is not fresh, of the loss of guessing"),
    "descent_epochs": N_("fewest epochs in which a second descent is looked for"),
    "spike_epochs": N_("fewest epochs in which spikes are looked for"),
    "spike": N_("height of a spike above its neighbours, of their median"),
    "spike_noise": N_("height of a spike, in deviations of the noise"),
    "restless": N_("share of the epochs in which an unsettled training loss rises"),
    "covariance_epochs": N_("most epochs whose covariance is kept"),
}
PARTS = (N_("import"), N_("data"), N_("leaks"), N_("search"), N_("train"), N_("diagnosis"), N_("refit"), N_("test"),
         N_("mistakes"))  # fmt: skip
# Settings that a plan may leave open, and what decides then.
OPEN = {"optimizer": N_("as the function compiled it"), "learning_rate": N_("the optimizer's own")}


def spaced(name: str) -> str:
    """Return the name of a setting or a part of the work for people; one that nobody knows gets its spaces.

    Example:
        >>> spaced("learning_rate"), spaced("my_own_setting")
        ('learning rate', 'my own setting')
    """
    return _(name.replace("_", " "))
