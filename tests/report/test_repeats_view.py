"""What the page says of repeats and folds."""

import dataclasses

import numpy as np

from fitscope.history import mean_of
from fitscope.report.answers_view import sure
from fitscope.report.repeats_view import averaged, folds, repeats
from fitscope.result import Studies


def told(section):
    return " ".join(section.sentences)


def test_repeats_tell_mean_spread_and_what_is_luck(with_studies):
    section = repeats(with_studies("repeats"))
    assert "over 8 seeds (4 to 7)" in told(section)
    assert "Test accuracy 88.30 ± 0.20 %" in told(section)
    assert "a difference below about 0.7 percentage points between two single trainings may be luck alone" in told(section)
    assert "All 8 say overfitting." in told(section)
    assert "Student" in section.caption


def test_repeats_have_a_row_a_seed_with_its_test_result(with_studies):
    table = repeats(with_studies("repeats")).tables[0]
    assert table.heads == ("seed", "best epoch", "best validation loss", "verdict", "test accuracy", "test loss")
    assert [row.term for row in table.rows] == [f"seed {seed}" for seed in range(8)]
    assert {len(row.values) for row in table.rows} == {5}


def test_repeats_that_were_not_tested_have_no_test_columns(result, make):
    made = tuple(dataclasses.replace(training, test=None) for training in make.repeats(3))
    section = repeats(dataclasses.replace(result, studies=Studies(repeats=made)))
    assert section.tables[0].heads[-1] == "verdict"
    assert "Test" not in told(section)
    assert section.caption == "± is one standard deviation between the seeds."


def test_verdicts_that_differ_are_counted(result, make):
    made = [dataclasses.replace(t, verdict=v) for t, v in zip(make.repeats(3), ("overfitting", "good_fit", "overfitting"))]
    assert "Verdicts: 2 × overfitting, 1 × good fit." in told(
        repeats(dataclasses.replace(result, studies=Studies(repeats=tuple(made))))
    )


def test_numbers_have_their_mean_absolute_error_compared(result, make):
    scores = [dataclasses.replace(make.score, accuracy=None, accuracy_interval=None, mae=mae) for mae in (41.0, 43.0, 45.0)]
    made = tuple(make.training(seed, {"seed": seed}, score) for seed, score in enumerate(scores))
    section = repeats(dataclasses.replace(result, studies=Studies(repeats=made)))
    assert "Test mean absolute error 43.0 ± 2.0 (41.00 to 45.00)" in told(section)
    assert "test mean absolute error" in section.tables[0].heads


def test_page_says_that_its_curves_are_the_mean(result, make):
    made = make.repeats(8)
    mean = mean_of([training.history for training in made])
    best = mean.epochs[int(mean.val_loss.argmin())]
    refit = dataclasses.replace(result.refit, epochs=best)
    shown = dataclasses.replace(result, history=mean, studies=Studies(repeats=made), refit=refit)
    assert averaged(shown) == "8 trainings with other seeds"
    assert "The curves at the top of this report are the mean of the 8 trainings" in told(repeats(shown))
    assert f"epoch {best}; the refit took that epoch." in told(repeats(shown))


def test_curves_of_the_only_seed_that_did_not_diverge_are_no_mean(result, make):
    [good] = make.repeats(1)
    broken = dataclasses.replace(good, history=good.history.replaced("val_loss", np.full(20, np.nan)), verdict="diverged",
                                 best_epoch=None, best_val_loss=None)  # fmt: skip
    shown = dataclasses.replace(result, history=good.history, studies=Studies(repeats=(good, broken)))
    assert averaged(shown) is None
    assert "mean of the" not in told(repeats(shown))


def test_trainings_that_lack_epochs_of_the_common_curves_are_not_drawn(result, make):
    made = (make.training(0), make.training(1, epochs=12))
    assert repeats(dataclasses.replace(result, history=made[0].history, studies=Studies(repeats=made))).pictures == ()


def test_training_without_a_finite_loss_leaves_a_table_alone(result, make):
    curves = make.history().until(2)
    broken = dataclasses.replace(make.training(), history=type(curves).of({"loss": [None, None], "val_loss": [None, None]}),
                                 best_epoch=None, best_val_loss=None, verdict="diverged", test=None)  # fmt: skip
    section = repeats(dataclasses.replace(result, studies=Studies(repeats=(broken, broken))))
    assert section.pictures == ()
    assert section.tables[0].rows[0].values == ("unknown", "unknown", "diverged")


def test_seed_that_diverged_is_left_out_of_the_mean(result, make):
    good = make.repeats(3)
    curves = type(good[0].history).of({"loss": [0.5, None], "val_loss": [0.6, None]})
    broken = dataclasses.replace(good[0], history=curves, verdict="diverged", best_epoch=1, best_val_loss=0.6)
    mean = mean_of([training.history for training in good])
    section = repeats(dataclasses.replace(result, history=mean, studies=Studies(repeats=(*good, broken))))
    assert "1 of them came to losses that are not finite, and is left out of the mean." in section.sentences
    assert "the mean of the 3 trainings" in told(section)
    assert section.pictures


def test_one_training_that_was_not_stopped_has_no_spread(result, make):
    [only] = make.repeats(1)
    sentences = repeats(dataclasses.replace(result, partial=True, studies=Studies(repeats=(only,)))).sentences
    assert f"Best epoch {only.best_epoch}, validation loss {only.best_val_loss:.3f}." in sentences
    assert "Verdicts: 1 × overfitting." in sentences


def test_folds_of_unlike_sizes_have_the_mean_over_samples(with_studies, make):
    mean = mean_of([training.history for training in make.folds()])
    over_samples = type(mean).of({"loss": mean.loss, "val_loss": mean.val_loss * 1.003 + 0.01 * (np.arange(20) == 5)})
    shown = with_studies("folds", history=over_samples)
    assert averaged(shown) == "5 folds"
    assert f"with its minimum at epoch {over_samples.val_loss.argmin() + 1}" in told(folds(shown))


def test_folds_that_were_not_all_trained_say_so(result, make):
    section = folds(dataclasses.replace(result, partial=True, studies=Studies(folds=make.folds()[:3])))
    assert "3 of 5 folds were held out" in told(section)
    assert "every training sample" not in told(section)


def test_chances_of_folds_are_those_of_the_mean_curve(with_studies):
    said = " ".join(sure(with_studies("folds")))
    assert "the minimum of the mean curve, had other validation samples been drawn" in said
    assert "the best of this run" not in said


def test_folds_say_that_every_sample_was_validated_once(with_studies):
    section = folds(with_studies("folds"))
    assert "every training sample was validated once" in told(section)
    assert [row.term for row in section.tables[0].rows] == [f"fold {k} of 5" for k in range(1, 6)]
    assert "no standard error" in section.caption


def test_nothing_is_said_where_nothing_was_repeated(result):
    assert repeats(result) is None
    assert folds(result) is None
    assert averaged(result) is None
