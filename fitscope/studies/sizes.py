"""What more data would bring: the same training on a part of the samples, twice as many each time."""

from __future__ import annotations

import math
from collections.abc import Sequence

from fitscope.datasets import Dataset
from fitscope.diagnosis.scaling import NoScaling, fit
from fitscope.errors import UsageError
from fitscope.plan import Plan
from fitscope.result import Scaling, Training
from fitscope.studies.repeats import entry
from fitscope.training import Run

SHARES = (16, 8, 4, 2, 1)  # one of so many parts
SEEDS = 2  # at least
SMALL_BATCH = 32
LONGER = 10  # times as many epochs at most
FEWEST = 10  # samples a class' worth of training needs


def plans(plan: Plan, data: Dataset, repeats: int) -> dict[str, Plan]:
    """Return the plans that train on 1/16, 1/8, 1/4, 1/2 and all of the samples, at least two seeds each.

    Every training makes about as many updates as that on all samples: the batch shrinks with the data down to 32 samples,
    then the epochs grow. Else the small parts would not be trained out, and more data would seem to help more than it does.

    Args:
        plan: the training on all samples.
        data: the data.
        repeats: how many seeds were asked for.

    Raises:
        UsageError: there are too few samples for five sizes.
    """
    whole = len(data.kept(plan))
    if whole // SHARES[0] < FEWEST:
        raise UsageError(
            f"--sizes needs {SHARES[0] * FEWEST} training samples at least, and {data.name} has {whole}; leave it out."
        )
    updates = math.ceil(whole / plan.batch_size)
    made = {}
    for share in SHARES:
        samples = whole // share
        batch = max(min(SMALL_BATCH, plan.batch_size), plan.batch_size // share)
        longer = min(LONGER, max(1, round(updates / math.ceil(samples / batch))))
        for seed in plan.seeds(max(SEEDS, repeats)):
            part = plan.replace(samples=samples, batch_size=batch, max_epochs=plan.max_epochs * longer, seed=seed)
            made[f"{samples:,} samples, seed {seed}"] = part if share > 1 else plan.replace(seed=seed)
    return made


def results(base: Plan, data: Dataset, runs: Sequence[Run]) -> tuple[tuple[Training, ...], Scaling]:
    """Return the trainings, smallest first, and what they show together.

    Args:
        base: the plan on all samples.
        data: the data.
        runs: of the plans that `plans` made.
    """
    trainings, sizes, losses = [], [], []
    whole = len(data.kept(base))
    for run in runs:
        found = entry(run, base, data)
        samples = run.plan.samples or whole
        trainings.append(Training(found.changes | {"samples": samples}, found.history, found.best_epoch, found.best_val_loss,
                                  found.verdict, found.seconds))  # fmt: skip
        sizes.append(samples)
        losses.append(math.nan if found.best_val_loss is None else found.best_val_loss)
    scaling = fit(sizes, losses)
    if isinstance(scaling, NoScaling):
        return tuple(trainings), Scaling(reason=scaling.reason)
    return tuple(trainings), Scaling(None, scaling.a, scaling.b, scaling.c, scaling.a_interval, scaling.c_interval, scaling.twice,
                                     scaling.loss_at_twice, scaling.loss_at_twice_interval, scaling.saved,
                                     scaling.saved_interval)  # fmt: skip
