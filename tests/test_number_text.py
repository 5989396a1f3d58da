"""Numbers as people write and paste them: the same at every entrance, and nothing is guessed at."""

import argparse
import json
import os
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

import nncompare.ui.dashboard  # with it every class of settings is there  # noqa: F401
from nncompare.cli.comparison_flags import add_flags, read_comparison
from nncompare.config import Comparison, RunConfig, from_text, one_sentence, read_field
from nncompare.environment import set_for_children
from nncompare.errors import UserError
from nncompare.limits import Limits, LimitsError
from nncompare.number_text import meanings
from nncompare.settings import Integer, Settings
from nncompare.settings_file import read_settings
from nncompare.ui.settings_link import from_query

SPACES = {"fixed": "\u00a0", "narrow": "\u202f", "thin": "\u2009", "figure": "\u2007", "plain": " "}
MARKS = {**SPACES, "apostrophe": "'", "curly": "\u2019", "underscore": "_"}
PASTED = [*(f"1{mark}000" for mark in MARKS.values()), "1,000", " 1000 ", "1000", "1000.0"]
AMBIGUOUS = "Batch size 1.000 can mean 1 or 1,000. Write 1 or 1000."


def in_form(text: str) -> tuple[int | None, str]:
    run, problems = from_text({"batch_size": text})
    return (run.batch_size if run else None), " ".join(problems.values())


def in_file(text: str) -> tuple[int | None, str]:
    try:
        content = json.dumps({"a": {"batch_size": text}}).encode()
        return Comparison.model_validate(read_settings(content)).a.batch_size, ""
    except ValidationError as error:
        return None, one_sentence(error, Comparison).removeprefix("Model A: ")


def in_link(text: str) -> tuple[int | None, str]:
    comparison, problems = from_query(f"a.batch_size={quote(text)}", Comparison(a=RunConfig(batch_size=3)))
    return (None if problems else comparison.a.batch_size), " ".join(problems).removeprefix("Model A: ")


ENTRANCES = [in_form, in_file, in_link]


@pytest.mark.parametrize("entrance", ENTRANCES)
@pytest.mark.parametrize("text", PASTED, ids=ascii)
def test_every_entrance_takes_the_marks_that_people_paste(entrance, text):
    assert entrance(text) == (1_000, "")


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_every_entrance_refuses_what_is_ambiguous_with_both_readings(entrance):
    assert entrance("1.000") == (None, AMBIGUOUS)


@pytest.mark.parametrize("entrance", ENTRANCES)
@pytest.mark.parametrize(
    "text", ["1,00", "10,00,000", ",100", "1,000,", "1,0 0", "1.000,5", "1_0", "0,001", "1,000 000", "1'00", "1e3"]
)
def test_no_entrance_guesses_at_odd_marks(entrance, text):
    value, sentence = entrance(text)
    assert value is None
    assert sentence.startswith("Batch size must be a whole number from 1 to 60,000; got ")


def flags(*words: str) -> Comparison:
    parser = argparse.ArgumentParser()
    add_flags(parser)
    return read_comparison(parser.parse_args(words))


def test_the_shell_reads_as_the_form_does():
    assert flags("--train-images", "30\u202f000", "--seed", "1'000", "--a", "batch_size=1 000") == Comparison(
        train_images=30_000, seed=1_000, a=RunConfig(batch_size=1_000)
    )
    for words, sentence in {
        ("--seed", "1.000"): "Seed 1.000 can mean 1 or 1,000. Write 1 or 1000.",
        ("--train-images", "30.000"): "Training images 30.000 can mean 30 or 30,000. Write 30 or 30000.",
        ("--b", "epochs=1.000"): "Model B: Epochs 1.000 can mean 1 or 1,000. Write 1 or 1000.",
    }.items():
        with pytest.raises(UserError) as error:
            flags(*words)
        assert str(error.value) == sentence


def test_what_is_no_whole_number_in_one_reading_offers_the_other():
    assert read_field(RunConfig, "batch_size", "1.234") == (
        None,
        "Batch size 1.234 is not a whole number. For 1,234 write 1234.",
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [("0,001", 0.001), ("0.001", 0.001), ("0,5", 0.5), (",5", 0.5), ("1e-3", 0.001), ("1,5e\u22123", 0.0015)],
)
@pytest.mark.parametrize("name", ["learning_rate", "dropout", "momentum"])
def test_a_rate_takes_a_decimal_comma(name, text, value):
    run, problems = from_text({name: text})
    assert problems == {}
    assert getattr(run, name) == value


@pytest.mark.parametrize("text", ["0 001", "0,5,5", "0.0.1", "nan", "\u221e", "1.2,3.4"])
def test_a_rate_that_is_no_number_is_told(text):
    expected = f"Dropout must be a number from 0 to below 1; got {text}."
    assert read_field(RunConfig, "dropout", text) == (None, expected)


def test_a_rate_has_the_one_reading_that_its_bounds_allow():
    assert read_field(RunConfig, "learning_rate", "1.234") == (1.234, "")
    assert read_field(RunConfig, "learning_rate", "1,234") == (1.234, "")
    assert (
        "Learning rate must be a number above 0 to 10; got 1234" in read_field(RunConfig, "learning_rate", "1 234")[1]
    )


@pytest.mark.parametrize("text", ["1.500", "1,500", "1.234"])
def test_without_bounds_a_number_with_a_fraction_is_ambiguous_too(text, monkeypatch):
    monkeypatch.setenv("NNCOMPARE_MOST_MINUTES", text)
    with pytest.raises(LimitsError, match=rf"^Most minutes {text} can mean 1\.[0-9]+ or 1,[0-9]+\. Write "):
        Limits.from_environment()


def test_what_is_advised_is_read_as_it_was_meant():
    _, sentence = read_field(Limits, "most_minutes", "1.234")
    assert sentence == "Most minutes 1.234 can mean 1.234 or 1,234. Write 1.2340 or 1234."
    assert read_field(Limits, "most_minutes", "1.2340") == (1.234, "")
    assert read_field(Limits, "most_minutes", "1234") == (1_234, "")


@given(st.floats(0.001, 1e9))
def test_a_server_tells_its_kernels_a_number_that_is_not_ambiguous(minutes):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "environ", {})
        set_for_children({"most_minutes": minutes})
        assert Limits.from_environment() == Limits(most_minutes=minutes)


@given(st.integers(0, 2**32 - 1), st.sampled_from([*MARKS.values(), ","]))
def test_any_whole_number_is_read_with_any_mark(number, mark):
    assert meanings(f"{number:,}".replace(",", mark), is_whole=True) == [number]


@given(st.text("0123456789.,' _eE+-\u00a0\u202f\u2009\u2019", max_size=30), st.booleans())
def test_no_text_means_more_than_two_numbers(text, is_whole):
    found = meanings(text, is_whole=is_whole)
    assert len(found) < 3
    if len(found) == 2:
        assert round(found[0] * 1_000) == found[1]


@pytest.mark.parametrize("text", ["8 MiB", "8MB", "8m", "8\u202fMiB", "8,0 mib", "8192 KiB", "8388608"])
def test_a_size_in_bytes_may_have_a_unit(text):
    assert read_field(Comparison, "memory_budget", text) == (8 * 1024**2, "")


@pytest.mark.parametrize("text", ["MiB", "8 miles", "1.000 GiB", "-8 MiB", "8 MiB 4", "1e999 MB", "1e400K", "nan MB"])
def test_what_is_no_size_is_refused(text):
    assert read_field(Comparison, "memory_budget", text)[0] is None


def test_what_counts_no_bytes_has_no_such_unit():
    assert read_field(RunConfig, "channels", "8 K")[0] is None


def subclasses(of: type[BaseModel]) -> list[type[BaseModel]]:
    return [one for each in of.__subclasses__() for one in (each, *subclasses(each))]


def test_all_that_a_user_can_enter_is_read_in_this_way():
    """What the store and the board of a class read was written by the program itself."""
    own = [one for one in subclasses(BaseModel) if one.__module__.startswith("nncompare.")]
    written = ("nncompare.store.", "nncompare.engine.class_report", "nncompare.lessons.guessed")
    entered = [one for one in own if not one.__module__.startswith(written)]
    assert {RunConfig, Comparison, Limits} < set(entered)
    assert [one for one in entered if one is not Settings and not issubclass(one, Settings)] == []


def test_a_number_outside_of_settings_takes_no_text_at_all():
    class Loose(BaseModel):
        count: Integer

    assert Loose(count=1).count == 1
    for wrong in ("1.000", "1", True):
        with pytest.raises(ValidationError):
            Loose.model_validate({"count": wrong})
