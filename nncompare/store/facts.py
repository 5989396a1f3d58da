"""With what, and on what, a comparison is begun."""

import platform
from importlib.metadata import PackageNotFoundError, version

from nncompare.machine import physical_memory, usable_cores

_PACKAGES = ("nncompare", "torch", "numpy", "distributed", "safetensors")


def versions() -> dict[str, str]:
    """Give the versions of Python and of the packages on which a result depends; nothing is imported for it."""
    return {"python": platform.python_version(), **{package: _version(package) for package in _PACKAGES}}


def machine() -> dict[str, str]:
    """Describe the machine: system, processor, cores and memory that may be used."""
    return {
        "system": platform.platform(),
        "processor": platform.machine(),
        "cores": str(usable_cores()),
        "memory_bytes": str(physical_memory()),
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"
