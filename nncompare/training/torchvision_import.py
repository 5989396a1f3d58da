"""Imports torchvision, also where its compiled half does not match the torch that is installed.

The wheel of torchvision on PyPI is compiled for CUDA. Beside the CPU build of torch its compiled half is not loaded,
and the import ends in ``operator torchvision::nms does not exist``, because Python code registers itself for
operators that were not declared. Data sets and transforms need only the Python half: so the two operators are declared,
and the import is tried again.
"""

import importlib
import sys
from types import ModuleType

import torch

_declared: list[torch.library.Library] = []  # a library that is collected takes its declarations along


def import_torchvision() -> ModuleType:
    """Return the module torchvision, whose data sets and transforms work."""
    try:
        return importlib.import_module("torchvision")
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]
    _declared.append(torch.library.Library("torchvision", "DEF"))
    for operator in ("nms", "qnms"):
        _declared[-1].define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    return importlib.import_module("torchvision")
