"""Train two small neural networks side by side, and see where they differ."""

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nncompare.config import Comparison, RunConfig
    from nncompare.memory import calculate_max_batch_size, closest_valid_batch_size
    from nncompare.training.loaders import prepare_loaders
    from nncompare.ui.compare import compare
    from nncompare.ui.dashboard import Dashboard

__version__ = "0.1.0"

# Imported on first use: a shell command does not wait for the dashboard, nor the dashboard for torch.
_HOMES = {
    "Comparison": "nncompare.config",
    "Dashboard": "nncompare.ui.dashboard",
    "RunConfig": "nncompare.config",
    "compare": "nncompare.ui.compare",
    "calculate_max_batch_size": "nncompare.memory",
    "closest_valid_batch_size": "nncompare.memory",
    "prepare_loaders": "nncompare.training.loaders",
}

__all__ = [
    "Comparison",
    "Dashboard",
    "RunConfig",
    "calculate_max_batch_size",
    "closest_valid_batch_size",
    "compare",
    "prepare_loaders",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})


def _picture_of(result: Any) -> Any:
    return importlib.import_module("nncompare.ui.result_picture").picture_of(result).bundle("result_picture.html")


if "IPython" in sys.modules and (_shell := sys.modules["IPython"].get_ipython()):
    # As the value of a cell, a result is its verdict and its curves.
    _formatter = _shell.display_formatter.mimebundle_formatter
    _formatter.for_type_by_name("nncompare.comparison.result", "ComparisonResult", _picture_of)
