"""The versions and the machine that a comparison is begun with."""

import platform
from importlib.metadata import PackageNotFoundError, version

from nncompare.machine import physical_memory, usable_cores

_PACKAGES = ("nncompare", "torch", "numpy", "distributed", "safetensors")


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that a result depends on, without importing them."""
    return {"python": platform.python_version(), **{package: package_version(package) for package in _PACKAGES}}


def machine() -> dict[str, str]:
    """Return system, processor, usable cores and usable memory of this machine."""
    return {
        "system": platform.platform(),
        "processor": platform.machine(),
        "cores": str(usable_cores()),
        "memory_bytes": str(physical_memory()),
    }


def package_version(package: str) -> str:
    """Return the version of an installed package, or ``missing``."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"
