import torch
from tiny_runs import images, model_of

from nncompare.training.evaluate import Predictor


def test_in_bfloat16_the_predictions_are_nearly_those_of_float32() -> None:
    model, data = model_of(), images(60)
    exact = Predictor(model, 16, "float32").log_probabilities(data)
    quick = Predictor(model, 16, "bfloat16").log_probabilities(data)
    assert not torch.equal(quick, exact)
    torch.testing.assert_close(quick, exact, atol=0.05, rtol=0.05)


def test_the_confidences_of_bfloat16_are_not_rounded_to_its_three_digits() -> None:
    said = Predictor(model_of(), 16, "bfloat16").log_probabilities(images(60))
    assert not torch.equal(said, said.bfloat16().float())


def test_predictions_do_not_depend_on_how_many_are_made_at_once() -> None:
    model, data = model_of(), images(60)
    one, many = (Predictor(model, size, "float32").log_probabilities(data) for size in (7, 60))
    torch.testing.assert_close(one, many)


def test_a_network_that_learns_goes_on_learning_after_predictions() -> None:
    model = model_of().train()
    Predictor(model, 16, "float32").log_probabilities(images(10))
    assert model.training
