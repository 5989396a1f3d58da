"""Where the computation runs, and in which number format."""

import torch

from nncompare.config import Precision
from nncompare.memory import available_memory
from nncompare.training.errors import DeviceError


def choose_device(name: str) -> torch.device:
    """Resolve ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.

    Raises
    ------
    DeviceError
        When this machine has no such device.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    device = torch.device(name)
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise DeviceError(f"There is no device {name} here. Choose auto or cpu.")
    return device


def available_bytes(device: torch.device) -> int:
    """Ask how much memory is free on the device."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return available_memory().available_bytes


def number_format(device: torch.device, precision: Precision) -> torch.autocast:
    """Compute in bfloat16 inside the block if asked to, else in float32.

    Entered anew for every forward pass: it keeps the converted weights until it is left.
    """
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=precision == "bfloat16")
