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
LIMITS = (
    N_("plateau errors"),
    N_("log noise"),
    N_("log share"),
    N_("log travel"),
    N_("more than noise"),
    N_("told epochs"),
    N_("few epochs"),
    N_("rise"),
    N_("trend"),
    N_("by size"),
    N_("steady"),
    N_("fall"),
    N_("fall noise"),
    N_("diverged ratio"),
    N_("fewest epochs"),
    N_("one sided"),
    N_("resamples"),
    N_("stuck"),
    N_("warm start"),
    N_("descent epochs"),
    N_("spike epochs"),
    N_("spike"),
    N_("spike noise"),
    N_("restless"),
    N_("covariance epochs"),
)
PARTS = (N_("import"), N_("data"), N_("leaks"), N_("search"), N_("train"), N_("diagnosis"), N_("refit"), N_("test"),
         N_("mistakes"))  # fmt: skip
# Settings that a plan may leave open, and what decides then.
OPEN = {"optimizer": N_("as the function compiled it"), "learning_rate": N_("the optimizer's own")}


def spaced(name: str) -> str:
    """Return the name of a setting, a limit or a part of the work for people; one that nobody knows gets its spaces.

    Example:
        >>> spaced("learning_rate"), spaced("my_own_setting")
        ('learning rate', 'my own setting')
    """
    return _(name.replace("_", " "))
