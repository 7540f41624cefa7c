"""From two classes to several: what changes between the textbook's two examples, and why; and the roles of the data."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fitscope.language import N_, _
from fitscope.report.numbers import count, number, percent
from fitscope.report.sections import Row, Table
from fitscope.result import DatasetFacts, LayerFacts, ModelFacts, Result

EXAMPLES = ("imdb", "reuters")
TOPICS = 46


@dataclass(frozen=True)
class Classes:
    """The step from imdb to reuters, and how this network's parameters come about."""

    sentence: str
    changes: Table
    parameters: Table
    sum: str


def from_two_to_several(result: Result) -> Classes | None:
    """Return what changes from two classes to several; None but in the reports of the two examples."""
    data, model = result.dataset, result.model
    if data is None or model is None or data.name not in EXAMPLES:
        return None
    words = (result.plan.num_words if result.plan is not None else None) or 10_000
    sentence = _("This report: {here}. The other example of the textbook: {there}.")
    here, there = (_(_NAMED[name]) for name in (data.name, EXAMPLES[1 - EXAMPLES.index(data.name)]))
    return Classes(sentence.format(here=here, there=there), _changes(data), _layers(model, words), _sum(model, words))


_NAMED = {
    "imdb": N_("imdb, two classes (negative and positive reviews)"),
    "reuters": N_("reuters, 46 classes (topics of newswires)"),
}
# What, for two classes, for several, why; the loss of a guess is filled in.
_CHANGES = (
    (
        N_("labels"),
        N_("0 or 1"),
        N_("one-hot: 46 numbers, a 1 at the topic; or whole numbers, 0 to 45"),
        N_(
            "Topic 12 is not three times topic 4, so the numbers are names. One-hot labels go with categorical_crossentropy, whole "
            "numbers with sparse_categorical_crossentropy: the same loss, the same curves."
        ),
    ),
    (
        N_("last layer"),
        N_("1 unit, sigmoid"),
        N_("46 units, softmax"),
        N_(
            "One probability is enough for two classes, for the other one is the rest. For several, softmax gives one probability "
            "a class, and they sum to 1."
        ),
    ),
    (
        N_("loss"),
        "binary_crossentropy",
        "categorical_crossentropy",
        N_("Both are minus the logarithm of the probability that the network gave to the right class."),
    ),
    (
        N_("loss of a guess"),
        "ln 2 = {two}",
        "ln 46 = {several}",
        N_(
            "A network that knows nothing gives every class the same probability, 1/2 or 1/46. A loss near that value has learnt "
            "nothing; losses of the two examples cannot be compared with each other."
        ),
    ),
    (
        N_("accuracy of a guess"),
        N_("50 %, for both classes are equally frequent"),
        N_("35 %, by always naming the largest topic, earn"),
        N_("Accuracy says something only beside that of the largest class."),
    ),
    (
        N_("hidden units"),
        "16, 16",
        "64, 64",
        N_(
            "All that the last layer knows of a text passes through the layer before it. 16 numbers tell good from bad; to hold 46 "
            "topics apart they are too few, and what is lost there no later layer brings back (a bottleneck). Measured over four "
            "seeds, each at its best epoch: validation loss 1.00 with 16 units, 0.86 with 64; test accuracy 76.3 % and 79.2 % "
            "(fitscope analyze reuters --model small --max-epochs 60 --repeats 4)."
        ),
    ),
    (
        N_("held out"),
        N_("the first 10,000 of 25,000"),
        N_("the first 1,000 of 8,982"),
        N_("Less data leaves less to hold out, so the best epoch is less sure."),
    ),
)


def _changes(data: DatasetFacts) -> Table:
    given = {"two": number(math.log(2)), "several": number(math.log(TOPICS))}
    rows = [Row(_(what), (_(two).format(**given), _(several).format(**given), _(why))) for what, two, several, why in _CHANGES]
    heads = [_("two classes: imdb"), _("several: reuters")]
    return Table((_("what"), *heads, _("why")), tuple(rows), len(rows))


def _layers(model: ModelFacts, words: int) -> Table:
    """Return how each layer's parameters come about: a weight from every input to every unit, and a bias a unit."""
    rows, inputs = [], words
    for layer in model.layers:
        units = layer.output_shape[-1] if layer.output_shape else None
        if units is not None and _is_dense(layer, inputs):
            how = f"{inputs:,} × {units:,} + {units:,}"
        else:
            how = "" if layer.parameters else _("none to learn")
        rows.append(Row(layer.name, (how, count(layer.parameters))))
        inputs = inputs if units is None else units
    return Table((_("layer"), _("inputs × units + biases"), _("parameters")), tuple(rows), len(rows))


def _is_dense(layer: LayerFacts, inputs: int) -> bool:
    """Tell whether a layer has a weight from each of so many inputs to every unit, and a bias a unit."""
    units = layer.output_shape[-1] if layer.output_shape else None
    return layer.type == "Dense" and units is not None and layer.parameters == inputs * units + units


def _sum(model: ModelFacts, words: int) -> str:
    """Say what most of the parameters do, where that is to take in the words one by one."""
    if not model.layers or not model.parameters:
        return ""
    first = max(model.layers, key=lambda layer: layer.parameters)
    if not _is_dense(first, words):
        return _("{total} in all.").format(total=count(model.parameters))
    text = _("{total} in all, {share} of them in {layer}: a weight for every word and every unit.")
    return text.format(total=count(model.parameters), share=percent(first.parameters / model.parameters), layer=first.name)


_TOUCHED = {
    False: (N_("in every epoch, to fit the weights"), N_("after every epoch, to measure it; they chose the best epoch")),
    True: (
        N_("in every epoch, to fit the weights; again in the refit"),
        N_(
            "after every epoch, to measure it; they chose the best epoch and then, the choice made, were training data of the refit"
        ),
    ),
}


def roles(result: Result) -> Table | None:
    """Return the roles of training, validation and test data, and when this run touched each; None for a log."""
    data = result.dataset
    if data is None:
        return None
    refitted = result.refit is not None or result.refit_skipped == "no_test_data"
    training, chosen = (_(text) for text in _TOUCHED[refitted])
    tested = _("once, at the very end, by the models that were fixed by then") if result.test_reads else _("never, in this run")
    shown = (
        (_("training"), data.train, _("fits"), training),
        (_("validation"), data.validation, _("chooses"), chosen),
        (_("test"), data.test, _("stands for the future"), tested),
    )
    rows = [Row(name, (count(samples), does, when)) for name, samples, does, when in shown if samples]
    return Table((_("data"), _("samples"), _("what it does"), _("when this run touched it")), tuple(rows), len(rows))
