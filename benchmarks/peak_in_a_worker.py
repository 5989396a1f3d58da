"""The matrix peak of this machine: operations a second of the fastest of several large products.

Reads one JSON argument and prints one number, for `flops.py`.
"""

import json
import sys
import time

import torch


def main() -> None:
    """Answer what the argument asks for."""
    asked = json.loads(sys.argv[1])
    torch.set_num_threads(asked["threads"])
    side, kind = asked["side"], getattr(torch, asked["precision"])
    left, right = (torch.randn(side, side).to(kind) for _ in range(2))
    result = torch.empty(side, side, dtype=kind)
    torch.matmul(left, right, out=result)  # untimed
    seconds = []
    for _ in range(asked["repeats"]):
        began = time.perf_counter()
        torch.matmul(left, right, out=result)
        seconds.append(time.perf_counter() - began)
    print(2 * side**3 / min(seconds))


if __name__ == "__main__":
    main()
