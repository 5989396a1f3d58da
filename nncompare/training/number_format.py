"""Which number format is the faster one on a device: measured once for a machine and a version, and kept."""

import hashlib
import json
import math
import os
import secrets
import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import torch

from nncompare import __version__
from nncompare.architectures import DEFAULT
from nncompare.config import Precision
from nncompare.data.folders import cache_folder
from nncompare.messages import FormatTimes
from nncompare.training.backends import build_model, make_network
from nncompare.training.device import device_titles, processor_capabilities
from nncompare.training.tensors import normalise

_CHANNELS, _ON_PROCESSOR, _ON_CARD = 16, 32, 2_048  # images: on a card computing must take longer than launching
_STEPS, _HOPELESS = 5, 3.0
_FORMATS: tuple[Precision, Precision] = ("float32", "bfloat16")

_found: dict[str, FormatTimes] = {}
"""What this process knows, by device."""


def measured(device: torch.device) -> FormatTimes | None:
    """Return the time of a reference step in both formats; measure it where no process of this machine has.

    It takes a fraction of a second, and draws from torch's random numbers. None: it cannot be measured, as where a card
    has no memory left.
    """
    if known(device) is None:
        with suppress(RuntimeError):
            _found[str(device)] = _kept(device, _measure(device))
    return _found.get(str(device))


def known(device: torch.device) -> FormatTimes | None:
    """Return the times of an earlier measurement; None where there was none."""
    if str(device) not in _found and (times := _read(device)) is not None:
        _found[str(device)] = times
    return _found.get(str(device))


def _read(device: torch.device) -> FormatTimes | None:
    with suppress(OSError, ValueError, TypeError):
        times = FormatTimes(**json.loads(_file(device).read_text()))
        if all(0 < seconds < math.inf for seconds in vars(times).values()):
            return times
    return None


def _measure(device: torch.device) -> FormatTimes:
    float32, bfloat16 = (_step(precision, device) for precision in _FORMATS)
    times = [(float32(), bfloat16())]
    while len(times) < _STEPS and times[0][1] < _HOPELESS * times[0][0]:  # by turns: whatever else is going on
        times.append((float32(), bfloat16()))
    return FormatTimes(*map(statistics.median, zip(*times, strict=True)))


def _step(precision: Precision, device: torch.device) -> Callable[[], float]:
    """Return what takes a step of a network that is neither narrow nor wide, and returns its seconds."""
    network = make_network(DEFAULT, build_model(DEFAULT, _CHANNELS, dropout=0.0, seed=0).to(device), precision)
    count = _ON_PROCESSOR if device.type == "cpu" else _ON_CARD
    images = normalise(torch.zeros(count, 1, 28, 28, dtype=torch.uint8, device=device), 0.5, 0.5)
    labels = torch.zeros(count, dtype=torch.long, device=device)

    def step() -> float:
        began = time.perf_counter()
        float(network.backward(images, labels, count)[0])  # which waits for a card
        return time.perf_counter() - began

    step()  # the first one makes the machine code
    return step


def _kept(device: torch.device, found: FormatTimes) -> FormatTimes:
    """Keep times, or return what another process kept first: all take that."""
    with suppress(OSError):
        _keep(device, found)
    return _read(device) or found


def _keep(device: torch.device, found: FormatTimes) -> None:
    file = _file(device)
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    try:
        fresh.write_text(json.dumps(vars(found)))
        try:
            os.link(fresh, file)  # unlike a renaming it never replaces what is there
        except OSError:  # there is something; or this file system has no links
            if _read(device) is None:
                fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)


def _file(device: torch.device) -> Path:
    facts = sorted(processor_capabilities().items()), torch.backends.cpu.get_cpu_capability()
    what = f"{device_titles().get(str(device))} {facts} {torch.__version__} {__version__}"
    return cache_folder() / f"number-formats-{hashlib.sha256(what.encode()).hexdigest()[:16]}.json"
