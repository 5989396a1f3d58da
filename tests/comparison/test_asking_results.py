"""What can be asked of trained models, of their own images and of others, on a real worker."""

import numpy as np
import pytest
from processes import until
from tiny_pairs import begin, finish, pair, until_both_train

from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.robustness import measure_robustness
from nncompare.data import load
from nncompare.engine.shared import EngineHolder


@pytest.fixture(scope="module")
def result(engines: EngineHolder) -> ComparisonResult:
    return finish(pair(a={"channels": 2}, b={"channels": 4, "epochs": 2}, precision="float32"), engines)


def test_any_images_are_predicted_as_those_of_the_data_set_are(result: ComparisonResult) -> None:
    images = load("synthetic-digits").images("test")
    found = result.predict_images(images)
    assert list(found) == ["A", "B"]
    for model in result.models:
        assert found[model.name] == pytest.approx(model.probabilities("test"), abs=1e-5)
    one = result.predict_images(images[7] / 255)
    assert one["B"] == pytest.approx(found["B"][7:8], abs=1e-5)


def test_robustness_begins_with_the_accuracy_and_falls(result: ComparisonResult) -> None:
    told: list[int] = []
    found = result.robustness("noise", lambda done, _: told.append(done))
    labels = load("synthetic-digits").labels("test")
    for model in result.models:
        undisturbed = int((model.probabilities("test").argmax(axis=1) == labels).sum())
        assert abs(found.right[model.name][0] - undisturbed) <= 1
    assert found.images == len(labels)
    assert told == list(range(10))
    assert (found.seed, found.epochs) == (result.seed, {"A": 1.0, "B": 2.0})
    assert result.robustness("noise") == found, "its noise is the same each time"


def test_feature_maps_are_those_of_three_blocks(result: ComparisonResult) -> None:
    maps = result.feature_maps("b", 3)
    assert [one.shape for one in maps] == [(4, 14, 14), (8, 7, 7), (16, 3, 3)]
    assert all(np.isfinite(one).all() and one.min() >= 0 for one in maps)
    with pytest.raises(ValueError, match="no model 'c'"):
        result.feature_maps("c", 3)


def test_a_alone_can_be_asked_too(engines: EngineHolder) -> None:
    alone = finish(pair().model_copy(update={"b": None}), engines)
    assert list(alone.predict_images(np.zeros((2, 28, 28), np.uint8))) == ["A"]
    assert alone.robustness("shift").p_values == ()


def test_models_are_tried_with_the_weights_of_one_moment_while_they_train(engines: EngineHolder) -> None:
    running = begin(pair(a={"epochs": 100}, b={"epochs": 100}), engines)
    running.explore(True)
    until(lambda: len(running.current.networks) == 2, "weights are sent along")
    until_both_train(running)
    before = {network.name: network.epoch for network in running.current.networks}
    found = measure_robustness(running.current, "contrast")
    assert running.state.is_active
    assert found is not None
    assert all(before[name] <= epoch < 100 for name, epoch in found.epochs.items())
    running.stop()
    assert running.wait(90)
