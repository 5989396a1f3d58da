"""Which number format "auto" takes: measured once, kept, and the same for both models."""

import os
from pathlib import Path

import pytest
import torch

from nncompare.config import Precision
from nncompare.data.folders import cache_folder
from nncompare.messages import FormatTimes, WorkerInfo
from nncompare.training import number_format, worker

CPU = torch.device("cpu")


@pytest.fixture
def measurements(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[FormatTimes]:
    """Begin on a machine of which nothing is known; what is measured comes from the list, and is taken out."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    times = [FormatTimes(1.0, 3.0), FormatTimes(3.0, 1.0)]
    monkeypatch.setattr(number_format, "_measure", lambda device: times.pop(0))
    monkeypatch.setattr(number_format, "_found", {})
    return times


def as_in_another_process() -> FormatTimes | None:
    number_format._found.clear()
    return number_format.measured(CPU)


def test_it_is_measured_once_for_all_processes(measurements: list[FormatTimes]) -> None:
    assert number_format.known(CPU) is None
    assert number_format.measured(CPU) == number_format.known(CPU) == as_in_another_process() == FormatTimes(1.0, 3.0)
    assert len(measurements) == 1


def test_of_two_that_measure_at_once_both_take_what_was_kept_first(
    measurements: list[FormatTimes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def beside_another(device: torch.device) -> FormatTimes:
        number_format._keep(device, FormatTimes(1.0, 9.0))
        return measurements.pop(0)

    monkeypatch.setattr(number_format, "_measure", beside_another)
    assert number_format.measured(CPU) == FormatTimes(1.0, 9.0)
    assert [file.suffix for file in cache_folder().iterdir()] == [".json"]


def test_another_version_of_torch_is_measured_again(
    measurements: list[FormatTimes], monkeypatch: pytest.MonkeyPatch
) -> None:
    number_format.measured(CPU)
    monkeypatch.setattr(torch, "__version__", "99")
    assert as_in_another_process() == FormatTimes(3.0, 1.0)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[1, 2]",
        '{"float32": 1}',
        "{}",
        '{"float32": "x", "bfloat16": 1}',
        '{"float32": 0, "bfloat16": 1}',
        '{"float32": 1, "bfloat16": NaN}',
    ],
)
def test_what_is_damaged_is_measured_and_kept_again(measurements: list[FormatTimes], content: str) -> None:
    number_format.measured(CPU)
    number_format._file(CPU).write_text(content)
    assert as_in_another_process() == FormatTimes(3.0, 1.0) == number_format.known(CPU)


def test_where_nothing_can_be_kept_it_is_measured_all_the_same(
    measurements: list[FormatTimes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("in the way")
    monkeypatch.setattr(number_format, "cache_folder", lambda: tmp_path / "cache")
    assert number_format.measured(CPU) == number_format.known(CPU) == FormatTimes(1.0, 3.0), "by this process at least"
    assert as_in_another_process() == FormatTimes(3.0, 1.0)


def test_where_there_are_no_links_it_is_kept_all_the_same(
    measurements: list[FormatTimes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError("Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    assert number_format.measured(CPU) == as_in_another_process() == FormatTimes(1.0, 3.0)


def test_a_device_on_which_no_step_can_be_taken_computes_in_float32(
    measurements: list[FormatTimes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(precision: Precision, device: torch.device) -> object:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.undo()
    monkeypatch.setattr(number_format, "_found", {})
    monkeypatch.setattr(number_format, "_step", failing)
    monkeypatch.setattr(number_format, "_read", lambda device: None)
    report = worker.worker_info("cpu")
    assert report.formats is None
    assert report.resolved("auto") == "float32"


def test_a_worker_that_trains_does_not_measure_and_one_that_begins_does(measurements: list[FormatTimes]) -> None:
    assert worker.worker_info("cpu", is_idle=False).formats is None
    assert len(measurements) == 2
    assert (
        worker.worker_info("cpu").formats == worker.worker_info("cpu", is_idle=False).formats == FormatTimes(1.0, 3.0)
    )


@pytest.mark.parametrize(
    ("bfloat16_seconds", "steps"), [(0.8, number_format._STEPS), (2.9, number_format._STEPS), (9, 1)]
)
def test_steps_are_taken_by_turns_and_a_hopeless_format_is_given_up(
    bfloat16_seconds: float, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Precision] = []

    def step_of(precision: Precision, device: torch.device) -> object:
        def step() -> float:
            taken.append(precision)
            return 1.0 if precision == "float32" else bfloat16_seconds

        return step

    monkeypatch.setattr(number_format, "_step", step_of)
    assert number_format._measure(CPU) == FormatTimes(1.0, bfloat16_seconds)
    assert taken == ["float32", "bfloat16"] * steps


def test_a_real_step_takes_some_time_in_either_format() -> None:
    found = number_format._measure(CPU)
    assert 0 < found.float32 < 10
    assert 0 < found.bfloat16 < 10


@pytest.mark.parametrize(
    ("times", "faster", "words"),
    [
        (FormatTimes(1.0, 1.4), "float32", "float32: 1.4 times as fast as bfloat16"),
        (FormatTimes(1.4, 1.0), "bfloat16", "bfloat16: 1.4 times as fast as float32"),
        (FormatTimes(1.04, 1.0), "float32", "bfloat16: 1.0 times as fast as float32"),
    ],
)
def test_bfloat16_is_taken_where_it_gains_enough(times: FormatTimes, faster: Precision, words: str) -> None:
    machine = WorkerInfo("", 2, "cpu", {}, 0, 0, times)
    assert (times.faster, times.words) == (faster, words)
    assert machine.resolved("auto") == faster
    assert machine.resolved("float32") == "float32"
    assert machine.resolved("bfloat16") == "bfloat16"
