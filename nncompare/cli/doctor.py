"""What nncompare sees of this machine, for a terminal."""

import platform
from collections.abc import Iterator

import psutil

from nncompare.data import CATALOG, dataset_state
from nncompare.engine.tasks import device_infos
from nncompare.environment import CORE_LIMIT, HOME, MEMORY_LIMIT, environment
from nncompare.machine import (
    available_memory,
    core_readings,
    memory_readings,
    physical_memory,
    signs_of_sharing,
    usable_cores,
)
from nncompare.memory import BudgetError, in_mebibytes, model_share
from nncompare.memory.budget import ENGINE_BYTES, require_room_for_engine
from nncompare.store import Store
from nncompare.store.facts import package_version

_PACKAGES = ("torch", "torchvision", "distributed", "ipywidgets", "voila", "jupyterlab", "numpy")


def examine() -> str:
    """Describe cores, memory, devices, data sets and versions, and warn of what may go wrong."""
    parts = [_cores(), _memory(), _devices(), _datasets(), _saved(), _workers(), _versions(), _warnings()]
    return "\n\n".join("\n".join(lines) for lines in map(list, parts) if lines)


def _cores() -> Iterator[str]:
    cores = usable_cores()
    yield f"Cores: {cores}, shared by the models that train"
    readings = core_readings()
    for reading in readings:
        yield _row(f"{reading.cores:g}", reading.source)
    if not any("/" in reading.source for reading in readings):
        yield _row("no quota", "control groups")
    if not environment().core_limit:
        yield _row("not set", CORE_LIMIT)


def _memory() -> Iterator[str]:
    least = available_memory()
    limit = model_share(least.available_bytes, ENGINE_BYTES)
    yield f"Memory: {in_mebibytes(least.available_bytes)} available, {in_mebibytes(limit)} for each model"
    readings = memory_readings()
    for reading in readings:
        left = in_mebibytes(max(0, reading.available_bytes))
        yield _row(f"{left} of {in_mebibytes(reading.total_bytes)}", reading.source)
    if {reading.source for reading in readings} <= {"psutil", MEMORY_LIMIT}:
        yield _row("no limit", "control groups")
    if not environment().memory_limit:
        yield _row("not set", MEMORY_LIMIT)
    if least.promised_bytes:
        yield _row(in_mebibytes(least.promised_bytes), "promised to other notebooks, and left to them")


def _devices() -> Iterator[str]:
    automatic, devices = device_infos()
    yield f"Devices: auto takes {automatic}"
    for device in devices:
        memory = f", {in_mebibytes(device.memory.available_bytes)} of {in_mebibytes(device.memory.total_bytes)} free"
        formats = device.formats.words if device.formats else "float32; the number formats could not be measured"
        yield _row(device.name, f"{device.title}{memory if device.name != 'cpu' else ''}; {formats}")


def _datasets() -> Iterator[str]:
    yield "Data sets"
    for name in CATALOG:
        state = dataset_state(name)
        yield _row(name, f"{state.message} {state.folder or state.note}".strip())


def _saved() -> Iterator[str]:
    store = Store.default()
    yield f"Saved comparisons: {len(store.summaries())}"
    yield _row(str(store.home), HOME if environment().home else "the user's data directory")
    if store.note:
        yield _indented(store.note)
    yield from map(_indented, store.unreadable().values())


def _workers() -> Iterator[str]:
    address = environment().scheduler
    yield f"Workers: those of the Dask scheduler at {address}" if address else "Workers: started here when needed"


def _versions() -> Iterator[str]:
    yield f"nncompare {package_version('nncompare')}, Python {platform.python_version()}, {platform.platform()}"
    yield _indented(", ".join(f"{package} {package_version(package)}" for package in _PACKAGES))


def _warnings() -> Iterator[str]:
    text, sources = environment().memory_limit, {reading.source for reading in memory_readings()}
    if text and MEMORY_LIMIT not in sources:
        yield f"Warning: {MEMORY_LIMIT} is {text!r}, which is not a number of bytes; it is not used."
    cores = environment().core_limit
    if cores and CORE_LIMIT not in {reading.source for reading in core_readings()}:
        yield f"Warning: {CORE_LIMIT} is {cores!r}, which is not a number of cores; it is not used."
    try:
        require_room_for_engine()
    except BudgetError as error:
        yield f"Warning: {error}"
    signs = signs_of_sharing()
    if signs and physical_memory() >= psutil.virtual_memory().total:
        yield (
            f"Warning: this looks like a shared server ({' and '.join(signs)}), and nothing limits the memory. "
            f"One training can take what the others need. Set {MEMORY_LIMIT} to a number of bytes."
        )


def _row(what: str, whence: str) -> str:
    return _indented(f"{what:<26}{whence}")


def _indented(text: str) -> str:
    return f"  {text}"
