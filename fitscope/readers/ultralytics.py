"""Ultralytics' results.csv: a detector's loss in parts, which are summed."""

from __future__ import annotations

import re

from fitscope.language import N_
from fitscope.readers.log import Log
from fitscope.readers.reading import Found, Names, found_of, listed
from fitscope.readers.tables import whole_epochs

_PART = re.compile(r"(train|val)/(\w+)_loss")


def read(log: Log, names: Names) -> list[Found] | None:
    """Read a table with the parts of the loss, `train/box_loss`, `val/box_loss` and so on, and sum them.

    Returns:
        One training; None where there are no such parts, or the person names the losses.
    """
    table = log.table
    if table is None or names != Names():
        return None
    parts = {(match[1], match[2]): v for name, v in table.columns.items() if (match := _PART.fullmatch(name))}
    both = sorted({part for _, part in parts if ("train", part) in parts and ("val", part) in parts})
    if not both:
        return None
    curves = {"loss": sum(parts["train", part] for part in both), "val_loss": sum(parts["val", part] for part in both)}
    note = N_("the loss is the sum of its parts: {parts}").format(parts=listed(both))
    return [found_of(curves, whole_epochs(table), names, notes=(note,))]  # type: ignore[arg-type]
