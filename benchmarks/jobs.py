"""Rows AB, S and keras: whole jobs of a lesson on nncompare's engine against the textbook PyTorch loop, and Keras.

AB: 16 channels, batch 64, Adam, and 32 channels, batch 128, SGD; two epochs of MNIST, evaluated after each. Ours trains
both at once, from Train (warm workers) to both done; the textbook one after the other, on torch's default threads.
S: 8 channels, batch 16, Adam, 20,000 images, one epoch; ours alone.
keras: the job of AB, theirs by Keras on TensorFlow (see `keras_job.py` for what is timed). It needs TensorFlow, which
`pip install -c constraints.txt -e '.[keras]'` brings; without it the row is left out.
"""

import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import textbook
from rows import Measured, Row, Rule
from running import train, warm
from setting import Setting
from workers import in_a_process

from nncompare.config import Comparison

_PAIR = "16 channels, batch 64, Adam, and 32 channels, batch 128, SGD; two epochs, evaluated"
_ON_DEFAULTS = "one model after the other, default threads"
_KERAS_SCRIPT = Path(__file__).with_name("keras_job.py")
# Whatever the user's own keras.json says; and no notes about the processor.
_FOR_KERAS = {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "2"}
_NO_TENSORFLOW = (
    "The row keras is left out: TensorFlow is not installed. Install it with: "
    "pip install -c constraints.txt -e '.[keras]'"
)

T = TypeVar("T")


def measure_ab(setting: Setting) -> Measured:
    """Measure the pair."""
    return _against_textbook(setting, "AB", _PAIR, _pair(setting), wanted=2.5, aim=4.0)


def measure_s(setting: Setting) -> Measured:
    """Measure the small one, alone with the whole machine."""
    a = setting.config(channels=8, batch_size=16, epochs=1)
    comparison = setting.comparison(a=a, b=None, train_images=20_000)
    job = "8 channels, batch 16, Adam, 20,000 images, alone on the whole machine, evaluated"
    return _against_textbook(setting, "S", job, comparison, wanted=2.7, aim=4.0)


def measure_keras(setting: Setting) -> Measured:
    """Measure the pair against Keras; without TensorFlow say so, and measure nothing."""
    if find_spec("tensorflow") is None:
        print(_NO_TENSORFLOW, file=sys.stderr, flush=True)
        return Measured()
    setting.images()  # they are here before the first round
    comparison = _pair(setting)
    ours, answers = _take_turns(setting, comparison, lambda: _keras(setting, comparison))
    theirs = tuple(answer.pop("seconds") for answer in answers)
    against = f"Keras on TensorFlow, {_ON_DEFAULTS}"
    details = {"keras": answers}
    return Measured([Row("keras", _PAIR, against, "s", Rule.FASTER, ours, theirs, 1.8, 2.5, details=details)])


def _pair(setting: Setting) -> Comparison:
    return setting.comparison(
        a=setting.config(channels=16, batch_size=64, epochs=2),
        b=setting.config(channels=32, batch_size=128, optimizer="sgd", learning_rate=0.05, epochs=2),
    )


def _against_textbook(
    setting: Setting, name: str, job: str, comparison: Comparison, wanted: float, aim: float
) -> Measured:
    datasets = textbook.datasets(setting.images(), comparison.train_images, setting.test_images)
    ours, theirs = _take_turns(setting, comparison, lambda: _textbook(comparison, *datasets))
    against = f"textbook PyTorch, {_ON_DEFAULTS}"
    return Measured([Row(name, job, against, "s", Rule.FASTER, ours, theirs, wanted, aim)])


def _take_turns(
    setting: Setting, comparison: Comparison, theirs: Callable[[], T]
) -> tuple[tuple[float, ...], tuple[T, ...]]:
    """Return our seconds and their answers, one of each for every round."""
    warm(setting)
    rounds = [(train(comparison)[0], theirs()) for _ in range(setting.rounds)]
    ours, answers = zip(*rounds, strict=True)
    return ours, answers


def _textbook(comparison: Comparison, training: Any, test: Any) -> float:
    began = time.perf_counter()
    for config in (comparison.a, comparison.b):
        if config is not None:
            model, optimizer = textbook.build(config)
            for _ in range(config.epochs):
                textbook.learn(config, training, model, optimizer)
                textbook.evaluate(config, test, model)
    return time.perf_counter() - began


def _keras(setting: Setting, comparison: Comparison) -> dict[str, Any]:
    models = [config.model_dump() for config in (comparison.a, comparison.b) if config is not None]
    answer: dict[str, Any] = in_a_process(
        _KERAS_SCRIPT,
        _FOR_KERAS,
        dataset=comparison.dataset,
        train_images=comparison.train_images,
        test_images=setting.test_images,
        models=models,
    )
    return answer
