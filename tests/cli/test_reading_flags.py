"""Settings as flags: several flags of a model belong together, and numbers are read as in the forms."""

import argparse
import json
from pathlib import Path

import pytest

from nncompare.cli.comparison_flags import add_flags, read_comparison
from nncompare.config import Comparison, RunConfig, from_text, read_field
from nncompare.errors import UserError


def read(*words: str) -> Comparison:
    parser = argparse.ArgumentParser()
    add_flags(parser)
    return read_comparison(parser.parse_args(words))


def outcome(*words: str) -> Comparison | str:
    try:
        return read(*words)
    except UserError as error:
        return str(error)


def test_what_several_flags_of_a_model_name_belongs_together(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"a": {"dropout": 0.5, "epochs": 9}}))
    found = read("--config", str(file), "--a", "channels=8", "--a", "epochs=1,optimizer=sgd", "--b", "none")
    assert found.a == RunConfig(channels=8, epochs=1, optimizer="sgd", dropout=0.5)
    assert found.b is None


def test_thousands_may_be_marked_also_beside_other_settings() -> None:
    found = read("--a", "batch_size=1,024,channels=8", "--train-images", "2,000", "--seed", "4,294,967,295")
    assert found.a == RunConfig(batch_size=1024, channels=8)
    assert (found.train_images, found.seed) == (2_000, 4_294_967_295)


NUMBERS = [
    "8",
    " 16 ",
    "1,024",
    "1 024",
    "10,24",
    "1.000",
    "60.000",
    "1e3",
    "0,25",
    "0.25",
    "1_000",
    "08",
    "-1",
    "x",
    "8.",
]


@pytest.mark.parametrize("text", NUMBERS)
@pytest.mark.parametrize("name", ["batch_size", "dropout"])
def test_a_number_is_read_as_in_the_form(name: str, text: str) -> None:
    config, sentences = from_text({name: text})
    expected = f"Model A: {sentences[name]}" if config is None else Comparison(a=config)
    assert outcome("--a", f"{name}={text}") == expected


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_of_the_comparison_is_read_as_in_the_form(text: str) -> None:
    value, sentence = read_field(Comparison, "train_images", text)
    assert outcome(f"--train-images={text}") == (sentence or Comparison(train_images=value))
