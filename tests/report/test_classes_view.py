import dataclasses

import pytest

from fitscope.report.classes_view import from_two_to_several, roles
from fitscope.result import LayerFacts, ModelFacts


def textbook(units=16, outputs=1):
    layers = (("hidden_1", 10_000, units), ("hidden_2", units, units), ("output", units, outputs))
    made = tuple(LayerFacts(name, "Dense", (width,), inputs * width + width) for name, inputs, width in layers)
    return ModelFacts("textbook", sum(layer.parameters for layer in made), made)


def of(result, name, model):
    return dataclasses.replace(result, dataset=dataclasses.replace(result.dataset, name=name), model=model)


@pytest.mark.parametrize(
    ("name", "model", "first", "total"),
    [
        ("imdb", textbook(), "10,000 × 16 + 16", "160,305 in all"),
        ("reuters", textbook(64, 46), "10,000 × 64 + 64", "647,214 in all"),
    ],
)
def test_parameters_are_spelt_out_layer_by_layer(result, name, model, first, total):
    shown = from_two_to_several(of(result, name, model))
    assert shown.parameters.rows[0].values == (first, f"{model.layers[0].parameters:,}")
    assert shown.sum.startswith(total)


def test_loss_of_a_guess_is_the_logarithm_of_the_classes(result):
    changes = {row.term: row.values for row in from_two_to_several(of(result, "imdb", textbook())).changes.rows}
    assert changes["loss of a guess"][:2] == ("ln 2 = 0.693", "ln 46 = 3.829")


def test_layer_of_another_kind_is_not_explained_as_dense(result):
    dropout = LayerFacts("dropout", "Dropout", (16,), 0)
    model = dataclasses.replace(textbook(), layers=(*textbook().layers[:1], dropout, *textbook().layers[1:]))
    rows = {row.term: row.values for row in from_two_to_several(of(result, "imdb", model)).parameters.rows}
    assert rows["dropout"] == ("none to learn", "0")
    assert rows["hidden_2"] == ("16 × 16 + 16", "272")


def test_layer_that_takes_no_words_one_by_one_is_not_said_to(result):
    embedding = LayerFacts("embedding", "Embedding", (None, 32), 320_000)
    model = ModelFacts("own", 320_033, (embedding, LayerFacts("output", "Dense", (1,), 33)))
    assert from_two_to_several(of(result, "imdb", model)).sum == "320,033 in all."


def test_other_data_has_no_such_section(result):
    assert from_two_to_several(result) is None


def test_roles_say_when_the_run_touched_each_part(result):
    rows = {row.term: row.values for row in roles(result).rows}
    assert rows["training"][2] == "in every epoch, to fit the weights; again in the refit"
    assert "chose the best epoch" in rows["validation"][2]
    assert rows["test"][2].startswith("once, at the very end")


def test_roles_of_an_interrupted_run_say_that_the_test_data_was_left_alone(result):
    stopped = dataclasses.replace(result, refit=None, holdout=None, test_reads=0, refit_skipped="interrupted")
    rows = {row.term: row.values for row in roles(stopped).rows}
    assert rows["test"][2] == "never, in this run"
    assert "refit" not in rows["validation"][2]
