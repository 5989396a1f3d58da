"""Where the computation runs, and what is done otherwise on a card."""

import contextlib
import ctypes
import re
import sys
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from nncompare.errors import DeviceError
from nncompare.machine import MemoryReading, available_memory, physical_memory

# The CPU allocator, on Linux and on Windows; C++; oneDNN; cuDNN, where the workspace of no kernel fits; CUDA and its
# libraries; Python, without room for a stack.
_OUT_OF_MEMORY = re.compile(
    "can't allocate memory|not enough memory|bad_alloc|"
    "could not create a (memory|primitive)|could not execute a primitive|out of memory|alloc_failed|"
    "unable to find an engine to execute|"
    "can't start new thread"
)


def choose_device(name: str) -> torch.device:
    """Resolve ``auto``, ``cpu``, ``cuda`` or ``cuda:N``; a CUDA device always gets its number.

    Raise a DeviceError when this machine has no such device.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    device = torch.device(name)
    if device.type != "cuda":
        return device
    if (device.index or 0) >= torch.cuda.device_count():
        raise DeviceError(f"There is no device {name} here. Choose one of auto, {', '.join(device_titles())}.")
    return torch.device("cuda", torch.cuda.current_device() if device.index is None else device.index)


def device_memory(device: torch.device) -> MemoryReading:
    """Return how much memory is free on the device, and how much it has."""
    if device.type == "cuda":
        return MemoryReading(*torch.cuda.mem_get_info(device), source=str(device))
    return replace(available_memory(), total_bytes=physical_memory())


def device_titles() -> dict[str, str]:
    """Return the title of each device that can be chosen here; to name a card, torch initialises CUDA."""
    cards = {f"cuda:{number}": torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())}
    return {"cpu": processor_capabilities().get("cpu_name", "processor")} | cards


def random_state(device: torch.device) -> Tensor:
    """Return the state of the random numbers that a forward pass on this device draws."""
    return torch.cuda.get_rng_state(device) if device.type == "cuda" else torch.get_rng_state()


def set_random_state(device: torch.device, state: Tensor) -> None:
    """Set the state of the random numbers."""
    if device.type == "cuda":
        torch.cuda.set_rng_state(state, device)
    else:
        torch.set_rng_state(state)


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an exception means a lack of memory, on any device and from any of torch's libraries."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    return isinstance(error, RuntimeError) and _OUT_OF_MEMORY.search(str(error).lower()) is not None


def give_back_memory(device: torch.device) -> None:
    """Release the memory that torch and the C library keep for later, for smaller micro-batches and the next run."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif sys.platform == "linux":
        with contextlib.suppress(AttributeError):  # another C library than glibc
            ctypes.CDLL(None).malloc_trim(0)


def processor_capabilities() -> dict[str, Any]:
    """Return the name and the instructions of the processor, where torch tells them."""
    capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()  # torch has it since 2.10
    return capabilities
