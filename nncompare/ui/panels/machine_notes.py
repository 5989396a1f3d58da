"""What is known of the machine that trains, in words for the forms."""

from collections.abc import Mapping

from nncompare.comparison.precision import NARROWEST_FOR_BFLOAT16
from nncompare.config import Precision
from nncompare.machine import available_memory, physical_memory
from nncompare.memory import in_mebibytes, model_memory_limit
from nncompare.messages import WorkerInfo


def this_machine(devices: Mapping[str, str]) -> WorkerInfo:
    """Describe the machine of this process, which stands in until a worker answers; no device is known of it."""
    return WorkerInfo("", 0, "", dict(devices), available_memory().available_bytes, physical_memory())


def device_note(machine: WorkerInfo, requested: str, trouble: str) -> str:
    """Return what the requested device came to, or else `trouble`: why no worker has answered."""
    if not machine.device:
        return trouble or "asking the workers …"
    cores = f", {machine.cores} core{'s' if machine.cores != 1 else ''}" if machine.device == "cpu" else ""
    what = f"{machine.devices.get(machine.device, '')}{cores}".removeprefix(", ")
    return f"auto took {machine.device}: {what}" if requested == "auto" else what


def precision_note(machine: WorkerInfo, requested: Precision) -> str:
    """Return what "auto" comes to."""
    if requested != "auto" or not machine.device:
        return ""
    if not machine.has_native_bfloat16:
        return "auto takes float32: bfloat16 is not native here"
    return f"auto takes bfloat16 from {NARROWEST_FOR_BFLOAT16} channels on, below it float32"


def budget_note(machine: WorkerInfo, budget: int | None) -> str:
    """Return what both models may take, and each of them."""
    limit = model_memory_limit(budget, machine.available_bytes, machine.physical_bytes)
    each, available = f"{in_mebibytes(limit)} for each model", in_mebibytes(machine.available_bytes)
    if budget is None:
        return f"empty: 70% of the {available} available, {each}"
    return f"{each}; more than the {available} free now" if budget > machine.available_bytes else each
