"""Comparisons on one engine that all benchmarks of a run share; between them it idles."""

import time
from functools import cache

from setting import Setting

from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.config import Comparison
from nncompare.engine.shared import shared_engine


def train(*comparisons: Comparison) -> tuple[float, list[ComparisonRun]]:
    """Train, several as if they were pages of one server; give the seconds from the first start to the last end."""
    began = time.perf_counter()
    running = [ComparisonRun(comparison, shared_engine) for comparison in comparisons]
    for one in running:
        one.start()
    for one in running:
        one.wait()
    taken = time.perf_counter() - began
    assert all(one.state is State.FINISHED for one in running), [run.message for one in running for run in one.runs]
    return taken, running


@cache
def warm(setting: Setting) -> None:
    """Have both workers train once, in the first benchmark that needs them."""
    short = setting.config(channels=8, epochs=1)
    train(setting.comparison(a=short, b=short, train_images=1_000))
