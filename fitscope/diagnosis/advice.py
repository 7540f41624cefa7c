"""What to do about each finding, the likeliest first, and the evidence that it helps."""

from __future__ import annotations

from collections.abc import Sequence

from fitscope.diagnosis.findings import Advice, Finding

_OURS = "our runs on digits (tests/test_advice.py)"
_DROPOUT = "Srivastava et al. 2014 (dropout), Krogh & Hertz 1991 (weight decay), Goodfellow et al. 2016, chapter 7"
_STEPS = "Goodfellow et al. 2016, 11.4.1: the learning rate before all else"
_STOP = "on 200 measured curves the best epoch costs 0.75 % of test loss in the mean, EarlyStopping(patience=3) 1.06 %"

# Finding -> what to do -> the evidence that it helps.
ADVICE: dict[str, dict[str, str]] = {
    "training_loss_alone": {
        "hold_out": "training loss falls on, whether or not the network overfits (Goodfellow et al. 2016, 5.3)"
    },
    "training_diverged": {"lower_learning_rate": f"{_STEPS}; {_OURS}", "check_data": "Goodfellow et al. 2016, 11.5"},
    "nothing_learnt": {"another_learning_rate": f"{_STEPS}; {_OURS}", "check_data": "Goodfellow et al. 2016, 11.5"},
    "stuck_at_guessing": {"another_learning_rate": f"{_STEPS}; {_OURS}", "check_data": "Goodfellow et al. 2016, 11.5"},
    "warm_start": {"rebuild_model": "a fresh network costs ln(classes) at first; Keras' fit goes on from the weights it finds"},
    "validation_loss_rises": {"stop_at_best": f"{_STOP}; Prechelt 1998", "regularize": f"{_DROPOUT}; {_OURS}"},
    "still_improving": {"train_longer": _OURS},
    "too_small": {"more_capacity": "Goodfellow et al. 2016, 5.2 (capacity)"},
    "minimum_not_reached": {"train_longer": _OURS},
    "too_little_validation_data": {
        "more_validation_data": "the standard error of a mean falls with the root of the samples (Breiman et al. 1984)"
    },
    "second_descent": {"train_past_peak": "Nakkiran et al. 2020 (double descent over epochs)"},
    "validation_below_training": {"look_for_leak": "Kaufman et al. 2012 (leakage in data mining)"},
    "learning_rate_high": {"lower_learning_rate": f"{_STEPS}; Smith 2017 (learning rate ranges)"},
    "spikes": {"clip_gradients": "Pascanu et al. 2013 (clipping of gradients)"},
    "accuracy_rises_with_loss": {"choose_metric": "Guo et al. 2017 (calibration of modern networks)"},
    "another_seed_may_differ": {"repeat_with_seeds": "Bouthillier et al. 2021 (variance in benchmarks)"},
}


def advise(found: Sequence[Finding]) -> tuple[Advice, ...]:
    """Return what to do about the findings, in their order, each advice once."""
    advice: dict[str, Advice] = {}
    for finding in found:
        for code, evidence in ADVICE.get(finding.code, {}).items():
            advice.setdefault(code, Advice(code, finding.code, evidence))
    return tuple(advice.values())
