"""The matrix peak of this machine: operations a second of the fastest of several products of large matrices.

Reads one JSON argument and prints one number, for `flops.py`. The matrices grow until the time is over: without
instructions for a format, one product of the largest would take minutes.
"""

import json
import sys
import time

import torch

_SIDES, _REPEATS = (128, 256, 512, 1024, 2048, 4096), 8


def main() -> None:
    """Answer what the argument asks for."""
    asked = json.loads(sys.argv[1])
    torch.set_num_threads(asked["threads"])
    began, peak = time.perf_counter(), 0.0
    for side in _SIDES:
        seconds = _product(side, getattr(torch, asked["precision"]))
        peak = max(peak, 2 * side**3 / min(seconds))
        # Twice the side takes eight times as long.
        if time.perf_counter() - began + 8 * sum(seconds) > asked["seconds"]:
            break
    print(peak)


def _product(side: int, kind: torch.dtype) -> list[float]:
    left, right = (torch.randn(side, side).to(kind) for _ in range(2))
    result = torch.matmul(left, right)  # untimed
    seconds = []
    for _ in range(_REPEATS):
        began = time.perf_counter()
        torch.matmul(left, right, out=result)
        seconds.append(time.perf_counter() - began)
    return seconds


if __name__ == "__main__":
    main()
