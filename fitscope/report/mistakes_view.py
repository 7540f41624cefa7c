"""What the page shows of a model's mistakes: matrix, curves, calibration, and single samples to look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from fitscope.diagnosis.calibration import Calibration
from fitscope.diagnosis.confusion import Confusion
from fitscope.diagnosis.ranking import Ranking
from fitscope.diagnosis.residuals import POINTS_AT_MOST
from fitscope.language import N_, _, _n
from fitscope.report import mistake_charts
from fitscope.report.confusion_view import Matrix, class_table, matrix, name_of, pairs_in_words, shorten
from fitscope.report.numbers import UNKNOWN, count, interval, number, percent, span
from fitscope.report.sections import Picture, Row, Table
from fitscope.result import Mistakes, Result, Sample

TEXTS_OPEN, PICTURES_OPEN = 3, 8  # samples that stand open
POINTS_TOLD = 25  # of a curve, in the table below it
VALUE = 120  # characters of a cell
_WITH_TEXTS = ("imdb", "reuters")
_CLEARLY = 1.96  # standard deviations that chance seldom explains


@dataclass(frozen=True)
class Card:
    """One sample: what it is called, how it was answered, and what it is."""

    name: str
    answer: str
    text: str
    picture: str
    values: tuple[Row, ...]


@dataclass(frozen=True)
class Part:
    """One part of the section; `shown` cards stand open."""

    name: str
    title: str
    sentences: tuple[str, ...]
    matrix: Matrix | None = None
    listed: tuple[str, ...] = ()
    table: Table | None = None
    pictures: tuple[Picture, ...] = ()
    cards: tuple[Card, ...] = ()
    shown: int = 0
    caption: str = ""


@dataclass(frozen=True)
class MistakesView:
    """Hold all that the section prints."""

    title: str
    sentences: tuple[str, ...]
    parts: tuple[Part, ...]


def mistakes(result: Result) -> MistakesView | None:
    """Make from a result what its page shows of the model's mistakes; None where it holds none."""
    found = result.mistakes
    if found is None:
        return None
    names = (result.dataset.classes or ()) if result.dataset is not None else ()
    parts = [
        _confused(found.confusion, names),
        _each_class(found, names),
        _thresholds(found, names),
        _calibrated(found.calibration),
        _residuals(found, names),
        _worst(result, found),
        _forgotten(found, result.diagnosis.verdict),
    ]
    return MistakesView(_("Where is the model wrong?"), (_basis(found), *_right(found)), tuple(part for part in parts if part))


def _basis(found: Mistakes) -> str:
    samples, first, last = count(found.samples), min(found.epochs), max(found.epochs)
    if found.basis == "folds":
        said = _(
            "The answers to {samples} training samples, each by the one of {folds} trainings that did not see it, at that "
            "training's own best epoch ({epochs})."
        )
        spelt = f"{first}" if first == last else span(f"{first}", f"{last}")
        return said.format(samples=samples, folds=len(found.epochs), epochs=spelt)
    if found.basis == "first_repeat":
        said = _("The answers to {samples} validation samples by the first of the trainings, at its own best epoch, {epoch}.")
    else:
        said = _("The network's answers to {samples} validation samples at its best epoch, {epoch}.")
    return said.format(samples=samples, epoch=first)


def _right(found: Mistakes) -> tuple[str, ...]:
    if found.confusion is None:
        return ()
    right = found.samples - found.confusion.wrong
    return (_("Right answers: {right} ({share}).").format(right=count(right), share=percent(right / found.samples)),)


def _confused(found: Confusion | None, names: tuple[str, ...]) -> Part | None:
    if found is None:
        return None
    drawn = matrix(found, names)
    said = _(
        "The confusion matrix: each row holds the samples of one true class, each column those that were taken for one. Right "
        "answers stand on the diagonal (blue), mistakes beside it (orange), in a stronger colour the more there are, by the "
        "logarithm. The class with most samples comes first."
    )
    left_out = len(found.by_support) - len(drawn.rows)
    more = (_n("{count} class with fewer samples is not shown.", "{count} classes with fewer samples are not shown.", left_out)
            .format(count=count(left_out)),) if left_out else ()  # fmt: skip
    listed = pairs_in_words(found, names) if len(found.support) > 2 else ()
    return Part("confusion", _("Which classes are taken for which"), (said, *more), drawn, listed)


def _each_class(found: Mistakes, names: tuple[str, ...]) -> Part | None:
    tally = found.confusion or found.labels
    if tally is None:
        return None
    if found.labels is None:
        title, head = _("How each class fares"), _("class")
        said = _("Precision: of the answers that name a class, the share that is right. Recall: of a class's samples, the share "
                 "that is answered rightly. Support: how many samples the class has.")  # fmt: skip
    else:
        title, head = _("How each label fares"), _("label")
        said = _("Precision: of the samples that were given a label, the share that has it. Recall: of the samples that have a "
                 "label, the share that was given it. Support: how many samples have it.")  # fmt: skip
    return Part("each-class", title, (said,), table=class_table(tally, names, head))


def _thresholds(found: Mistakes, names: tuple[str, ...]) -> Part | None:
    ranking, counts = found.ranking, found.confusion
    if ranking is None or counts is None or len(counts.support) != 2:
        return None
    said = _(
        "An answer is {positive} where its probability is above 0.5. Another threshold finds more of {positive} at the price "
        "of more false alarms, or fewer of both; the curves show every threshold."
    )
    hits, alarms = counts.right[1], counts.answered[1] - counts.right[1]
    pictures = (_roc(ranking, (hits, alarms), names), _precision_recall(ranking, (hits, alarms), names))
    return Part("thresholds", _("At every threshold"), (said.format(positive=name_of(names, 1)),), pictures=pictures)


def _roc(ranking: Ranking, at: tuple[int, int], names: tuple[str, ...]) -> Picture:
    area = number(ranking.area, 3)
    point = (at[1] / ranking.negatives, at[0] / ranking.positives)
    caption = _(
        "The ROC curve (receiver operating characteristic): the share of {positive} that is found, over the share of {negative} "
        "that is taken for it. The nearer to the upper left corner, the better. The area under it, {area}, is the chance that "
        "a sample of {positive} gets a higher probability than one of {negative}; guessing has 0.5."
    )
    said = caption.format(positive=name_of(names, 1), negative=name_of(names, 0), area=area)
    table = _points((_("share taken for it"), _("share found")), ranking.roc)
    title = _("ROC curve with an area of {area}").format(area=area)
    return Picture("roc", title, said, partial(mistake_charts.roc, ranking.roc, point), table)


def _precision_recall(ranking: Ranking, at: tuple[int, int], names: tuple[str, ...]) -> Picture:
    average, share = number(ranking.average_precision, 3), ranking.positives / (ranking.positives + ranking.negatives)
    point = (at[0] / ranking.positives, at[0] / sum(at)) if sum(at) else None
    caption = _(
        "Precision over recall of {positive}: what finding more of it costs. The nearer to the upper right corner, the better. "
        "The average precision is {average}; guessing has {share}, the share of {positive} among all samples."
    )
    draw = partial(mistake_charts.precision_recall, ranking.precision_recall, share, point)
    title = _("Precision-recall curve with an average precision of {average}").format(average=average)
    said = caption.format(positive=name_of(names, 1), average=average, share=number(share, 3))
    return Picture("precision-recall", title, said, draw, _points((_("recall"), _("precision")), ranking.precision_recall))


def _points(heads: tuple[str, str], points: Sequence[tuple[float, float]]) -> Table:
    """Return a curve's points as a table; of many, some evenly along it."""
    step = -(-len(points) // POINTS_TOLD)
    rows = tuple(Row(number(x, 3), (number(y, 3),)) for i, (x, y) in enumerate(points) if i % step == 0 or i == len(points) - 1)
    return Table(heads, rows, len(rows))


def _calibrated(found: Calibration | None) -> Part | None:
    if found is None:
        return None
    sentences = (
        _("A network is calibrated where its probabilities come true: of the answers given with 90 %, nine in ten are right."),
        _("The expected calibration error, the mean distance between how sure the answers are and how often they are right, is "
          "{error}; so few samples would show about {chance} even of a calibrated network.").format(
            error=percent(found.error), chance=percent(found.error_by_chance)),
        _sure_or_right(found).format(confidence=percent(found.mean_confidence), accuracy=percent(found.accuracy)),
    )  # fmt: skip
    edges = found.edges
    shares = [((low + high) / 2, n / found.samples) for low, high, n in zip(edges, edges[1:], found.count)]
    bins = [(confidence, accuracy) for confidence, accuracy, _number in found.filled]
    draw = partial(mistake_charts.reliability, bins, shares, edges[1] - edges[0], found.lowest)
    title = _("Reliability diagram with an expected calibration error of {error}").format(error=percent(found.error))
    table = _points((_("mean probability"), _("share right")), bins)
    caption = _("The reliability diagram: how often answers are right over how sure they were given. Below the dashed line the "
                "network is surer than it should be, above it less sure; points with few answers (low bars) waver.")  # fmt: skip
    return Part("calibration", _("Do the probabilities mean what they say?"), sentences,
                pictures=(Picture("reliability", title, caption, draw, table),))  # fmt: skip


def _sure_or_right(found: Calibration) -> str:
    if abs(found.z) <= _CLEARLY:
        return _("In the mean the answers are {confidence} sure and {accuracy} right: no more apart than chance explains.")
    if found.z < 0:
        return _("In the mean the answers are {confidence} sure and {accuracy} right: surer than they should be.")
    return _("In the mean the answers are {confidence} sure and {accuracy} right: less sure than they could be.")


def _residuals(found: Mistakes, names: tuple[str, ...]) -> Part | None:
    if not found.residuals:
        return None
    said = _("A residual is an answer minus its target: above 0 the answer is too high. R² is the share of the targets' variance "
             "that the answers explain; always answering the mean has 0. All else is in the target's own units.")  # fmt: skip
    heads = (_("target"), _("mean residual"), _("mean absolute"), _("root mean square"), "R²", _("90 % lie within"))
    rows = tuple(
        Row(name_of(names, i), (number(its.mean), number(its.mean_absolute), number(its.root_mean_square),
                                _(UNKNOWN) if its.explained is None else number(its.explained, 3),
                                interval((its.quantiles[0], its.quantiles[4]))))
        for i, its in enumerate(found.residuals)
    )  # fmt: skip
    caption = _("Each dot is a validation sample; of many, {most} are shown, evenly picked by their answers. A bow says that the "
                "network misses a relation, a funnel that some answers are less sure than others.")  # fmt: skip
    caption = caption.format(most=count(POINTS_AT_MOST))
    pictures = tuple(
        Picture(f"residuals-{i}", _("Residuals over the answers"), caption,
                partial(mistake_charts.residuals, its.points, name_of(names, i)), _points((_("answer"), _("residual")), its.points))
        for i, its in enumerate(found.residuals) if its.points
    )  # fmt: skip
    return Part("residuals", _("How far the answers lie off"), (said,), table=Table(heads, rows), pictures=pictures)


def _worst(result: Result, found: Mistakes) -> Part | None:
    if not found.worst:
        return None
    if found.residuals:
        said = _(
            "Where answers lie farthest off. Look for targets that are wrong themselves, for what no training sample shows, and "
            "for what the network cannot see."
        )
    else:
        said = _("The loss of one sample is large where the network was sure and wrong. Look for labels that are wrong themselves, "
                 "for what no training sample shows, and for what the network cannot see.")  # fmt: skip
    return Part("worst", _("The samples with the largest validation loss"), (said,), cards=_cards(found.worst, _answer),
                shown=_open(found.worst), caption=_how_to_show(result, found.worst))  # fmt: skip


def _forgotten(found: Mistakes, verdict: str) -> Part | None:
    change = found.change
    if change is None or found.last_epochs == found.epochs:
        return None
    title = _("What the network forgot after its best epoch")
    said = _(
        "From the best epoch to the last, {forgotten} samples that were right became wrong and {learnt} that were wrong became "
        "right; {before} were right at the best epoch, {after} at the last."
    ).format(
        forgotten=count(change.forgotten),
        learnt=count(change.learnt),
        before=count(change.right_before),
        after=count(change.right_after),
    )
    more = (_(_FORGOTTEN[verdict == "overfitting"]),) if found.forgotten else ()
    return Part("forgotten", title, (said, *more), cards=_cards(found.forgotten, _forgot), shown=_open(found.forgotten))


_FORGOTTEN = {  # whether the network overfits; samples near the threshold come and go without that, too
    False: N_("Those that lost most come first."),
    True: N_("Forgotten samples are overfitting, seen one by one: those that lost most come first."),
}


def _open(samples: tuple[Sample, ...]) -> int:
    return PICTURES_OPEN if any(sample.shown.picture for sample in samples) else TEXTS_OPEN


def _how_to_show(result: Result, samples: tuple[Sample, ...]) -> str:
    counted = _("Samples are counted from 0 among the training data; whoever gets this page sees those that are shown.")
    name = "" if result.dataset is None else result.dataset.name
    if name not in _WITH_TEXTS:
        return counted
    words = _("? stands for a word that the network does not know. A whole text: {command}")
    return f"{counted} {words.format(command=f'fitscope data show {name} {samples[0].number}')}"


def _cards(samples: tuple[Sample, ...], say: Callable[[Sample], str]) -> tuple[Card, ...]:
    return tuple(
        Card(_("Sample {number}").format(number=sample.number), say(sample), sample.shown.text, sample.shown.picture,
             tuple(Row(shorten(name), (shorten(value, VALUE),)) for name, value in sample.shown.values))
        for sample in samples
    )  # fmt: skip


def _answer(sample: Sample) -> str:
    """Say what a sample is and what it was taken for."""
    said = {"truth": _listed(sample.truth), "answer": _listed(sample.answer), "loss": number(sample.loss),
            "probability": percent(sample.probability)}  # fmt: skip
    if sample.probability is None:
        return _("{truth}, answered {answer}; loss {loss}").format(**said)
    if sample.truth == sample.answer:
        return _("{truth}, answered rightly with {probability}; loss {loss}").format(**said)
    return _("{truth}, taken for {answer} with {probability}; loss {loss}").format(**said)


def _forgot(sample: Sample) -> str:
    """Say what a sample was right with at the best epoch, and what it was taken for at the last."""
    said = {"truth": _listed(sample.truth), "answer": _listed(sample.answer), "before": percent(sample.before),
            "probability": percent(sample.probability), "loss": number(sample.loss)}  # fmt: skip
    if sample.probability is None or sample.before is None:
        return _("{truth}, right at the best epoch; at the last answered {answer}, loss {loss}").format(**said)
    return _("{truth}, right with {before} at the best epoch; at the last taken for {answer} with {probability}").format(**said)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(map(shorten, names)) or _("none")
