"""Row "flops": how much of this machine's matrix peak a training step achieves, and where the rest goes.

The peak is the fastest of several products of large matrices, in the same format and on as many threads. Operations are
those of the convolutions and of the linear layer, counted by hand: pooling, dropout and the optimiser count nothing.
"""

from itertools import product
from pathlib import Path
from typing import Any

from operations import training_flops
from rows import Measured, Row, Rule, Table
from setting import Setting
from workers import in_a_worker, threads_of_one

from nncompare.machine import usable_cores

CHANNELS, PRECISIONS = (8, 16, 32), ("float32", "bfloat16")
_BATCH_SIZE, _SECONDS, _PROFILED_STEPS, _SHOWN_OPERATORS = 64, 2.0, 50, 15
_PEAK, _STEPS = (Path(__file__).with_name(f"{name}_in_a_worker.py") for name in ("peak", "steps"))
Case = tuple[int, int, str]  # threads, channels, precision
Speeds = dict[Case, tuple[float, float]]  # operations a second: of a step, and the peak


def measure(setting: Setting) -> Measured:
    """Measure peaks and steps in turns, and look once where the time goes."""
    setting.images()
    rounds = [_round(setting) for _ in range(setting.rounds)]
    rows = [_row(case, [speeds[case] for speeds in rounds]) for case in rounds[0]]
    widths = CHANNELS[:1] if setting.is_smoke else CHANNELS
    return Measured(rows, [_profile(setting, channels) for channels in widths])


def _round(setting: Setting) -> Speeds:
    cases = list(product(sorted({threads_of_one(), usable_cores()}), CHANNELS, PRECISIONS))
    cases = cases[:1] if setting.is_smoke else cases
    peaks = {(threads, precision): _peak(setting, threads, precision) for threads, _, precision in cases}
    return {case: (_speed(setting, *case), peaks[case[0], case[2]]) for case in cases}


def _peak(setting: Setting, threads: int, precision: str) -> float:
    side, repeats = (128, 2) if setting.is_smoke else (4096 if precision == "bfloat16" else 2048, 8)
    return float(in_a_worker(_PEAK, threads=threads, precision=precision, side=side, repeats=repeats))


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


def _row(case: Case, speeds: list[tuple[float, float]]) -> Row:
    threads, channels, precision = case
    ours, peaks = ([speed / 1e9 for speed in column] for column in zip(*speeds, strict=True))
    words = f"{threads} thread{'s' if threads > 1 else ''}"
    job = f"training steps of {channels} channels, batch {_BATCH_SIZE}, {precision}, {words}"
    peak = f"matrix peak, {precision}, {words}"
    return Row("flops", job, peak, "GFLOP/s", Rule.KEPT, tuple(ours), tuple(peaks))


def _profile(setting: Setting, channels: int) -> Table:
    steps = 2 if setting.is_smoke else _PROFILED_STEPS
    found = _ask(setting, threads_of_one(), channels, "auto", profiled_steps=steps)
    whole, operators = found["milliseconds"], found["operators"]
    shown = sorted(operators, key=operators.__getitem__, reverse=True)[:_SHOWN_OPERATORS]
    lines = [[name, f"{operators[name] / steps:.3f}", f"{operators[name] / whole:.1%}"] for name in shown]
    rest = sum(operators.values()) - sum(operators[name] for name in shown)
    outside = whole - sum(operators.values())
    lines += [
        [name, f"{value / steps:.3f}", f"{value / whole:.1%}"]
        for name, value in (("other operators", rest), ("outside of operators: Python", outside))
    ]
    title = (
        f"Where a step of {channels} channels, batch {_BATCH_SIZE}, {found['precision']} goes: operators themselves, "
        f"{threads_of_one()} thread(s), slower for being watched"
    )
    return Table(title, ["operator", "ms a step", "share"], lines)
