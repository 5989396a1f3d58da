"""Row "explore": what it costs to look into two networks, idle and while both train.

A picture is one that a user draws: both networks answer it with their probabilities, from the call in the kernel to the
answer there; each one is another picture. Two workers with nothing to do answer through the line, those that train
beside that. For the slowing, the page draws two pictures a second and is sent the weights as they become. The curves
ask for 1,000 images once for each of nine strengths.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from rows import Measured, Row, Rule
from running import train, warm
from setting import Setting

from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.seed_run import SeedRun
from nncompare.config import Comparison
from nncompare.disturbances import DISTURBANCES, Disturbance
from nncompare.engine.shared import shared_engine
from nncompare.inspection import Inquiry
from nncompare.messages import VisibleImages

_PAIR = "16 channels, batch 64, Adam, and 32 channels, batch 128, SGD"
_TWINS = "twice 16 channels, batch 64, which train equally long"
_PICTURES, _IMAGES, _EPOCHS, _LONG = 30, 1_000, 2, 100
_BETWEEN_SECONDS = 0.5
_LONGEST_SECONDS = 120.0
_IDLE, _TRAINING, _KEPT, _CURVES = 150.0, 400.0, 0.98, 3.0


def measure(setting: Setting) -> Measured:
    """Measure answers, the slowing by turns with a training that nobody looks at, and the curves."""
    setting.images()
    warm(setting)
    epochs = 1 if setting.is_smoke else _EPOCHS
    _, (running,) = train(_pair(setting, epochs))
    twins = setting.comparison(**dict.fromkeys(("a", "b"), setting.config(channels=16, batch_size=64, epochs=epochs)))
    idle, beside, curves = [], [], []
    alone: list[float] = []
    watched: list[float] = []
    for number in range(setting.rounds):
        idle.append(_milliseconds(running.current))
        curves.append(_curves(running.result()))
        beside.append(_while_training(_pair(setting, _LONG)))
        by_turns = ((alone, _unwatched), (watched, _drawn_for))
        for speeds, meanwhile in by_turns[:: -1 if number % 2 else 1]:  # what warms up favours neither
            speeds.append(_speed(twins, meanwhile))
    return Measured(
        [
            _amount("a drawn picture to both answers in the kernel, workers idle", "ms", idle, _IDLE),
            _amount("a drawn picture to both answers in the kernel, both train", "ms", beside, _TRAINING),
            Row(
                *("explore", f"training while a page draws: {_TWINS}", "nobody looks", "images/s", Rule.KEPT),
                *(tuple(watched), tuple(alone), _KEPT),
            ),
            _amount(f"robustness of {_IMAGES:,} images at nine strengths, both networks", "s", curves, _CURVES),
        ]
    )


def _amount(job: str, unit: str, found: list[float], wanted: float) -> Row:
    return Row("explore", f"{job}: {_PAIR}", "", unit, Rule.AMOUNT, tuple(found), wanted=wanted)


def _pair(setting: Setting, epochs: int) -> Comparison:
    a = setting.config(channels=16, batch_size=64)
    b = setting.config(channels=32, batch_size=128, optimizer="sgd", learning_rate=0.05)
    return setting.comparison(**{name: one.model_copy(update={"epochs": epochs}) for name, one in (("a", a), ("b", b))})


def _milliseconds(pair: SeedRun) -> float:
    """Return the median of many pictures."""
    return statistics.median(_milliseconds_of(pair, number) for number in range(_PICTURES))


def _milliseconds_of(pair: SeedRun, number: int) -> float:
    began = time.perf_counter()
    _ask(pair, _drawn(number))
    return 1000 * (time.perf_counter() - began)


def _ask(pair: SeedRun, picture: NDArray[np.uint8]) -> None:
    found = pair.inspect(Inquiry(pair.networks, pair.comparison.dataset, picture))
    assert [answer.name for answer in found.networks] == ["A", "B"]


def _drawn(number: int) -> NDArray[np.uint8]:
    picture = np.zeros((1, 28, 28), np.uint8)
    picture[0, 4:24, 8 + number % 12 : 11 + number % 12] = 255
    return picture


def _while_training(comparison: Comparison) -> float:
    running = _begun(comparison, explored=True)
    _until(lambda: len(running.current.networks) == 2)
    found = _milliseconds(running.current)
    running.stop()
    running.wait()
    return found


def _curves(result: ComparisonResult) -> float:
    images = VisibleImages("test", tuple(range(_IMAGES)))
    began = time.perf_counter()
    for strength in DISTURBANCES["rotate"].strengths:
        how = Disturbance("rotate", strength)
        result.inspect(Inquiry(result.networks, result.comparison.dataset, images, disturbance=how))
    return time.perf_counter() - began


def _speed(comparison: Comparison, meanwhile: Callable[[ComparisonRun], None]) -> float:
    """Return the images a second of both models together, by the seconds that the workers count."""
    running = _begun(comparison, explored=meanwhile is not _unwatched)
    meanwhile(running)
    running.wait()
    trained = [run.progress for run in running.runs]
    return sum(progress.images / progress.seconds for progress in trained if progress is not None)


def _unwatched(running: ComparisonRun) -> None:
    running.wait()


def _drawn_for(running: ComparisonRun) -> None:
    """Draw as long as both train: what comes after that goes through the line."""
    number = 0
    while not running.wait(_BETWEEN_SECONDS) and not any(run.state.is_over for run in running.runs):
        if len(running.current.networks) == 2:
            _ask(running.current, _drawn(number))
            number += 1


def _begun(comparison: Comparison, *, explored: bool) -> ComparisonRun:
    running = ComparisonRun(comparison, shared_engine)
    running.explore(explored)
    running.start()
    return running


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _LONGEST_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "nothing was heard of the networks"
        time.sleep(0.01)
