"""What is known of the machine that trains, in words for the forms."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nncompare.comparison.precision import NARROWEST_FOR_BFLOAT16
from nncompare.config import Precision
from nncompare.machine import available_memory, physical_memory
from nncompare.memory import in_mebibytes, model_memory_limit
from nncompare.messages import WorkerInfo


@dataclass(frozen=True)
class Machine:
    """Memory in bytes, and the devices; until a worker has answered, what this process sees."""

    available_bytes: int
    physical_bytes: int
    device: str = ""
    devices: dict[str, str] = field(default_factory=dict)
    cores: int = 0
    trouble: str = ""
    has_native_bfloat16: bool = False

    @classmethod
    def here(cls, trouble: str = "", devices: Mapping[str, str] | None = None) -> "Machine":
        """Look at the machine of this process, where no worker has answered; `trouble` says why."""
        return cls(available_memory().available_bytes, physical_memory(), devices=dict(devices or {}), trouble=trouble)

    @classmethod
    def of(cls, report: WorkerInfo) -> "Machine":
        """Take what a worker says."""
        return cls(
            report.available_bytes,
            report.physical_bytes,
            report.device,
            report.devices,
            report.cores,
            has_native_bfloat16=report.has_native_bfloat16,
        )

    def device_note(self, wish: str) -> str:
        """Say what the wished device came to."""
        if not self.device:
            return self.trouble or "asking the workers …"
        cores = f", {self.cores} core{'s' if self.cores != 1 else ''}" if self.device == "cpu" else ""
        what = f"{self.devices.get(self.device, '')}{cores}".removeprefix(", ")
        return f"auto took {self.device}: {what}" if wish == "auto" else what

    def precision_note(self, wish: Precision) -> str:
        """Say what "auto" comes to here."""
        if wish != "auto" or not self.device:
            return ""
        if not self.has_native_bfloat16:
            return "auto takes float32: bfloat16 is not native here"
        return f"auto takes bfloat16 from {NARROWEST_FOR_BFLOAT16} channels on, below it float32"

    def budget_note(self, budget: int | None) -> str:
        """Say what both models may take, and each of them."""
        each = f"{in_mebibytes(model_memory_limit(budget, self.available_bytes, self.physical_bytes))} for each model"
        if budget is None:
            return f"empty: 70% of the {in_mebibytes(self.available_bytes)} available, {each}"
        if budget > self.available_bytes:
            return f"{each}; more than the {in_mebibytes(self.available_bytes)} that are free now"
        return each
