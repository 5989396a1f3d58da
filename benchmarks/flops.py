"""Rows "flops" and "auto": the share of the matrix peak that a training step and each of its parts achieve here.

The peak is the fastest of several products of large matrices, in the same format and on as many threads. Operations are
those of the convolutions and of the linear layer, counted by hand: pooling, dropout and the optimiser count nothing.
"auto" holds the number format that is not taken here against the one that is.
"""

import statistics
from itertools import product
from pathlib import Path
from typing import Any

from operations import LINEAR, part_flops, training_flops
from rows import Measured, Row, Rule, Table
from setting import Setting
from workers import in_a_worker

from nncompare.machine import usable_cores

CHANNELS, PRECISIONS = (8, 16, 32), ("float32", "bfloat16")
_BATCH_SIZE, _SECONDS, _PEAK_SECONDS, _PROFILED_STEPS = 64, 2.0, 8.0, 50
_WANTED, _AIM, _HALF, _MOST, _WIDE = 0.7, 0.85, 0.5, 1.05, 32
_PEAK, _STEPS = (Path(__file__).with_name(f"{name}_in_a_worker.py") for name in ("peak", "steps"))
Case = tuple[int, int, str]  # threads, channels, precision
Speeds = dict[Case, tuple[float, float]]  # operations a second: of a step, and the peak


def measure(setting: Setting) -> Measured:
    """Measure peaks and steps in turns, and look once where the time goes."""
    setting.images()
    in_use = str(_ask(setting, 1, CHANNELS[0], "auto", profiled_steps=1)["precision"])
    rounds = [_round(setting) for _ in range(setting.rounds)]
    rows = [_row(case, [speeds[case] for speeds in rounds], in_use) for case in rounds[0]]
    rows += [
        _row_of_auto(case, in_use, rounds)
        for case in rounds[0]
        if case[0] == usable_cores() and case[2] != in_use and (*case[:2], in_use) in rounds[0]
    ]
    widths = CHANNELS[:1] if setting.is_smoke else CHANNELS
    peak = statistics.median(_peak(setting, 1, in_use) for _ in range(setting.rounds))
    return Measured(rows, [_profile(setting, channels, in_use, peak) for channels in widths])


def _round(setting: Setting) -> Speeds:
    cases = list(product(sorted({1, usable_cores()}), CHANNELS, PRECISIONS))
    cases = cases[:1] if setting.is_smoke else cases
    peaks = {(threads, precision): _peak(setting, threads, precision) for threads, _, precision in cases}
    return {case: (_speed(setting, *case), peaks[case[0], case[2]]) for case in cases}


def _peak(setting: Setting, threads: int, precision: str) -> float:
    seconds = 0.0 if setting.is_smoke else _PEAK_SECONDS
    return float(in_a_worker(_PEAK, threads=threads, precision=precision, seconds=seconds))


def _speed(setting: Setting, threads: int, channels: int, precision: str) -> float:
    seconds = 0.01 if setting.is_smoke else _SECONDS
    found = _ask(setting, threads, channels, precision, seconds=seconds, profiled_steps=0)
    return float(found["images"] * training_flops(channels) / found["seconds"])


def _ask(setting: Setting, threads: int, channels: int, precision: str, **asked: Any) -> Any:
    return in_a_worker(
        _STEPS,
        dataset=setting.dataset,
        precision=precision,
        threads=threads,
        channels=channels,
        batch_size=_BATCH_SIZE,
        images=60_000,
        whole_epochs=False,
        **{"seconds": 0.0, **asked},
    )


def _row(case: Case, speeds: list[tuple[float, float]], in_use: str) -> Row:
    threads, channels, precision = case
    ours, peaks = (tuple(speed / 1e9 for speed in column) for column in zip(*speeds, strict=True))
    words = f"{threads} thread{'s' if threads > 1 else ''}"
    job = f"training steps of {channels} channels, batch {_BATCH_SIZE}, {precision}, {words}"
    peak = f"matrix peak, {precision}, {words}"
    is_wanted = case == (usable_cores(), CHANNELS[-1], in_use)
    marks = (_WANTED, _AIM) if is_wanted else (None, None)
    return Row("flops", job, peak, "GFLOP/s", Rule.KEPT, ours, peaks, *marks)


def _row_of_auto(case: Case, in_use: str, rounds: list[Speeds]) -> Row:
    """Hold the format that "auto" does not take against the one that it takes."""
    threads, channels, precision = case
    ours, theirs = (
        tuple(speeds[threads, channels, name][0] / 1e9 for speeds in rounds) for name in (precision, in_use)
    )
    job = f"training steps of {channels} channels, batch {_BATCH_SIZE}, in {precision}, which auto does not take here"
    return Row("auto", job, f"the same in {in_use}, which auto takes", "GFLOP/s", Rule.KEPT_BELOW, ours, theirs, _MOST)


def _profile(setting: Setting, channels: int, precision: str, peak: float) -> Table:
    """Share out a step on one thread, and hold each part with products against the peak of one thread."""
    steps = 2 if setting.is_smoke else _PROFILED_STEPS
    found = _ask(setting, 1, channels, precision, profiled_steps=steps)
    whole, parts = found["milliseconds"], found["parts"]
    parts["update, drawing for dropout, preparing images, Python"] = whole - sum(parts.values())
    flops, images = part_flops(channels), steps * _BATCH_SIZE
    lines = []
    for part, milliseconds in parts.items():
        share = flops[part] * images / (milliseconds / 1000) / peak if part in flops else None
        told = "" if share is None else f"{share:.2f}"
        why = _why(part, channels) if share is None or share < _HALF else ""
        lines.append([part, f"{milliseconds / steps:.3f}", f"{milliseconds / whole:.1%}", told, why])
    title = (
        f"Where a step of {channels} channels, batch {_BATCH_SIZE}, {precision}, goes: one thread, slower for being "
        "watched"
    )
    return Table(
        title, ["part", "ms a step", "share of the time", "share of the peak", "why under half of the peak"], lines
    )


def _why(part: str, channels: int) -> str:
    """Return what keeps a part below half of the peak."""
    if part.startswith("convolution 1"):
        return "One channel goes in: nine products for each value that is written, so it waits for memory."
    if part.startswith("convolution"):
        given = channels if part.startswith("convolution 2") else 2 * channels
        return f"Only {given} channels go in: to begin takes as long as to multiply." if given < _WIDE else ""
    if part.startswith("pooling"):
        return "No products: each value is read, compared and moved with its place in 8 bytes."
    if part == LINEAR:
        return "Ten classes: a product so thin that its matrix is read once for each use; a softmax of logarithms."
    return "No products."
