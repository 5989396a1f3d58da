"""Flags and files of ``nncompare compare`` that are refused: one sentence, before anything is trained."""

import json
from pathlib import Path
from typing import Any

import pytest
from command import SMALL, assert_is_one_sentence, called


def test_a_report_that_cannot_be_written_is_told_before_training(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nothing" / "report.html"):
        code, out, err = called("compare", *SMALL, "--report", str(place))
        assert_is_one_sentence(err, "The report cannot be written to", str(place))
        assert (code, out) == (2, "")


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--a", "channels=0"], ["Model A: Channels must be a whole number from 1 to 256; got 0."]),
        (["--a", "channels=1000000000"], ["got 1000000000."]),
        (["--b", "dropout=1"], ["Model B: Dropout must be a number from 0 to below 1; got 1."]),
        (["--b", "learning_rate=nan"], ["Learning rate", "got nan."]),
        (["--a", "optimizer=rmsprop"], ["Optimiser must be adam or sgd; got rmsprop."]),
        (["--a", "width=3"], ["There is no setting named 'width'; there are channels"]),
        (["--a", "channels"], ["--a must be settings such as channels=8,epochs=1; got 'channels'."]),
        (["--a", ""], ["--a must be settings such as channels=8,epochs=1"]),
        (["--a", "channels=8,channels=9"], ["--a names 'channels' twice. Leave one of them out."]),
        (["--a", "channels=8", "--a", " channels = 9"], ["--a names 'channels' twice. Leave one of them out."]),
        (["--b", "none", "--b", "channels=8"], ["--b none and --b channels=8 exclude each other."]),
        (["--a", "none"], ["Model A must be a set of settings; got nothing."]),
        (["--dataset", "cifar"], ["Data set must be mnist, fashion-mnist, ", " or synthetic-fashion; got cifar."]),
        (["--seed", "-1"], ["Seed must be a whole number from 0 to 4,294,967,295; got -1."]),
        (["--seed", "x"], ["Seed", "got x."]),
        (["--train-images", "999"], ["Training images must be a whole number from 1,000 to 60,000; got 999."]),
        (["--memory-budget", "1000"], ["The memory budget of 0.00 MiB (1,000 bytes) is too small."]),
        (["--memory-budget", "0"], ["Memory budget must be a whole number from 1; got 0."]),
        (["--device", "tpu"], ["Device must be auto, cpu, cuda or cuda:N; got tpu."]),
        (["--precision", "int8"], ["Precision must be auto, float32 or bfloat16; got int8."]),
    ],
    ids=lambda value: " ".join(value) if value and value[0].startswith("--") else "",
)
def test_a_wrong_value_is_one_sentence_on_stderr_and_nothing_on_stdout(flags: list[str], words: list[str]) -> None:
    code, out, err = called("compare", *flags)
    assert (code, out) == (2, "")
    assert_is_one_sentence(err, *words)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{channels: 8}", ["is not JSON."]),
        (b"\xff\xfe\x00", ["is not JSON."]),
        (b"", ["is not JSON."]),
        (b"[1, 2]", ["is not a file of settings."]),
        (b'{"dataset": "cifar"}', ["got cifar."]),
        (b'{"a": {"channels": 1e400}}', ["Model A: Channels", "got inf."]),
        (b'{"colour": "red"}', ["There is no setting named 'colour'"]),
    ],
)
def test_a_wrong_settings_file_is_told(tmp_path: Path, content: bytes, words: list[str]) -> None:
    file = tmp_path / "settings.json"
    file.write_bytes(content)
    code, out, err = called("compare", "--config", str(file))
    assert (code, out) == (2, "")
    assert_is_one_sentence(err, *words)


@pytest.mark.parametrize("before", [5, "wide", [1], True])
def test_flags_beside_a_file_whose_model_is_no_settings_end_in_a_sentence(tmp_path: Path, before: Any) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"a": before, "b": {"channels": 0}}))
    code, out, err = called("compare", "--config", str(file), "--a", "channels=8")
    assert (code, out) == (2, "")
    assert_is_one_sentence(err)


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_settings_file_that_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    code, out, err = called("compare", "--config", str(tmp_path / name))
    assert (code, out) == (2, "")
    assert_is_one_sentence(err, "cannot be read: ")


@pytest.mark.parametrize("flags", [["serve", "--port", "x"], ["--bogus"], ["train"], ["compare", "--c"]])
def test_what_is_no_command_or_flag_is_told(flags: list[str]) -> None:
    code, out, err = called(*flags)
    assert (code, out) == (2, "")
    assert "nncompare" in err
