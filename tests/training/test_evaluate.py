import pytest
import torch
from tiny_runs import images, model_of

from nncompare.architectures import DEFAULT
from nncompare.config import Precision
from nncompare.training.backends import make_network
from nncompare.training.backends.fast import FastNetwork
from nncompare.training.backends.plain import PlainNetwork
from nncompare.training.evaluate import Predictor


def test_in_bfloat16_the_predictions_are_nearly_those_of_float32() -> None:
    model, data = model_of(), images(60)
    exact = Predictor(make_network(DEFAULT, model, "float32"), 16).log_probabilities(data)
    quick = Predictor(make_network(DEFAULT, model, "bfloat16"), 16).log_probabilities(data)
    assert not torch.equal(quick, exact)
    torch.testing.assert_close(quick, exact, atol=0.05, rtol=0.05)


def test_the_confidences_of_bfloat16_are_not_rounded_to_its_three_digits() -> None:
    said = Predictor(make_network(DEFAULT, model_of(), "bfloat16"), 16).log_probabilities(images(60))
    assert not torch.equal(said, said.bfloat16().float())


def test_predictions_do_not_depend_on_how_many_are_made_at_once() -> None:
    model, data = model_of(), images(60)
    one, many = (Predictor(make_network(DEFAULT, model, "float32"), size).log_probabilities(data) for size in (7, 60))
    torch.testing.assert_close(one, many)


def test_a_network_that_learns_goes_on_learning_after_predictions() -> None:
    model = model_of().train()
    Predictor(PlainNetwork(model, "float32"), 16).log_probabilities(images(10))
    assert model.training


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_both_ways_predict_the_same(precision: Precision) -> None:
    model, data = model_of(4, dropout=0.3).train(), images(60)
    plain = Predictor(PlainNetwork(model, precision), 16).log_probabilities(data)
    fast = Predictor(FastNetwork(model, precision), 16).log_probabilities(data)
    tolerance = 1e-5 if precision == "float32" else 0.02
    torch.testing.assert_close(fast, plain, atol=tolerance, rtol=tolerance)
    assert plain.exp().sum(dim=1).tolist() == pytest.approx([1] * 60, abs=1e-5)


def test_the_fast_way_predicts_with_the_weights_as_they_are_now() -> None:
    model, data = model_of(), images(20)
    predictor = Predictor(FastNetwork(model, "bfloat16"), 16)
    before = predictor.log_probabilities(data)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1.5)
    assert not torch.equal(predictor.log_probabilities(data), before)
