"""What to do about each finding, the likeliest first, and the evidence that it helps."""

from __future__ import annotations

from collections.abc import Sequence

from fitscope.diagnosis.findings import Advice, Finding
from fitscope.language import N_

_OURS = N_("our own trainings on digits")
_DROPOUT = N_("Srivastava et al. 2014 (dropout), Krogh & Hertz 1991 (weight decay), Goodfellow et al. 2016, chapter 7")
_STEPS = N_("Goodfellow et al. 2016, 11.4.1: the learning rate before all else")
_STOP = N_("on 200 measured curves the best epoch costs 0.75 % of test loss in the mean, EarlyStopping(patience=3) 1.06 %")
_RANGES = N_("Smith 2017 (learning rate ranges)")
_ROOT = N_("the standard error of a mean falls with the root of the samples (Breiman et al. 1984)")
_DATA = "Goodfellow et al. 2016, 11.5"

# Finding -> what to do -> the evidence that it helps; several pieces of it stand behind semicolons.
ADVICE: dict[str, dict[str, str]] = {
    "training_loss_alone": {
        "hold_out": N_("training loss falls on, whether or not the network overfits (Goodfellow et al. 2016, 5.3)")
    },
    "training_diverged": {"lower_learning_rate": f"{_STEPS}; {_OURS}", "check_data": _DATA},
    "nothing_learnt": {"another_learning_rate": f"{_STEPS}; {_OURS}", "check_data": _DATA},
    "stuck_at_guessing": {"another_learning_rate": f"{_STEPS}; {_OURS}", "check_data": _DATA},
    "warm_start": {"rebuild_model": N_("a fresh network costs ln(classes) at first; Keras' fit goes on from the weights it finds")},
    "validation_loss_rises": {"stop_at_best": f"{_STOP}; Prechelt 1998", "regularize": f"{_DROPOUT}; {_OURS}"},
    "still_improving": {"train_longer": _OURS},
    "too_small": {"more_capacity": N_("Goodfellow et al. 2016, 5.2 (capacity)")},
    "minimum_not_reached": {"train_longer": _OURS},
    "rise_hidden": {"more_validation_data": _ROOT, "train_longer": N_("a trend over more epochs stands out from the same noise")},
    "not_settled": {"train_longer": N_("whether it rises or falls on, later epochs alone can show")},
    "too_little_validation_data": {"more_validation_data": _ROOT},
    "second_descent": {"train_past_peak": N_("Nakkiran et al. 2020 (double descent over epochs)")},
    "validation_below_training": {"look_for_leak": N_("Kaufman et al. 2012 (leakage in data mining)")},
    "learning_rate_high": {"lower_learning_rate": f"{_STEPS}; {_RANGES}"},
    "spikes": {"clip_gradients": N_("Pascanu et al. 2013 (clipping of gradients)")},
    "accuracy_rises_with_loss": {"choose_metric": N_("Guo et al. 2017 (calibration of modern networks)")},
    "another_seed_may_differ": {"repeat_with_seeds": N_("Bouthillier et al. 2021 (variance in benchmarks)")},
}


def advise(found: Sequence[Finding]) -> tuple[Advice, ...]:
    """Return what to do about the findings, in their order, each advice once."""
    advice: dict[str, Advice] = {}
    for finding in found:
        for code, evidence in ADVICE.get(finding.code, {}).items():
            advice.setdefault(code, Advice(code, finding.code, evidence))
    return tuple(advice.values())
