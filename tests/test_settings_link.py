from urllib.parse import parse_qsl, urlencode

import pytest
from any_settings import comparisons
from hypothesis import example, given
from hypothesis import strategies as st

from nncompare.config import Comparison, RunConfig, from_text
from nncompare.ui.settings_link import from_query, to_query


@given(comparisons, comparisons)
@example(Comparison(), Comparison(b=None))
def test_the_link_brings_back_the_same_comparison(comparison: Comparison, opening: Comparison) -> None:
    assert from_query(to_query(comparison, opening), opening) == (comparison, [])


@given(comparisons)
def test_nothing_is_named_that_does_not_differ(comparison: Comparison) -> None:
    assert to_query(comparison, comparison) == ""


def test_only_what_differs_is_named() -> None:
    changed = Comparison(dataset="synthetic-digits", a=RunConfig(channels=8), b=None)
    named = dict(parse_qsl(to_query(changed, Comparison())))
    assert named == {"dataset": "synthetic-digits", "a.channels": "8", "b": "none"}


def test_a_wrong_value_is_told_and_the_others_are_taken() -> None:
    comparison, problems = from_query("a.channels=0&a.epochs=2&seed=7&b.optimizer=rmsprop", Comparison())
    assert comparison == Comparison(a=RunConfig(epochs=2), seed=7)
    assert problems == [
        "Model A: Channels must be a whole number from 1 to 256; got 0.",
        "Model B: Optimiser must be adam or sgd; got rmsprop.",
    ]


def test_a_value_that_is_named_twice_is_told() -> None:
    comparison, problems = from_query("a.channels=8&a.channels=9&b.channels=0&b.channels=7", Comparison())
    assert comparison == Comparison(a=RunConfig(channels=8), b=RunConfig(channels=7))
    assert problems == [
        "The address names a.channels twice; the first is taken.",
        "Model B: Channels must be a whole number from 1 to 256; got 0.",
    ]


@pytest.mark.parametrize("text", ["1,024", "1 024", "1.000", "10,24", "1e3", "x"])
def test_a_number_is_read_as_in_the_form(text: str) -> None:
    config, sentences = from_text({"batch_size": text})
    comparison, problems = from_query(urlencode({"a.batch_size": text}), Comparison())
    assert comparison == Comparison(a=config or RunConfig())
    assert problems == [f"Model A: {sentence}" for sentence in sentences.values()]


def test_names_of_others_are_passed_over() -> None:
    assert from_query("token=abc&a.colour=red&c.channels=1&a=5", Comparison()) == (Comparison(), [])


def test_a_link_that_is_too_long_is_told() -> None:
    comparison, problems = from_query("seed=" + "1" * 5_000, Comparison())
    assert comparison == Comparison()
    assert len(problems) == 1


@given(st.text(max_size=300))
def test_any_text_gives_a_comparison(text: str) -> None:
    comparison, problems = from_query(text, Comparison(seed=3))
    assert Comparison.model_validate(comparison.model_dump()) == comparison
    assert all(problem.endswith(".") for problem in problems)
