"""The formula of what a configuration costs in memory, against the measured peak of real training steps.

    python benchmarks/memory.py     (Linux)

Peak is the growth of VmHWM (reset through clear_refs) over three steps in a fresh process that has rehearsed once.
The formula promises to be within 25% above 64 MB. Exits with 1 when it is not.
"""

import os
import subprocess
import sys
from pathlib import Path

GRID = [
    *((8, 512), (8, 4096), (16, 64), (16, 512), (16, 2048), (32, 512), (32, 2048)),
    *((64, 64), (64, 256), (64, 1024), (128, 64), (128, 256), (256, 4), (256, 64)),
]
OPTIMIZERS = ("adam", "sgd")
PRECISIONS = ("float32", "bfloat16")
MEBIBYTE = 2**20
TOLERANCE = 0.25
SMALLEST = 64 * MEBIBYTE


def main() -> None:
    """Measure the grid and print a table; as a child, measure one configuration."""
    if len(sys.argv) > 1:
        print(_measure(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]))
        return
    missed = 0
    print(
        f"{'channels':>8} {'batch':>6} {'optimiser':>9} {'precision':>9} {'measured':>10} {'formula':>10} {'ratio':>6}"
    )
    for channels, batch in GRID:
        for optimizer in OPTIMIZERS:
            for precision in PRECISIONS:
                missed += _row(channels, batch, optimizer, precision)
    print(f"{missed} of {len(GRID) * len(OPTIMIZERS) * len(PRECISIONS)} off by more than {TOLERANCE:.0%} above 64 MiB")
    sys.exit(1 if missed else 0)


def _row(channels: int, batch: int, optimizer: str, precision: str) -> bool:
    from nncompare.memory.footprint import training_footprint

    peak = _in_a_fresh_process(channels, batch, optimizer, precision)
    formula = training_footprint(channels, optimizer, precision).total(batch)  # type: ignore[arg-type]
    is_off = max(peak, formula) > SMALLEST and abs(formula / peak - 1) > TOLERANCE
    settings = f"{channels:>8} {batch:>6} {optimizer:>9} {precision:>9}"
    figures = f"{peak / MEBIBYTE:>8.1f} M {formula / MEBIBYTE:>8.1f} M {formula / peak:>6.2f}"
    print(settings, figures, "off" if is_off else "", flush=True)
    return is_off


def _in_a_fresh_process(*arguments: object) -> int:
    # As in a worker of the engine, where the allocator keeps what it has.
    allocator = {"MALLOC_TRIM_THRESHOLD_": str(2**30), "MALLOC_MMAP_THRESHOLD_": str(2**25), "MALLOC_ARENA_MAX": "1"}
    command = [sys.executable, __file__, *map(str, arguments)]
    return int(subprocess.run(command, env={**os.environ, **allocator}, check=True, capture_output=True).stdout)


def _measure(channels: int, batch: int, optimizer: str, precision: str) -> int:
    import torch

    from nncompare.config import RunConfig
    from nncompare.training.loop import Batch, backward, make_optimizer
    from nncompare.training.model import build_model
    from nncompare.training.rehearsal import rehearse
    from nncompare.training.tensors import Split

    torch.set_num_threads(1)
    rehearse()
    images = torch.randint(0, 255, (batch, 1, 28, 28), dtype=torch.uint8)
    split = Split(images, torch.randint(0, 10, (batch,)), 0.13, 0.31)
    config = RunConfig.model_validate({"channels": channels, "batch_size": batch, "optimizer": optimizer})
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    model = build_model(channels, 0.25, 0)
    steps = make_optimizer(model, config)
    for _ in range(3):
        backward(model, split, Batch(torch.randperm(batch), batch, True), precision)  # type: ignore[arg-type]
        steps.step()
        steps.zero_grad()
    return _status("VmHWM") - before


def _status(name: str) -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return 1024 * int(line.split()[1])


if __name__ == "__main__":
    main()
