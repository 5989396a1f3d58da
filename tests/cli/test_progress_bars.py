"""What the shell tells beside its bars."""

from collections.abc import Iterator

import pytest
from fake_engine import FakeEngine
from processes import until
from tiny_pairs import pair

from nncompare.cli.progress_bars import ProgressBars
from nncompare.comparison.runner import ComparisonRun


class SilentEngine(FakeEngine):
    seconds = 0.0

    def seconds_silent(self, address: str = "") -> float:
        return self.seconds


@pytest.fixture
def engine() -> SilentEngine:
    return SilentEngine()


@pytest.fixture
def running(engine: SilentEngine) -> Iterator[ComparisonRun]:
    made = ComparisonRun(pair().model_copy(update={"b": None}), engine)  # type: ignore[arg-type]
    made.start()
    yield made
    made.stop()
    assert made.wait(90)


def test_that_nothing_is_heard_is_told_once_and_again_when_it_lasts(
    engine: SilentEngine, running: ComparisonRun, capsys: pytest.CaptureFixture[str]
) -> None:
    sentence = "nncompare: model A: This training has been silent for {} s. Still waiting for it."
    until(lambda: len(engine.active()) == 1, "training")
    with ProgressBars() as bars:
        for seconds in (0, 15, 30, 0):
            engine.seconds = seconds
            until(lambda seconds=seconds: running.a.seconds_silent == seconds, "the silence")  # type: ignore[misc]
            bars.watch(running)
            bars.watch(running)
    told = capsys.readouterr().err
    assert told.count("has been silent for") == 2
    assert told.count(sentence.format(15)) == told.count(sentence.format(30)) == 1
