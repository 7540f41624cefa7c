"""Results with every study in them, made by hand from plausible numbers."""

import dataclasses
import html.parser
import types

import numpy as np
import pytest

from fitscope import words
from fitscope.history import TrainingHistory
from fitscope.result import BestTrial, Gain, Remedy, Repeats, Scaling, Score, Search, Spread, Studies, Training, Trial

SILENT = {"script", "style", "pre", "code", "blockquote"}


class Page(html.parser.HTMLParser):
    """A page taken apart: its tags with their attributes, all its text, its embedded JSON, and the texts that people read.

    Code, quotes and data are no texts that people read; the alternative texts of pictures are.
    """

    def __init__(self, page):
        super().__init__()
        self.tags, self.text, self.json, self.texts = [], "", "", []
        self.silent, self.embedded = 0, False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.silent += tag in SILENT
        self.embedded = tag == "script" and "type" in dict(attrs)
        self.texts += [value for name, value in attrs if name in ("aria-label", "alt", "title") and value]

    def handle_endtag(self, tag):
        self.silent -= tag in SILENT
        self.embedded = False

    def handle_data(self, data):
        self.text += data
        self.json += data if self.embedded else ""
        self.texts += [data] if data.strip() and not self.silent else []


@pytest.fixture
def taken_apart():
    """Take a page apart."""
    return Page


SCORE = Score(0.285, (0.279, 0.291), 0.883, (0.879, 0.887), 25_000)
ERROR = Score(3012.4, (2811.0, 3230.9), None, None, 89, 43.21, (39.9, 46.8))


def history(seed=0, best=4, lowest=0.28, epochs=20, scale=1.0):
    rng, e = np.random.default_rng(seed), np.arange(1, epochs + 1)
    val = lowest + 0.3 * np.exp(-e / best * 1.6) + 0.012 * np.maximum(0, e - best) + rng.normal(0, 0.004, epochs)
    loss = 0.05 + 0.55 * np.exp(-e / 5) + rng.normal(0, 0.003, epochs)
    accuracy = 0.89 - 0.2 * np.exp(-e / 2)
    return TrainingHistory.of({"loss": scale * loss, "val_loss": scale * val, "accuracy": 1 - 0.3 * loss, "val_accuracy": accuracy})


def training(seed=0, changes=None, test=SCORE, **shape):
    curves = history(seed, **shape)
    place = int(np.argmin(curves.val_loss))
    return Training(changes or {}, curves, place + 1, float(curves.val_loss[place]), "overfitting", 3.2, test)


def repeats(number=8):
    made = []
    for seed in range(number):
        test = dataclasses.replace(SCORE, accuracy=0.883 + 0.002 * (-1) ** seed, loss=0.285 + 0.001 * seed)
        made.append(training(seed, {"seed": seed} if seed else {}, test, best=3 + seed % 3))
    return tuple(made)


def repeated():
    return Repeats(Spread(4.1, 0.6, 3.0, 5.0), Spread(0.281, 0.002, 0.279, 0.284), Spread(0.288, 0.002, 0.285, 0.292),
                   Spread(0.883, 0.002, 0.881, 0.885))  # fmt: skip


def folds(number=5):
    return tuple(training(10 + k, {"fold": [k, number], "validation": 300}, None, best=4 + k % 2) for k in range(1, number + 1))


def remedy(name, gain, interval, clear, changes, seeds=1, spread=None, **shape):
    base = training(3, changes, None, **shape)
    given = {f.name: getattr(base, f.name) for f in dataclasses.fields(base)}
    return Remedy(
        **given, name=name, gain=gain, interval=interval, p=0.01 if clear else 0.6, clear=clear, seeds=seeds, spread=spread
    )


def remedies(**seeds):
    return (
        remedy("smaller", 0.001, (-0.003, 0.005), False, {"units": 8}, **seeds, best=5),
        remedy("larger", -0.008, (-0.012, -0.004), True, {"units": 64}, **seeds, best=2, lowest=0.29),
        remedy("l2", 0.006, (0.002, 0.010), True, {"l2": 0.001}, **seeds, best=6, lowest=0.275),
        remedy("dropout", 0.011, (0.007, 0.015), True, {"dropout": 0.5}, **seeds, best=8, lowest=0.27),
        remedy("l2_dropout", 0.0105, (0.006, 0.0148), True, {"dropout": 0.5, "l2": 0.001}, **seeds, best=9, lowest=0.27),
        remedy("fewer_words", -0.002, (-0.007, 0.003), False, {"num_words": 5000}, **seeds, best=4),
        remedy("lower_learning_rate", 0.0005, (-0.002, 0.003), False, {"learning_rate": 0.0001}, **seeds, best=14),
    )


def sizes():
    steps = [(n, seed) for n in (1000, 2000, 4000, 8000, 15000) for seed in range(2)]
    return tuple(sized(n, 0.21 + 8.7 * n**-0.49 + 0.003 * (2 * seed - 1), seed) for n, seed in steps)


def sized(samples, loss, seed=0):
    made = training(seed, {"samples": samples, "seed": seed}, None)
    return dataclasses.replace(made, best_val_loss=loss)


def scaling():
    return Scaling(None, 0.21, 8.7, 0.49, (0.12, 0.24), (0.31, 0.72), 30_000, 0.266, (0.259, 0.272), 0.022, (0.016, 0.029))


def search(trials=16):
    rng = np.random.default_rng(5)
    made = []
    for i in range(trials):
        curves = history(i, best=int(rng.integers(3, 9)), lowest=0.27 + 0.03 * rng.random(), epochs=10)
        tried = {
            "units": int(rng.choice([16, 32, 64])),
            "dropout": float(rng.random()),
            "learning_rate": float(10 ** rng.uniform(-4, -2)),
        }
        place = int(np.argmin(curves.val_loss))
        made.append(Trial(f"trial {i + 1}", tried, curves, place + 1, float(curves.val_loss[place]), "overfitting", 2.0))
    best = min(made, key=lambda trial: trial.best_val_loss)
    gain = Gain(0.004, (-0.003, 0.011), 0.002, (-0.001, 0.005))
    low = best.best_val_loss
    winner = BestTrial(best.trial, best.hyperparameters, best.best_epoch, low, low + 0.006, (low - 0.004, low + 0.016), SCORE, gain)
    return Search("bayesian", tuple(made), winner)


def leak(code, severity, numbers, **more):
    return {"code": code, "severity": severity, "message": words.leak(code, numbers), **numbers, **more}


LEAKS = (
    leak("repeated_samples", "info", {"part": "training", "count": 12, "samples": 15_000, "share": 0.0008, "what": "words"}),
    leak(
        "same_samples",
        "serious",
        {"earlier": "training", "later": "test", "count": 412, "samples": 25_000, "share": 0.01648, "what": "words"},
        examples=[{"training": 12, "test": 4051}, {"training": 77, "test": 9}],
    ),
)
NOTES = ("Left out: id (nearly every row has a value of its own).", "7,500 rows are test data: picked at random.")

STUDIES = {
    "repeats": lambda: {"studies": Studies(repeats=repeats(), repeated=repeated())},
    "folds": lambda: {"studies": Studies(folds=folds())},
    "remedies": lambda: {"studies": Studies(remedies=remedies())},
    "sizes": lambda: {"studies": Studies(sizes=sizes(), scaling=scaling())},
    "search": lambda: {"search": search()},
    "everything": lambda: {
        "studies": Studies(repeats(), folds(), remedies(seeds=8, spread=0.002), sizes(), repeated(), scaling()),
        "search": search(60),
    },
}


@pytest.fixture
def make():
    """Give the functions that make parts of a result."""
    return types.SimpleNamespace(
        history=history, training=training, repeats=repeats, repeated=repeated, folds=folds, remedy=remedy, remedies=remedies,
        sizes=sizes, sized=sized, scaling=scaling, search=search, score=SCORE,
    )  # fmt: skip


@pytest.fixture
def with_studies(result):
    """Give the faked result one of the studies, or everything."""

    def put(name, **more):
        data = dataclasses.replace(result.dataset, leaks=LEAKS, notes=NOTES)
        return dataclasses.replace(result, dataset=data, **{**STUDIES[name](), **more})

    return put


@pytest.fixture
def regression(result):
    """The faked result, as of numbers that are predicted."""
    curves = {
        f"{part}{name}": scale * result.history.curve(f"{part}loss")
        for part in ("", "val_")
        for name, scale in (("loss", 1), ("mae", 55.0))
    }
    data = dataclasses.replace(result.dataset, task="regression", classes=("price",), majority=None)
    gain = Gain(210.5, (35.0, 386.0), None, None, 1.9, (0.3, 3.5))
    return dataclasses.replace(
        result,
        history=TrainingHistory.of(curves),
        dataset=data,
        mistakes=None,
        holdout=dataclasses.replace(result.holdout, test=ERROR),
        refit=dataclasses.replace(result.refit, test=ERROR, gain=gain),
    )
