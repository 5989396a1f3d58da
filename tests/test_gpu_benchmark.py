"""The parts of `benchmarks/gpu.py`, with the processor in the place of a card."""

import contextlib
import json
import re
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "benchmarks"))

import card as card_module  # noqa: E402
import gpu  # noqa: E402
from card import SMOKE, Card, Processor, difference, in_time  # noqa: E402
from rows import Row  # noqa: E402

from nncompare.memory import Plan  # noqa: E402
from nncompare.memory.footprint import training_footprint  # noqa: E402
from nncompare.training import oom  # noqa: E402
from nncompare.training import session as session_module  # noqa: E402
from nncompare.training.backends import BACKENDS  # noqa: E402
from nncompare.training.backends.fast import FastNetwork  # noqa: E402

CPU = torch.device("cpu")
CARD = Processor(CPU)


@pytest.fixture(autouse=True)
def this_thread_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no trace of a made-up lack of memory in the thread of the tests."""
    monkeypatch.setattr(oom, "_fresh", SimpleNamespace())


@pytest.fixture
def float32_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pass over bfloat16, which this processor may have to imitate."""
    monkeypatch.setattr(gpu, "PRECISIONS", ("float32",))


def missed(rows: list[Row]) -> list[str]:
    return [row.job.partition(",")[0] for row in rows if row.reaches(row.wanted) is False]


def test_both_backends_agree() -> None:
    rows = gpu.same_results(CPU, CARD, SMOKE)
    assert [row.reaches(row.wanted) for row in rows] == [True] * 4
    assert {word for row in rows for word in ("float32", "bfloat16") if word in row.job} == {"float32", "bfloat16"}


class TooLong(FastNetwork):
    factor = 1.1

    def backward(self, images: Tensor, labels: Tensor, update_images: int) -> tuple[Tensor, Tensor]:
        sums = super().backward(images, labels, update_images)
        self._gradient[0].mul_(self.factor)
        return sums


class NotFinite(TooLong):
    factor = float("nan")


class OneBiasForgotten(FastNetwork):
    def backward(self, images: Tensor, labels: Tensor, update_images: int) -> tuple[Tensor, Tensor]:
        sums = super().backward(images, labels, update_images)
        self._gradient[1][1].zero_()
        return sums


class TooSure(FastNetwork):
    def log_probabilities(self, shards: Iterator[Tensor], count: int) -> list[Tensor]:
        return [1.1 * scores for scores in super().log_probabilities(shards, count)]


@pytest.mark.parametrize(
    ("backend", "wrong"),
    [
        (TooLong, "gradients"),
        (NotFinite, "gradients"),
        (OneBiasForgotten, "gradients"),
        (TooSure, "log probabilities"),
    ],
)
def test_a_wrong_backend_is_found(backend: type[FastNetwork], wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BACKENDS, "fast", backend)
    assert missed(gpu.same_results(CPU, CARD, SMOKE)) == [wrong, wrong]


def test_a_difference_is_a_share_of_what_is_wanted() -> None:
    wanted = torch.tensor([3.0, 4.0])
    assert difference(wanted, wanted.clone()) == 0.0
    assert difference(wanted, 1.5 * wanted) == pytest.approx(0.5)
    assert difference(wanted, wanted * torch.nan) > 1e6
    assert difference(torch.zeros(2), torch.zeros(2)) == 0.0


def test_both_at_once_are_held_against_each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """With threads in the place of processes."""

    def pool(count: int, _: object, begin: Callable[..., None], arguments: tuple[object]) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(count, initializer=begin, initargs=arguments)

    asked = []

    def images_per_second(_: Card, steps: Iterator[int], seconds: float, wait: Callable[[], object]) -> float:
        asked.append(next(steps))
        is_beside = wait() is not None  # a barrier tells each its number
        return 100.0 if is_beside else 128.0

    monkeypatch.setattr(gpu, "ProcessPoolExecutor", pool)
    monkeypatch.setattr(gpu, "warm_up", lambda dataset: None)
    monkeypatch.setattr(gpu, "images_per_second", images_per_second)
    a, b, both = gpu.both_at_once(CPU, CARD, SMOKE)
    assert [(row.ours, row.theirs) for row in (a, b)] == [((100.0,), (128.0,))] * 2
    assert (both.ours, both.theirs) == ((5.12,), (8.0,)), "512 images an epoch"
    assert both.ratio == pytest.approx(8.0 / 5.12)
    assert asked == [64] * 4


def test_every_size_is_trained_in_every_precision() -> None:
    rows = gpu.speed(CPU, CARD, replace(SMOKE, images=64, batches=(16, 64)))
    jobs = [row.job for row in rows]
    assert len(set(jobs)) == len(jobs) == 4
    assert all(value > 0 for row in rows for value in (*row.ours, *row.theirs))


def test_a_textbook_that_runs_out_of_memory_ends_nothing(float32_alone: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def textbook_steps(*_: object) -> Iterator[int]:
        raise torch.OutOfMemoryError("made up")

    monkeypatch.setattr(gpu, "textbook_steps", textbook_steps)
    (row,) = gpu.speed(CPU, CARD, SMOKE)
    assert row.ours > (0.0,)
    assert row.theirs == ()
    assert row.cells()[-1] == "the textbook runs out of memory"


class Measuring(Processor):
    """A card whose peak is so many times the formula."""

    def __init__(self, factor: float) -> None:
        super().__init__(CPU)
        formulas = (training_footprint(2, "adam", precision).total(64, threads=0) for precision in gpu.PRECISIONS)
        self.peaks = iter([int(factor * formula) for formula in formulas])

    def peak_bytes(self, work: Callable[[], object]) -> int:
        work()
        return next(self.peaks)


@pytest.mark.parametrize(("factor", "is_off"), [(1.0, False), (0.85, False), (0.5, True), (2.0, True)])
def test_a_formula_that_is_far_off_is_told(factor: float, is_off: bool) -> None:
    rows = gpu.memory(CPU, Measuring(factor), SMOKE)
    assert [row.ratio for row in rows] == [pytest.approx(1 / factor, rel=1e-3)] * 2
    assert [row.cells()[-1] for row in rows] == ["off by more than 25%" if is_off else ""] * 2
    assert missed(rows) == []


def test_a_training_goes_on_where_memory_runs_out() -> None:
    (row,) = gpu.out_of_memory(CPU, CARD, SMOKE)
    assert row.reaches(row.wanted)
    assert row.ours == row.theirs == (256.0,)
    assert "halved 2 times" in row.job, "until it is smaller than what this processor computes at once"


class Plenty(Processor):
    @contextlib.contextmanager
    def little_memory(self) -> Iterator[None]:
        yield


def test_memory_that_does_not_run_out_shows_nothing() -> None:
    (row,) = gpu.out_of_memory(CPU, Plenty(CPU), SMOKE)
    assert row.cells()[-1] == "no: memory did not run out"
    assert row.reaches(row.wanted) is False


def test_smaller_updates_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def halved(plan: Plan) -> Plan:
        return replace(plan, batch_size=plan.batch_size // 2, effective_batch_size=plan.effective_batch_size // 2)

    monkeypatch.setattr(Plan, "halved", halved)
    (row,) = gpu.out_of_memory(CPU, CARD, SMOKE)
    assert row.ratio < 1
    assert row.reaches(row.wanted) is False


def test_an_interrupted_run_is_that_without_a_break(float32_alone: None) -> None:
    rows = gpu.going_on(CPU, CARD, SMOKE)
    assert [row.name for row in rows] == ["pause", "checkpoint"] * 2
    assert [(row.ours, row.reaches(row.wanted)) for row in rows] == [((0.0,), True)] * 4


def test_a_checkpoint_that_forgets_the_random_numbers_is_found(
    float32_alone: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "set_random_state", lambda device, state: None)
    rows = gpu.going_on(CPU, CARD, SMOKE)
    assert [row.name for row in rows if row.reaches(row.wanted) is False] == ["checkpoint"] * 2


def test_where_no_run_can_be_repeated_the_difference_is_told(
    float32_alone: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_of, rates = card_module.session_of, iter(0.001 + 0.0001 * number for number in range(100))

    def never_the_same(config, *more):
        return session_of(config.model_copy(update={"learning_rate": next(rates)}), *more)

    monkeypatch.setattr(gpu, "session_of", never_the_same)
    for row in gpu.going_on(CPU, CARD, SMOKE):
        assert row.reaches(row.wanted) is None
        assert row.ours > (0.0,)
        assert "where repeating it makes 0.0" in row.job


def test_cases_are_left_out_when_the_time_is_over(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(in_time("abc", SMOKE)) == ["a", "b", "c"]
    assert capsys.readouterr().out == ""
    assert list(in_time("abc", replace(SMOKE, seconds_of_a_part=-1.0))) == []
    assert "3 cases were left out" in capsys.readouterr().out


def test_what_a_card_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """By torch's functions, which are replaced where there is no card."""
    fractions: list[float] = []
    answers = {
        "memory_allocated": lambda device: 5,
        "max_memory_allocated": lambda device: 12,
        "reset_peak_memory_stats": lambda device: None,
        "empty_cache": lambda: None,
        "get_device_properties": lambda device: SimpleNamespace(total_memory=4 * 2**30),
        "set_per_process_memory_fraction": lambda fraction, device: fractions.append(fraction),
    }
    for name, answer in answers.items():
        monkeypatch.setattr(torch.cuda, name, answer)
    device = torch.device("cuda:0")
    card, work = card_module.card_of(device), []
    assert card.peak_bytes(lambda: work.append("done")) == 7
    assert work == ["done"]
    with contextlib.suppress(RuntimeError), card.little_memory():
        assert fractions == [0.25]
        raise RuntimeError
    assert fractions == [0.25, 1.0], "even after an error"


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    """Call the script; return its exit status, or the sentence with which it ends."""
    monkeypatch.setattr(sys, "argv", ["gpu.py", *arguments])
    with pytest.raises(SystemExit) as end:
        gpu.main()
    return end.value.code


def test_without_a_card_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert str(run(monkeypatch)).startswith("There is no CUDA card here")


def test_what_was_measured_is_printed_and_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    parts = ("--parts", "same-results", "out-of-memory")
    assert run(monkeypatch, "--device", "cpu", "--smoke", *parts, "--results", str(tmp_path)) is False
    printed = capsys.readouterr().out
    assert "made up" in printed, "it says what the processor stands in for"
    assert printed.endswith("Missed: nothing. Broken off: nothing.\n")
    (file,) = tmp_path.glob("*.json")
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert [row["name"] for row in kept["rows"]] == ["results"] * 4 + ["out of memory"]
    assert all(row["job"] in printed for row in kept["rows"])


def test_what_misses_and_what_breaks_off_fails_the_script(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def break_off(*_: object) -> list[Row]:
        raise RuntimeError("a card fell out")

    smoke = ("--device", "cpu", "--smoke", "--parts")
    monkeypatch.setitem(gpu.PARTS, "speed", break_off)
    assert run(monkeypatch, *smoke, "speed", "out-of-memory") is True
    assert capsys.readouterr().out.endswith("Missed: nothing. Broken off: speed.\n")
    monkeypatch.setitem(BACKENDS, "fast", TooLong)
    assert run(monkeypatch, *smoke, "same-results") is True
    assert "Missed: results, gradients, 2 channels" in capsys.readouterr().out


def test_the_readme_claims_no_speed_on_a_card() -> None:
    sentences = re.split(r"(?<=[.:])\s", (ROOT / "README.md").read_text(encoding="utf-8"))
    about_cards = [one for one in sentences if re.search(r"CUDA|GPU|graphics card", one)]
    assert about_cards
    assert [one for one in about_cards if re.search(r"fast|speed|times as|images/s|images a second|quick", one)] == []
