"""The plan of one training: everything that decides it, as plain data."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fitscope.errors import ResultError, UsageError, quoted

CLASS_WEIGHTS = (None, "balanced")
SEEDS_FROM = (None, "student-id")
OPTIMIZERS = ("rmsprop", "adam", "sgd", "adamw", "nadam", "adagrad")
SEEDS = 2**32  # so many there are
LONGEST_ID = 100  # characters of a student's number


@dataclass(frozen=True)
class Plan:
    """Name everything that decides one training; two equal plans give the same curves.

    Args:
        dataset: the data set's name, such as `imdb`.
        data_sha256: the hash of the data set's file or files; it names the data, the path does not.
        num_words: how many of the most frequent words are kept; None for data without words.
        model: the network's name, or `FILE.py:FUNCTION` of a person's own.
        optimizer: Keras' name of the optimizer; None for the one that a person's own function compiled.
        learning_rate: the step size; None for the optimizer's own.
        batch_size: training samples an update.
        max_epochs: the epochs to train for.
        validation: training samples held out as validation data; 0 trains on all of them, as a refit does.
        seed: decides the initial weights and the order of the batches.
        updates: stop after this many updates, in the middle of an epoch if need be; None for whole epochs.
        options: how a person's own data is read: `target`, `group`, `time`, `test`, `task`.
        model_sha256: the hash of the file that holds a person's own function, else None.
        hyperparameters: what decides the network beside its name: of fitscope's own `units`, `layers`, `dropout` and `l2`;
            of a person's own what the function declares.
        fold: which of how many folds is held out, (2, 5) for the second of five; then `validation` is the fold's size.
        samples: train on so many of the samples that are left, those that the seed picks; None for all of them.
        class_weight: `balanced` weighs each class' samples by the inverse of its share while training; None does not.
        seed_from: `student-id` where the seed was made from a student's number, None where it was given; it decides nothing, so
            plans that differ in it alone are equal.

    Raises:
        UsageError: a number is out of its range, or the optimizer is not known.

    Example:
        >>> plan = Plan("digits", "ab12", None, "textbook", batch_size=32, max_epochs=60, validation=300)
        >>> plan == Plan.from_json(plan.to_json()), plan.key()[:4] == plan.replace(seed=1).key()[:4]
        (True, False)
    """

    dataset: str
    data_sha256: str
    num_words: int | None
    model: str
    optimizer: str | None = "rmsprop"
    learning_rate: float | None = None
    batch_size: int = 512
    max_epochs: int = 20
    validation: int = 0
    seed: int = 0
    updates: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    model_sha256: str | None = None
    hyperparameters: Mapping[str, Any] = field(default_factory=dict)
    fold: tuple[int, int] | None = None
    samples: int | None = None
    class_weight: str | None = None
    seed_from: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        for name, lowest in (("batch_size", 1), ("max_epochs", 1), ("validation", 0), ("seed", 0)):
            _at_least(name, getattr(self, name), lowest)
        if self.num_words is not None:
            _at_least("num_words", self.num_words, 4)
        for name in ("updates", "samples"):
            if getattr(self, name) is not None:
                _at_least(name, getattr(self, name), 1)
        if self.seed >= SEEDS:
            raise UsageError(f"--seed {self.seed} is too large; give a whole number from 0 to {SEEDS - 1}.")
        if self.optimizer is not None and self.optimizer not in OPTIMIZERS:
            raise UsageError(f"--optimizer {self.optimizer} is not known; take one of {', '.join(OPTIMIZERS)}.")
        if self.learning_rate is not None and not 0 < self.learning_rate < float("inf"):
            raise UsageError(f"--learning-rate {self.learning_rate} cannot train; give a number above 0, such as 0.001.")
        if self.fold is not None and not 1 <= self.fold[0] <= self.fold[1]:
            raise UsageError(f"Fold {self.fold[0]} of {self.fold[1]} is not possible; folds are counted from 1.")
        if self.class_weight not in CLASS_WEIGHTS:
            raise UsageError(f"--class-weight {self.class_weight} is not known; take balanced, or leave it out.")
        if self.seed_from not in SEEDS_FROM:
            raise UsageError(f"A seed from {str(self.seed_from)[:40]!r} is not known; take 'student-id', or give the seed.")

    def replace(self, **changes: Any) -> Plan:
        """Return the plan with these changes of its fields."""
        return dataclasses.replace(self, **changes)

    def seeds(self, count: int) -> list[int]:
        """Return so many seeds, the plan's own and those after it; the largest one is followed by 0.

        Args:
            count: how many.

        Example:
            >>> Plan("digits", "ab12", None, "textbook", seed=4294967295).seeds(3)
            [4294967295, 0, 1]
        """
        return [(self.seed + i) % SEEDS for i in range(count)]

    def differences(self, other: Plan) -> dict[str, Any]:
        """Return what this plan has otherwise than the other, hyperparameters one by one.

        Example:
            >>> plan = Plan("digits", "ab12", None, "textbook", hyperparameters={"units": 8})
            >>> plan.replace(seed=2, hyperparameters={"units": 16}).differences(plan)
            {'seed': 2, 'units': 16}
        """
        mine, theirs = (plan._deciding() for plan in (self, other))
        mine, theirs = (plan | plan.pop("hyperparameters") for plan in (mine, theirs))
        return {name: value for name, value in mine.items() if theirs.get(name) != value}

    def key(self) -> str:
        """Return the plan's name among plans: the SHA-256 of its JSON, the same for equal plans."""
        return hashlib.sha256(json.dumps(self._deciding(), sort_keys=True).encode()).hexdigest()

    def _deciding(self) -> dict[str, Any]:
        """Return all that decides the training, as plain data."""
        return {name: value for name, value in self.to_json().items() if name != "seed_from"}

    def to_json(self) -> dict[str, Any]:
        """Return the plan as plain data."""
        content = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        plain = {"options": dict(self.options), "hyperparameters": dict(self.hyperparameters)}
        return content | plain | {"fold": None if self.fold is None else list(self.fold)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Plan:
        """Read the content that `to_json` wrote; fields of a newer fitscope are refused, for they might decide something.

        Raises:
            ResultError: a field is not known, or holds what it cannot.
        """
        known = {field.name for field in dataclasses.fields(cls)}
        if unknown := sorted(set(content) - known):
            raise ResultError(f"The plan holds {quoted(', '.join(unknown))}, which this fitscope does not know; use a newer one.")
        for kind, names in ((str, ("dataset", "data_sha256", "model")), (Mapping, ("options", "hyperparameters"))):
            if wrong := [name for name in names if name in content and not isinstance(content[name], kind)]:
                raise ResultError(f"The plan's {wrong[0]} is {str(content[wrong[0]])[:40]!r}; it must hold what plan.json holds.")
        fold = content.get("fold")
        try:
            return cls(**{**content, "fold": None if fold is None else (int(fold[0]), int(fold[1]))})
        except (TypeError, ValueError, LookupError) as error:
            raise ResultError(f"The plan cannot be read ({error}); it must hold what plan.json holds.") from None


def _at_least(name: str, value: Any, lowest: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < lowest:
        option = "--" + name.replace("_", "-")
        raise UsageError(f"{option} {value} is not possible; give a whole number of at least {lowest}.")


def student_id(text: str) -> str:
    """Return a student's number as it is kept: its letters composed (Unicode NFC), no blanks around it.

    Raises:
        UsageError: it is empty, longer than 100 characters, or holds characters that cannot be seen.

    Example:
        >>> student_id(" 0012-34 ")
        '0012-34'
    """
    said = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(said) <= LONGEST_ID:
        raise UsageError(f"--student-id takes 1 to {LONGEST_ID} characters, and this has {len(said)}; give your student number.")
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in said):
        raise UsageError("--student-id holds characters that cannot be seen; give your student number on one line.")
    return said


def student_seed(id: str, course: str | None = None) -> int:
    """Return the seed of a student: another one for every student and course, from which the student's number can't be guessed.

    The first four bytes, big-endian, of HMAC-SHA256(course key, student's number), both as UTF-8 of composed letters.

    Args:
        id: the student's number.
        course: the key that came with the assignment; None where there is none.

    Raises:
        UsageError: there can be no such number.

    Example:
        >>> student_seed("2026-1234", "autumn") == student_seed(" 2026-1234", "autumn"), student_seed("2026-1235", "autumn")
        (True, 1176729814)
    """
    key = unicodedata.normalize("NFC", course or "").encode("utf8", "replace")
    digest = hmac.new(key, student_id(id).encode("utf8", "replace"), hashlib.sha256).digest()
    return int.from_bytes(digest[:4], "big")
