from functools import partial

import numpy as np
import pytest
from small_images import TEST_IMAGES
from tiny_pairs import finish, pair

from nncompare.comparison.result import ComparisonError, ComparisonResult, ModelResult
from nncompare.comparison.state import State
from nncompare.comparison.view import RunView
from nncompare.config import Comparison, RunConfig
from nncompare.data import load
from nncompare.engine.shared import EngineHolder, predict_on_worker
from nncompare.messages import Setup


def result_of(a: tuple[State, str], b: tuple[State, str] | None) -> ComparisonResult:
    comparison, engines = Comparison(), EngineHolder()
    engines.close()
    predictor = partial(predict_on_worker, engines, "auto")
    first, second = (
        ModelResult.of(RunView(Setup(RunConfig()), state=end[0], message=end[1], name=name), comparison, predictor)
        if end
        else None
        for name, end in (("A", a), ("B", b))
    )
    assert first is not None
    return ComparisonResult(comparison, 0, first, second, 1.0, State.FAILED)


@pytest.mark.parametrize("b", [(State.FINISHED, ""), (State.STOPPED, ""), None])
def test_without_a_failure_nothing_is_raised(b: tuple[State, str] | None) -> None:
    result_of((State.FINISHED, ""), b).raise_for_failure()


@pytest.mark.parametrize(
    ("a", "b", "sentence"),
    [
        ((State.FAILED, "A broke off."), (State.FINISHED, ""), "A broke off."),
        ((State.FINISHED, ""), (State.FAILED, "B broke off."), "B broke off."),
        ((State.FAILED, "A broke off."), (State.FAILED, "B broke off."), "A broke off. B broke off."),
        ((State.FAILED, "No engine."), (State.FAILED, "No engine."), "No engine."),
        ((State.FAILED, "A broke off."), None, "A broke off."),
    ],
)
def test_a_failure_is_raised_with_its_sentence_and_the_result(
    a: tuple[State, str], b: tuple[State, str] | None, sentence: str
) -> None:
    result = result_of(a, b)
    with pytest.raises(ComparisonError) as error:
        result.raise_for_failure()
    assert str(error.value) == sentence
    assert error.value.result is result


def test_a_model_without_weights_says_why_it_cannot_predict() -> None:
    failed = result_of((State.FAILED, "It broke off."), None).a
    with pytest.raises(ValueError, match=r"^Model A has no weights to predict with\. It broke off\.$"):
        failed.probabilities("test")


def test_an_unknown_split_is_told() -> None:
    with pytest.raises(ValueError, match=r"^There is no split named 'all'; there are test and train\.$"):
        result_of((State.FINISHED, ""), None).a.probabilities("all")  # type: ignore[arg-type]


def test_the_analysis_is_that_of_both_arrays_of_probabilities(engines: EngineHolder) -> None:
    result = finish(pair(a={"channels": 3}, b={"channels": 4}), engines)
    assert result.b is not None
    labels = load("synthetic-digits").labels("test")
    said = {name: model.probabilities("test").argmax(axis=1) for name, model in (("a", result.a), ("b", result.b))}
    np.testing.assert_array_equal(result.disagreements(), np.flatnonzero(said["a"] != said["b"]))
    for name in ("a", "b"):
        matrix = result.confusion(name)
        assert matrix.shape == (10, 10)
        assert matrix.sum(axis=1).tolist() == np.bincount(labels).tolist()
        assert matrix.trace() / TEST_IMAGES == pytest.approx(np.mean(said[name] == labels))
        assert result.class_scores(name).recall.shape == (10,)
        assert 0 <= result.calibration(name).error <= 1
    verdict = result.verdict()
    assert verdict.accuracy_a == pytest.approx(result.a.history.test_accuracy[-1])
    assert verdict.accuracy_b == pytest.approx(result.b.history.test_accuracy[-1])
    assert result.confusion("b", "train").sum() == 1_000
    with pytest.raises(ValueError, match="There is no model 'c'"):
        result.confusion("c")
    with pytest.raises(ValueError, match="There are images 0 to 499 to leave out"):
        result.verdict(without=[TEST_IMAGES])
    with pytest.raises(ValueError, match="Positions of images are whole numbers; got bool"):
        result.verdict(without=result.labels() == 5)
    right = f"test accuracy {100 * verdict.accuracy_a:.2f}% after epoch 1"
    assert repr(result).startswith(
        f"<Comparison on synthetic-digits: <Seed 0: [<Model A: finished, epoch 1 of 1, {right}>"
    )


def test_a_model_alone_has_no_verdict(engines: EngineHolder) -> None:
    result = finish(pair().model_copy(update={"b": None}), engines)
    with pytest.raises(ValueError, match="trained alone"):
        result.verdict()
