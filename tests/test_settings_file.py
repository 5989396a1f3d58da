"""Files of settings from anywhere: each is taken whole, or refused in a sentence."""

import json
import re
import time

import pytest
from any_settings import comparisons
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from nncompare.config import Comparison, RunConfig, one_sentence
from nncompare.settings_file import LARGEST_BYTES, read_settings
from nncompare.ui.clickable import OpenFile
from nncompare.ui.elements import render

NAMES = st.sampled_from([*Comparison.model_fields, *RunConfig.model_fields, "__class__", "", "a.channels", "<b>", "é"])
NUMBERS = st.integers() | st.floats() | st.sampled_from([10**400, -(10**400), 1e308, -0.0, 2**63])
LEAVES = st.none() | st.booleans() | NUMBERS | st.text(max_size=60)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6), max_leaves=20
)


def refusal(content: bytes) -> str:
    """Read as the page does: why it is not taken, empty if it is."""
    try:
        Comparison.model_validate(read_settings(content))
    except ValidationError as error:
        return one_sentence(error, Comparison)
    except ValueError as error:
        return str(error)
    return ""


@given(comparisons)
def test_what_was_saved_is_opened_again(comparison: Comparison) -> None:
    """Every field there is, the newest too: they are all taken from the model."""
    saved = comparison.model_dump_json(indent=2).encode()
    assert set(json.loads(saved)) == set(Comparison.model_fields)
    assert Comparison.model_validate(read_settings(saved)) == comparison


@settings(max_examples=examples(1_000))
@given(st.dictionaries(NAMES, VALUES, max_size=8))
def test_any_values_are_taken_or_refused_in_a_sentence(values: dict[str, object]) -> None:
    said = refusal(json.dumps(values).encode())
    assert said == "" or said.endswith((".", ". Write a point, not a comma."))
    assert len(said) < 10_000
    assert "<script>" not in render("messages.html", messages=[said + "<script>"])


@settings(max_examples=examples(1_000))
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_a_sentence(content: bytes) -> None:
    assert refusal(content).endswith(".")


@settings(max_examples=examples(500))
@given(comparisons, st.data())
def test_a_damaged_file_is_refused_or_read(comparison: Comparison, data: st.DataObject) -> None:
    saved = bytearray(comparison.model_dump_json().encode())
    for _ in range(data.draw(st.integers(1, 4))):
        saved[data.draw(st.integers(0, len(saved) - 1))] = data.draw(st.integers(0, 255))
    refusal(bytes(saved[: data.draw(st.integers(0, len(saved)))]))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is not JSON."),
        (b"\xff\xfe{\x00}\x00", "is not JSON."),
        (json.dumps({"seed": 7}).encode("utf-16"), "is not JSON."),
        (b'{\n  "seed": 1,\n  "a" {}\n}', "is not JSON. Look at line 3, column 7, or just before."),
        (b"[]", "is not a file of settings."),
        (b"7", "is not a file of settings."),
        (b'"text"', "is not a file of settings."),
        (b"NaN", "is not a file of settings."),
        (b"[" * 50_000, "nested too deeply."),
        (b'{"a":' * 10_000, "nested too deeply."),
        (b'{"a":' * 9 + b"1" + b"}" * 9, "nested too deeply."),
        (b"9" * 90_000, "is not JSON."),
        (b'{"seed": ' + b"9" * 4_000 + b"}", "Seed must be a whole number"),
        (b'{"seed": NaN}', "Seed must be a whole number"),
        (b'{"a": {"learning_rate": Infinity}}', "Model A: Learning rate must be a number"),
        (b'{"a": {"learning_rate": 1e999}}', "Model A: Learning rate must be a number"),
        (b'{"seed": 1, "seed": 2}', "names 'seed' twice."),
        (b'{"a": {"epochs": 1, "epochs": 1}}', "names 'epochs' twice."),
        (b'{"seed": true}', "Seed must be a whole number"),
        (b'{"seed": {}}', "Seed must be a whole number"),
        (b'{"a": []}', "Model A must be a set of settings"),
        (b'{"b": "none"}', "Model B must be a set of settings"),
        (b'{"dataset": "../../etc/passwd"}', "Data set must be"),
        (b'{"device": "cuda; rm -rf /"}', "Device must be"),
        (b'{"device": "cpu\\n"}', "Device must be"),
        (b" " * (LARGEST_BYTES + 1), "is too large"),
        (b'{"x": "' + b"y" * 99_000 + b'"}', "There is no setting named 'x'"),
    ],
)
def test_each_kind_of_wrong_file_has_its_sentence(content: bytes, why: str) -> None:
    began = time.process_time()
    assert re.search(why, refusal(content)), refusal(content)[:300]
    assert time.process_time() - began < 2


def test_a_long_name_is_not_repeated_whole() -> None:
    assert len(refusal(json.dumps({"n" * 50_000: 1}).encode())) < 1_000
    assert len(refusal(b'{"%s": 1, "%s": 1}' % (b"n" * 10_000, b"n" * 10_000))) < 200


def test_very_many_wrong_names_are_not_all_told() -> None:
    assert len(refusal(json.dumps({f"name {number}": 1 for number in range(5_000)}).encode())) < 10_000


def test_a_mark_at_the_beginning_as_some_editors_leave_it_does_no_harm() -> None:
    assert refusal(b'\xef\xbb\xbf{"seed": 7}') == ""


def test_a_file_that_is_too_large_is_only_named() -> None:
    taken: list[tuple[str, bytes | None]] = []
    widget = OpenFile("Open", ".json", 10, lambda name, content: taken.append((name, content)))
    for content, buffers in (
        ({"file": "a"}, [memoryview(b"0123456789")]),
        ({"file": "b"}, [memoryview(b"0123456789x")]),
        ({"file": "c"}, []),
        ({"file": "d"}, [b"1", b"2"]),
        ({"file": "e" * 1_000}, [b""]),
        ({"file": 7}, [b""]),
        ({"file": None}, []),
        ({}, [b"1"]),
    ):
        widget._on_message(widget, content, buffers)
    widget.close()
    assert taken == [("a", b"0123456789"), ("b", None), ("c", None), ("d", None), ("e" * 100, b"")]


def test_a_file_of_an_earlier_version_that_names_threads_still_opens() -> None:
    content = json.dumps({"seed": 3, "threads": "survivor", "a": {"channels": 8}}).encode()
    assert Comparison.model_validate(read_settings(content)) == Comparison(seed=3, a=RunConfig(channels=8))
    with pytest.raises(ValidationError):
        Comparison.model_validate({"threads": "survivor"})
