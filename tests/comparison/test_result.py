import pytest

from nncompare.comparison.engine_holder import EngineHolder
from nncompare.comparison.result import ComparisonError, ComparisonResult, ModelResult
from nncompare.comparison.run import ModelRun
from nncompare.comparison.state import State
from nncompare.config import Comparison, RunConfig


def result_of(a: tuple[State, str], b: tuple[State, str] | None) -> ComparisonResult:
    comparison, engines = Comparison(), EngineHolder()
    engines.close()
    models = [
        ModelResult(ModelRun(name, RunConfig(), state=end[0], message=end[1]), comparison, engines) if end else None
        for name, end in (("A", a), ("B", b))
    ]
    assert models[0] is not None
    return ComparisonResult(comparison, models[0], models[1], 1.0, State.FAILED)


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
