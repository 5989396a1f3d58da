"""Training on a graphics card: whether it is right, how fast it is, what memory it takes, and how it goes on.

    python benchmarks/gpu.py                          five minutes on a machine with a CUDA card; needs no data set
    python benchmarks/gpu.py --parts speed memory     some parts
    python benchmarks/gpu.py --device cpu --smoke     anywhere: shows that it runs, the figures mean nothing

The images are noise with a row that tells the class. The textbook is the network and the optimiser of `textbook.py` on
the same card: normalised tensors in main memory, shuffled by a `DataLoader` and moved to the card batch by batch, with
`autocast` for bfloat16. Both speeds are those of steps alone, without evaluation.

Exits with 1 where a wanted figure is missed or a part breaks off. Of speed and memory nothing is wanted: they are told.
"""

import argparse
import multiprocessing
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import textbook
import torch
from card import (
    SMOKE,
    Card,
    Size,
    card_of,
    difference,
    draw_images,
    images_per_second,
    in_time,
    our_steps,
    plan_of,
    session_of,
)
from results import FOLDER, keep
from rows import COLUMNS, Measured, Row, Rule, plain
from surroundings import look_around
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset

from nncompare.architectures import DEFAULT
from nncompare.config import Precision, RunConfig
from nncompare.events import BatchHalved, Finished
from nncompare.memory import Plan
from nncompare.messages import Controls, Cursor
from nncompare.training.backends import BACKENDS, build_model
from nncompare.training.channel import RunChannel
from nncompare.training.device import choose_device
from nncompare.training.loop import train
from nncompare.training.session import Session
from nncompare.training.step import Updates
from nncompare.training.tensors import TensorSplit, normalise
from nncompare.training.worker import warm_up, worker_info

PRECISIONS: tuple[Precision, ...] = ("float32", "bfloat16")
# Of the norm. Convolutions on a card round float32 to TF32, and bfloat16 keeps three digits.
LARGEST_DIFFERENCE = {"float32": 1e-3, "bfloat16": 0.05}
FORMULA_TOLERANCE = 0.25
_MEBIBYTE = 2**20
_GRADIENTS, _RATE, _UPDATES = 5, 0.05, 3

_both_ready: Any = None  # in a worker process: the barrier of both


def same_results(device: torch.device, card: Card, size: Size) -> list[Row]:
    """Compare the gradients of some steps, and the predictions after them, of both backends."""
    rows, batch_size = [], min(size.batches[-1], 512)
    data = draw_images(device, _GRADIENTS * batch_size)
    for channels, precision in in_time(product(size.widths, PRECISIONS), size):
        job, most = _job(channels, batch_size, precision), LARGEST_DIFFERENCE[precision]
        for what, found in _differences(data, channels, batch_size, precision).items():
            rows.append(Row("results", f"{what}, {job}", "plain", "of the norm", Rule.AMOUNT, (found,), (), most))
    return rows


def _differences(data: TensorSplit, channels: int, batch_size: int, precision: Precision) -> dict[str, float]:
    """Take the same steps with both backends, without dropout; return the largest relative differences."""
    device, gradients = data.images.device, []
    models = [build_model(DEFAULT, channels, 0.0, 0).to(device) for _ in range(2)]
    wanted, found = (BACKENDS[name](model, precision) for name, model in zip(("plain", "fast"), models, strict=True))
    for index in torch.arange(len(data), device=device).split(batch_size):
        images, labels = data.batch(index)
        models[0].zero_grad()
        wanted.backward(images, labels, len(index))
        found.backward(images, labels, len(index))
        vector = found.parameters[0].grad
        for one, other in zip(*(model.parameters() for model in models), strict=True):
            assert vector is not None
            assert one.grad is not None
            # The parameters of the model are views of one vector, and their gradients lie alike in its gradient.
            gradients.append(
                difference(one.grad, vector.as_strided(other.shape, other.stride(), other.storage_offset()))
            )
            one.data -= _RATE * one.grad
            other.data.copy_(one.data)
    (first,), (second,) = (network.log_probabilities(iter([images]), 1) for network in (wanted, found))
    return {"gradients": max(gradients), "log probabilities": difference(first, second)}


def both_at_once(device: torch.device, card: Card, size: Size) -> list[Row]:
    """Train two models in two processes on the one card: at the same time, and one after the other."""
    precision, rows = worker_info(str(device)).resolved("auto"), []
    context = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")  # as the engine
    with ProcessPoolExecutor(2, context, _begin_worker, (context.Barrier(2, timeout=60),)) as workers:
        for batch_size in in_time(dict.fromkeys((size.batches[0], size.batches[-1])), size):
            configs = [RunConfig(channels=channels, batch_size=batch_size) for channels in size.pair]
            arguments = device, precision, size
            alone = [workers.submit(_speed_in_worker, *arguments, config).result() for config in configs]
            at_once = [workers.submit(_speed_in_worker, *arguments, config, is_beside=True) for config in configs]
            beside = [future.result() for future in at_once]
            for name, channels, ours, theirs in zip("AB", size.pair, beside, alone, strict=True):
                job = f"{name} beside the other, {_job(channels, batch_size, precision)}"
                rows.append(Row("both", job, "alone", "images/s", Rule.KEPT, (ours,), (theirs,)))
            seconds = max(size.images / speed for speed in beside), sum(size.images / speed for speed in alone)
            job, unit = f"both at once, batch {batch_size}", "s an epoch"
            rows.append(Row("both", job, "one after the other", unit, Rule.FASTER, seconds[:1], seconds[1:]))
    return rows


def _begin_worker(both_ready: Any) -> None:
    global _both_ready
    _both_ready = both_ready
    warm_up(None)


def _speed_in_worker(
    device: torch.device, precision: Precision, size: Size, config: RunConfig, *, is_beside: bool = False
) -> float:
    steps = our_steps(config, precision, draw_images(device, size.images))
    return images_per_second(card_of(device), steps, size.seconds, _both_ready.wait if is_beside else lambda: None)


def speed(device: torch.device, card: Card, size: Size) -> list[Row]:
    """Train for a while at every size, as the product and as the textbook."""
    data, rows = draw_images(device, size.images), []
    images = normalise(data.images.cpu(), data.mean, data.std).contiguous()
    tensors = TensorDataset(images, data.labels.cpu())
    for channels, batch_size, precision in in_time(product(size.widths, size.batches, PRECISIONS), size):
        config, job = RunConfig(channels=channels, batch_size=batch_size), _job(channels, batch_size, precision)
        ours = images_per_second(card, our_steps(config, precision, data), size.seconds)
        theirs: tuple[float, ...] = ()
        shortfall = ""
        try:
            theirs = (images_per_second(card, textbook_steps(config, precision, tensors, device), size.seconds),)
        except torch.OutOfMemoryError:  # it does not plan
            shortfall = "the textbook runs out of memory"
        rows.append(Row("speed", job, "textbook", "images/s", Rule.KEPT, (ours,), theirs, shortfall=shortfall))
    return rows


def textbook_steps(config: RunConfig, precision: Precision, data: Any, device: torch.device) -> Iterator[int]:
    """Train without end as a tutorial does, and yield the images of each step."""
    model, optimizer = textbook.build(config)
    model.to(device).train()
    while True:
        for batch, classes in DataLoader(data, config.batch_size, shuffle=True):
            images, labels = batch.to(device), classes.to(device)
            optimizer.zero_grad()
            with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16"):
                loss = cross_entropy(model(images), labels)
            loss.backward()
            optimizer.step()
            loss.item()
            yield len(labels)


def memory(device: torch.device, card: Card, size: Size) -> list[Row]:
    """Hold the formula of what a training takes against the peak of three updates."""
    data, rows = draw_images(device, max(batch_size for _, batch_size in size.fits)), []
    images_per_second(card, our_steps(RunConfig(), "float32", data), 0.0)  # what libraries keep from it is not counted
    for (channels, batch_size), precision in in_time(product(size.fits, PRECISIONS), size):
        config = RunConfig(channels=channels, batch_size=batch_size)
        plan = plan_of(config, precision, device)
        formula = plan.footprint.total(plan.batch_size, threads=0) / _MEBIBYTE
        peak = card.peak_bytes(partial(_train_a_little, data, config, plan, precision)) / _MEBIBYTE
        shortfall = f"off by more than {FORMULA_TOLERANCE:.0%}" if abs(formula / peak - 1) > FORMULA_TOLERANCE else ""
        job, both = f"formula, {_job(plan.channels, plan.batch_size, precision)}", ((formula,), (peak,))
        rows.append(Row("memory", job, "measured", "MiB", Rule.KEPT, *both, shortfall=shortfall))
    return rows


def _train_a_little(data: TensorSplit, config: RunConfig, plan: Plan, precision: Precision) -> None:
    model = build_model(DEFAULT, plan.channels, config.dropout, 0).to(data.images.device)
    updates = Updates(model, data, config, plan, precision)
    for _ in range(_UPDATES):
        list(updates.epoch(torch.arange(plan.batch_size)))


def out_of_memory(device: torch.device, card: Card, size: Size) -> list[Row]:
    """Take most of the memory away from a planned training: it goes on in smaller steps, its updates stay as large."""
    channels, batch_size = size.too_large
    data = draw_images(device, 2 * batch_size)
    session = session_of(RunConfig(channels=channels, batch_size=batch_size, epochs=1), "float32", data)
    planned = session.updates.plan
    with card.little_memory():
        events = list(train(session))
    halved = sum(isinstance(event, BatchHalved) for event in events)
    shortfall = "" if halved else "no: memory did not run out"
    if not isinstance(events[-1], Finished):
        shortfall = f"no: {events[-1]}"
    job = f"an update, {_job(channels, planned.batch_size, 'float32')}, halved {halved} times"
    ours, theirs = len(data) / max(1, session.metrics.position().updates), float(planned.effective_batch_size)
    return [Row("out of memory", job, "planned", "images", Rule.KEPT, (ours,), (theirs,), 1.0, shortfall=shortfall)]


def going_on(device: torch.device, card: Card, size: Size) -> list[Row]:
    """Interrupt a run in two ways; where a run can be repeated to the last bit, its weights must be the same."""
    data, config, rows = draw_images(device, size.images_of_a_run), RunConfig(channels=size.widths[0], epochs=2), []
    for precision, is_exact in in_time(product(PRECISIONS, (False, True)), size):
        begin = partial(session_of, config, precision, data)
        with torch.backends.cudnn.flags(enabled=True, deterministic=is_exact):
            wanted, repeated = _trained(begin()), _trained(begin())
            ways = {"pause": pause(begin), "checkpoint": leave(begin)}
        noise = difference(wanted, repeated)
        kernels = f"{'deterministic' if is_exact else 'any'} kernels"
        job = f"{precision}, {kernels}" + (f", where repeating it makes {noise:.1g}" if noise else "")
        most = None if noise else 0.0
        for name, found in ways.items():
            ours = (difference(wanted, found),)
            rows.append(Row(name, f"weights, {job}", "uninterrupted", "of the norm", Rule.AMOUNT, ours, (), most))
    return rows


def pause(begin: Callable[[RunChannel], Session]) -> Tensor:
    """Pause a run in its first epoch, have it go on once it says that it waits, and return its weights."""
    channel = RunChannel()
    session = begin(channel)

    def train_and_pause() -> None:
        events = train(session)
        _until_half_an_epoch(session, events)
        channel.set_controls(Controls(pause=True))
        list(events)

    with ThreadPoolExecutor(1) as thread:
        training = thread.submit(train_and_pause)
        while not channel.report(Cursor()).is_paused:
            if training.done():
                raise RuntimeError("The run did not pause.") from training.exception()
            time.sleep(0.01)
        channel.set_controls(Controls())
        training.result()
    return _weights(session)


def leave(begin: Callable[..., Session]) -> Tensor:
    """Leave a run in its first epoch, have another session go on from its checkpoint, and return its weights."""
    session = begin()
    _until_half_an_epoch(session, train(session))
    return _trained(begin(None, session.checkpoint()))


def _until_half_an_epoch(session: Session, events: Iterator[object]) -> None:
    while session.metrics.epoch < 0.5:
        next(events)


def _trained(session: Session) -> Tensor:
    list(train(session))
    return _weights(session)


def _weights(session: Session) -> Tensor:
    if not session.is_complete:
        raise RuntimeError("The run did not finish.")
    return torch.cat([part.detach().flatten() for part in session.model.parameters()])


def _job(channels: int, batch_size: int, precision: str) -> str:
    return f"{channels} channels, batch {batch_size}, {precision}"


_ALL = (same_results, both_at_once, speed, memory, out_of_memory, going_on)
PARTS = {part.__name__.replace("_", "-"): part for part in _ALL}


def main() -> None:
    """Measure the parts, and print the rows of each as soon as they are known."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--device", default="cuda", help="cuda, cuda:1, or cpu in the place of a card")
    parser.add_argument("--smoke", action="store_true", help="as small as it gets: shows that it runs, no more")
    parser.add_argument("--results", type=Path, help=f"folder for what is kept; {FOLDER}, and none with --smoke")
    asked = parser.parse_args()
    if asked.device != "cpu" and not torch.cuda.is_available():
        sys.exit("There is no CUDA card here; --device cpu --smoke shows that the script runs.")
    device, size, around = choose_device(asked.device), SMOKE if asked.smoke else Size(), look_around()
    folder = asked.results or (None if asked.smoke else FOLDER)
    card, found, failed = card_of(device), Measured(), []
    print(*around.lines(), card.name, sep="\n", flush=True)
    warm_up(None)
    for name in asked.parts:
        try:
            rows = PARTS[name](device, card, size)
        except Exception:  # what the others find is kept
            traceback.print_exc()
            failed.append(name)
            rows = []
        found.rows += rows
        print("", plain(COLUMNS, [row.cells() for row in rows]), sep="\n", flush=True)
        if folder is not None:
            options = {"device": card.name, "failed": " ".join(failed), "smoke": asked.smoke}
            keep(folder, around, options, found, ["gpu", *(asked.parts if asked.parts != list(PARTS) else [])])
    missed = [f"{row.name}, {row.job}" for row in found.rows if row.reaches(row.wanted) is False]
    print(f"\nMissed: {'; '.join(missed) or 'nothing'}. Broken off: {', '.join(failed) or 'nothing'}.")
    sys.exit(bool(missed or failed))


if __name__ == "__main__":
    main()
