"""Images per second of nncompare's training loop against the textbook PyTorch loop, alternating, in one run.

    python benchmarks/speed.py      (needs MNIST; --channels, --batch-size and --images change the job)

Textbook: torchvision's MNIST, ToTensor and Normalize for each image, a DataLoader, torch's default threads.
nncompare: its loop on the threads that one of two workers gets, and on as many as the textbook has.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable

import textbook
import torch
from setting import Setting

from nncompare.config import Precision, RunConfig
from nncompare.data import ImageData
from nncompare.memory import Room, fit
from nncompare.messages import Setup
from nncompare.training.channel import RunChannel
from nncompare.training.loop import train
from nncompare.training.session import Job, Session
from nncompare.training.shards import Crew
from nncompare.training.tensors import TensorSplit

ALL_THREADS = textbook.THREADS


def main() -> None:
    """Measure, and print a table."""
    arguments = _arguments()
    config = RunConfig(channels=arguments.channels, batch_size=arguments.batch_size, epochs=1)
    setting = Setting.of(arguments)
    images = setting.images()
    if setting.is_smoke:
        arguments.images = setting.count(arguments.images)
    share = max(1, ALL_THREADS // 2)
    ways: dict[str, Callable[[], float]] = {
        f"textbook, {ALL_THREADS} threads": lambda: _textbook(config, images, arguments.images),
        f"nncompare, {share} thread(s), as one of two": lambda: _ours(config, images, arguments.images, share),
        f"nncompare, {share} thread(s), bfloat16": lambda: _ours(config, images, arguments.images, share, "bfloat16"),
        f"nncompare, {ALL_THREADS} threads": lambda: _ours(config, images, arguments.images, ALL_THREADS),
    }
    speeds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(setting.rounds):
        for name, measure in ways.items():
            speeds[name].append(measure())
    print(f"{config.channels} channels, batch {config.batch_size}, Adam, {arguments.images:,} images, training only; "
          f"{os.cpu_count()} cores, torch {torch.__version__}, medians of {setting.rounds}")  # fmt: skip
    base = statistics.median(next(iter(speeds.values())))
    for name, values in speeds.items():
        median = statistics.median(values)
        print(f"{name:<42} {median:>10,.0f} images/s   {median / base:5.2f} x textbook")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--channels", type=int, default=16)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--images", type=int, default=20_000)
    Setting.add_options(parser)
    return parser.parse_args()


def _textbook(config: RunConfig, images: ImageData, count: int) -> float:
    training, _ = textbook.datasets(images, count)
    model, optimizer = textbook.build(config)
    began = time.perf_counter()
    textbook.learn(config, training, model, optimizer)
    return count / (time.perf_counter() - began)


def _ours(config: RunConfig, images: ImageData, count: int, threads: int, precision: Precision = "float32") -> float:
    cpu = torch.device("cpu")
    mean, std = images.info.mean, images.info.std
    training = TensorSplit.of(images.train_images[:count], images.train_labels[:count], mean, std, cpu)
    test = TensorSplit.of(images.test_images[:1], images.test_labels[:1], mean, std, cpu)
    job = Job(Setup(config, fit(config, Room(2**31, precision), 10_000).plan, "cpu", precision), 0)
    with Crew(threads) as crew:
        session = Session(job, training, test, RunChannel(), crew=crew)
        began = time.perf_counter()
        for _ in train(session):
            pass
        return count / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
