"""Whole jobs of a lesson on nncompare's engine against the textbook PyTorch loop, alternating, in one run.

    python benchmarks/jobs.py      (needs MNIST; --rounds, and --jobs ab s to choose)

AB: 16 channels, batch 64, Adam, and 32 channels, batch 128, SGD; two epochs of MNIST, evaluated after each. Ours trains
both at once, from Train (warm workers) to both done; the textbook one after the other, on torch's default threads.
S: 8 channels, batch 16, Adam, 20,000 images, one epoch; ours alone with the threads of both.
"""

import argparse
import os
import statistics
import time

import textbook
import torch
from torch.utils.data import Subset

from nncompare.comparison.comparison import RunningComparison
from nncompare.comparison.engine_holder import EngineHolder
from nncompare.comparison.state import State
from nncompare.config import Comparison, RunConfig
from nncompare.data import ImageData, load

JOBS = {
    "ab": Comparison(
        a=RunConfig(channels=16, batch_size=64, epochs=2),
        b=RunConfig(channels=32, batch_size=128, optimizer="sgd", learning_rate=0.05, epochs=2),
    ),
    "s": Comparison(a=RunConfig(channels=8, batch_size=16, epochs=1), b=None, train_images=20_000, threads="survivor"),
}


def main() -> None:
    """Measure, and print a line for each job."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--jobs", nargs="+", choices=JOBS, default=list(JOBS))
    arguments = parser.parse_args()
    images = load("mnist")
    engines = EngineHolder()
    print(f"{os.cpu_count()} cores, torch {torch.__version__}, medians of {arguments.rounds}")
    try:
        _ours(Comparison(a=RunConfig(epochs=1), b=RunConfig(epochs=1), train_images=1_000), engines)  # warm
        for name in arguments.jobs:
            rounds = [(_textbook(JOBS[name], images), _ours(JOBS[name], engines)) for _ in range(arguments.rounds)]
            textbook, ours = (statistics.median(column) for column in zip(*rounds, strict=True))
            print(f"{name}: textbook {textbook:.1f} s, nncompare {ours:.1f} s: {textbook / ours:.2f} x", flush=True)
    finally:
        engines.close()


def _ours(comparison: Comparison, engines: EngineHolder) -> float:
    began = time.perf_counter()
    running = RunningComparison(comparison, engines)
    running.start()
    running.wait()
    taken = time.perf_counter() - began
    assert running.state is State.FINISHED, [run.message for run in running.runs]
    return taken


def _textbook(comparison: Comparison, images: ImageData) -> float:
    training, test = textbook.datasets(images)
    if comparison.train_images is not None:
        training = Subset(training, range(comparison.train_images))
    began = time.perf_counter()
    for config in (comparison.a, comparison.b):
        if config is not None:
            model, optimizer = textbook.build(config)
            for _ in range(config.epochs):
                textbook.learn(config, training, model, optimizer)
                textbook.evaluate(config, test, model)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
