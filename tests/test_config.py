import math
from collections.abc import Callable
from typing import Any

import pytest
from any_settings import comparisons, runs
from hypothesis import given
from pydantic import BaseModel, ValidationError

from nncompare import Dashboard, compare
from nncompare.catalog import CATALOG
from nncompare.config import Comparison, RunConfig, explain, from_text, one_sentence

DATASETS = list(CATALOG)
NAN, INFINITY, HUGE = math.nan, math.inf, 10**9

RUN_DEFAULTS = {
    "channels": 16,
    "dropout": 0.25,
    "batch_size": 64,
    "learning_rate": 0.001,
    "optimizer": "adam",
    "momentum": 0.9,
    "epochs": 3,
    "schedule": "constant",
    "weight_decay": 0.0,
    "label_smoothing": 0.0,
}

RIGHT_RUN_VALUES = [
    ("channels", [1, 256, "16"]),
    ("dropout", [0, 0.999, "0.5"]),
    ("batch_size", [1, 60_000, "64"]),
    ("learning_rate", [1e-300, 10, "1e-3"]),
    ("momentum", [0, 0.999]),
    ("epochs", [1, 100]),
    ("optimizer", ["adam", "sgd"]),
]

WRONG_NUMBERS = [NAN, INFINITY, -INFINITY, HUGE, -1, True, False, "", "many", None, [1]]

# The words on the right are what the sentence has to say of the bounds.
WRONG_RUN_VALUES = [
    ("channels", [0, 257, 2.5, 10**5000, *WRONG_NUMBERS], "Channels must be a whole number from 1 to 256"),
    ("dropout", [1, 1.0, -0.01, *WRONG_NUMBERS], "Dropout must be a number from 0 to below 1"),
    ("batch_size", [0, 60_001, 10**12, 0.5, *WRONG_NUMBERS], "Batch size must be a whole number from 1 to 60,000"),
    ("learning_rate", [0, 10.01, *WRONG_NUMBERS], "Learning rate must be a number above 0 to 10"),
    ("momentum", [1, -0.1, *WRONG_NUMBERS], "Momentum must be a number from 0 to below 1"),
    ("epochs", [0, 101, 1.5, *WRONG_NUMBERS], "Epochs must be a whole number from 1 to 100"),
    ("schedule", ["cosine", None], "Schedule must be constant or one-cycle"),
    ("weight_decay", [-0.1, 1.1, *WRONG_NUMBERS], "Weight decay must be a number from 0 to 1"),
    ("label_smoothing", [-0.1, 1, *WRONG_NUMBERS], "Label smoothing must be a number from 0 to below 1"),
    ("optimizer", ["rmsprop", "Adam", "", None, 3, True], "Optimiser must be adam or sgd"),
]

RIGHT_COMPARISON_VALUES = [
    ("dataset", DATASETS),
    ("seed", [0, 2**32 - 1]),
    ("seed_gap", [0, 1, 2**32 - 1]),
    ("precision", ["auto", "float32", "bfloat16"]),
    ("device", ["auto", "cpu", "cuda", "cuda:1"]),
    ("memory_budget", [None, 1, 2**40]),
    ("train_images", [None, 1_000, 60_000]),
    ("repeat", [1, 10]),
]

WRONG_COMPARISON_VALUES = [
    (
        "dataset",
        ["cifar", "", "MNIST", None, 1],
        f"Data set must be {', '.join(DATASETS[:-1])} or {DATASETS[-1]}",
    ),
    ("seed", [-1, 2**32, 0.5, True, NAN, "x", None], "Seed must be a whole number from 0 to 4,294,967,295"),
    ("seed_gap", [-1, 2**32, 0.5, None], "Seed gap must be a whole number from 0 to 4,294,967,295"),
    ("precision", ["float16", "", None], "Precision must be auto, float32 or bfloat16"),
    ("device", ["tpu", "cuda:", "cuda:x", "", 0, "cpu\n"], "Device must be auto, cpu, cuda or cuda:N"),
    ("memory_budget", [0, -1, "x", True, NAN], "Memory budget must be a whole number from 1"),
    ("train_images", [999, 60_001, 0, True, "x"], "Training images must be a whole number from 1,000 to 60,000"),
    ("repeat", [0, 11, 1.5, True, None], "Repeat must be a whole number from 1 to 10"),
    ("a", [5, "x", None, [1]], "Model A must be a set of settings"),
    ("b", [5, "x", [1]], "Model B must be a set of settings"),
]


def cases(table: list[tuple[Any, ...]]) -> list[Any]:
    return [
        pytest.param(name, value, *rest, id=f"{name}={shown(value)}")
        for name, values, *rest in table
        for value in values
    ]


def shown(value: Any) -> str:
    # A number of 5,000 digits has no text.
    return "10**5000" if value == 10**5000 else repr(value)


def sentence_for(model: type[BaseModel], values: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as error:
        model.model_validate(values)
    return one_sentence(error.value, model)


def test_the_defaults_are_those_of_the_design() -> None:
    assert RunConfig().model_dump() == RUN_DEFAULTS
    assert Comparison().model_dump() == {
        "dataset": "mnist",
        "a": RUN_DEFAULTS,
        "b": RUN_DEFAULTS,
        "seed": 0,
        "seed_gap": 0,
        "precision": "auto",
        "device": "auto",
        "memory_budget": None,
        "train_images": None,
        "repeat": 1,
    }


@pytest.mark.parametrize(("name", "value"), cases(RIGHT_RUN_VALUES))
def test_a_run_takes_every_value_up_to_its_bounds(name: str, value: Any) -> None:
    taken = getattr(RunConfig.model_validate({name: value}), name)
    assert taken == (float(value) if isinstance(taken, float) else value if name == "optimizer" else int(value))


@pytest.mark.parametrize(("name", "value"), cases(RIGHT_COMPARISON_VALUES))
def test_a_comparison_takes_every_value_up_to_its_bounds(name: str, value: Any) -> None:
    assert getattr(Comparison.model_validate({name: value}), name) == value


@pytest.mark.parametrize(("name", "value", "bounds"), cases(WRONG_RUN_VALUES))
def test_a_wrong_setting_of_a_run_is_one_sentence_with_value_and_bounds(name: str, value: Any, bounds: str) -> None:
    sentence = sentence_for(RunConfig, {name: value})
    assert sentence.startswith(f"{bounds}; got ")
    assert_one_sentence_names(sentence, value)


@pytest.mark.parametrize(("name", "value", "bounds"), cases(WRONG_COMPARISON_VALUES))
def test_a_wrong_setting_of_a_comparison_is_one_sentence_with_value_and_bounds(
    name: str, value: Any, bounds: str
) -> None:
    sentence = sentence_for(Comparison, {name: value})
    assert sentence.startswith(f"{bounds}; got ")
    assert_one_sentence_names(sentence, value)


def assert_one_sentence_names(sentence: str, value: Any) -> None:
    assert sentence.count("got ") == 1
    assert sentence.endswith(".")
    assert len(sentence) < 200
    if value in (None, ""):
        assert sentence.endswith("got nothing.")
    elif value != 10**5000:
        assert f"got {str(value).strip()}" in sentence


def test_a_wrong_setting_of_a_model_names_the_model() -> None:
    with pytest.raises(ValidationError) as error:
        Comparison.model_validate({"a": {"channels": 0}, "b": {"dropout": 1, "epochs": 0}})
    assert explain(error.value, Comparison) == {
        "a.channels": "Model A: Channels must be a whole number from 1 to 256; got 0.",
        "b.dropout": "Model B: Dropout must be a number from 0 to below 1; got 1.",
        "b.epochs": "Model B: Epochs must be a whole number from 1 to 100; got 0.",
    }


@pytest.mark.parametrize(("model", "values"), [(RunConfig, {"width": 1}), (Comparison, {"width": 1})])
def test_an_unknown_name_is_told_with_those_that_there_are(model: type[BaseModel], values: dict[str, Any]) -> None:
    sentence = sentence_for(model, values)
    assert sentence.startswith("There is no setting named 'width'; there are ")
    assert all(name in sentence for name in model.model_fields)


def test_settings_cannot_be_changed_later() -> None:
    with pytest.raises(ValidationError):
        RunConfig().channels = 8  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Comparison().seed = 1  # type: ignore[misc]


@given(comparisons)
def test_json_brings_back_the_same_comparison(comparison: Comparison) -> None:
    assert Comparison.model_validate_json(comparison.model_dump_json()) == comparison


@given(runs)
def test_the_texts_of_a_form_bring_back_the_same_run(run: RunConfig) -> None:
    assert from_text({name: f" {value} " for name, value in run.model_dump().items()}) == (run, {})


def test_a_form_tells_every_wrong_field() -> None:
    run, problems = from_text({"channels": "wide", "epochs": "0", "dropout": "nan", "momentum": "0.5"})
    assert run is None
    assert problems == {
        "channels": "Channels must be a whole number from 1 to 256; got wide.",
        "dropout": "Dropout must be a number from 0 to below 1; got nan.",
        "epochs": "Epochs must be a whole number from 1 to 100; got 0.",
    }


def test_seeds_count_on_from_the_first_and_begin_again_after_the_last() -> None:
    assert Comparison(seed=3, repeat=3).seeds == [3, 4, 5]
    assert Comparison(seed=2**32 - 1, repeat=2).seeds == [2**32 - 1, 0]


@pytest.mark.parametrize("begin", [compare, Dashboard])
def test_what_is_no_comparison_is_refused_with_a_sentence(begin: Callable[[Any], object]) -> None:
    with pytest.raises(
        TypeError, match=r"^A Comparison is needed, such as Comparison\(dataset=\"mnist\"\); got 'mnist'\.$"
    ):
        begin("mnist")
