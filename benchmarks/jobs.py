"""Rows AB and S: whole jobs of a lesson on nncompare's engine against the textbook PyTorch loop.

AB: 16 channels, batch 64, Adam, and 32 channels, batch 128, SGD; two epochs of MNIST, evaluated after each. Ours trains
both at once, from Train (warm workers) to both done; the textbook one after the other, on torch's default threads.
S: 8 channels, batch 16, Adam, 20,000 images, one epoch; ours alone.
"""

import time
from typing import Any

import textbook
from rows import Measured, Row, Rule
from running import train, warm
from setting import Setting

from nncompare.config import Comparison

_TEXTBOOK = "textbook PyTorch, one model after the other, default threads"


def measure_ab(setting: Setting) -> Measured:
    """Measure the pair."""
    comparison = setting.comparison(
        a=setting.config(channels=16, batch_size=64, epochs=2),
        b=setting.config(channels=32, batch_size=128, optimizer="sgd", learning_rate=0.05, epochs=2),
    )
    job = "16 channels, batch 64, Adam, and 32 channels, batch 128, SGD; two epochs, evaluated"
    return _measure(setting, "AB", job, comparison, wanted=2.5, aim=4.0)


def measure_s(setting: Setting) -> Measured:
    """Measure the small one, alone with the whole machine."""
    a = setting.config(channels=8, batch_size=16, epochs=1)
    comparison = setting.comparison(a=a, b=None, train_images=20_000)
    job = "8 channels, batch 16, Adam, 20,000 images, alone on the whole machine, evaluated"
    return _measure(setting, "S", job, comparison, wanted=3.0, aim=5.0)


def _measure(setting: Setting, name: str, job: str, comparison: Comparison, wanted: float, aim: float) -> Measured:
    datasets = textbook.datasets(setting.images(), comparison.train_images, setting.test_images)
    warm(setting)
    rounds = [(_ours(comparison), _textbook(comparison, *datasets)) for _ in range(setting.rounds)]
    ours, theirs = zip(*rounds, strict=True)
    return Measured([Row(name, job, _TEXTBOOK, "s", Rule.FASTER, ours, theirs, wanted, aim)])


def _ours(comparison: Comparison) -> float:
    return train(comparison)[0]


def _textbook(comparison: Comparison, training: Any, test: Any) -> float:
    began = time.perf_counter()
    for config in (comparison.a, comparison.b):
        if config is not None:
            model, optimizer = textbook.build(config)
            for _ in range(config.epochs):
                textbook.learn(config, training, model, optimizer)
                textbook.evaluate(config, test, model)
    return time.perf_counter() - began
