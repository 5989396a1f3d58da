"""What is known of the machine that trains, in words for the forms."""

from dataclasses import dataclass, field

from nncompare.machine import available_memory, physical_memory
from nncompare.memory import in_mebibytes
from nncompare.memory.budget import MODELS_OF_A_PAIR
from nncompare.memory.limit import USABLE_SHARE
from nncompare.training.worker import SlotReport


@dataclass(frozen=True)
class Machine:
    """Memory in bytes, and the devices; until a worker has answered, what this process sees."""

    available_bytes: int
    physical_bytes: int
    device: str = ""
    devices: dict[str, str] = field(default_factory=dict)
    cores: int = 0
    trouble: str = ""

    @classmethod
    def here(cls, trouble: str = "") -> "Machine":
        """Look at the machine of this process, where no worker has answered; `trouble` says why."""
        return cls(available_memory().available_bytes, physical_memory(), trouble=trouble)

    @classmethod
    def of(cls, report: SlotReport) -> "Machine":
        """Take what a worker says."""
        return cls(report.available_bytes, report.physical_bytes, report.device, report.devices, report.cores)

    def device_note(self, wish: str) -> str:
        """Say what the wished device came to."""
        if not self.device:
            return self.trouble or "asking the workers …"
        cores = f", {self.cores} core{'s' if self.cores != 1 else ''}" if self.device == "cpu" else ""
        what = f"{self.devices.get(self.device, '')}{cores}".removeprefix(", ")
        return f"auto took {self.device}: {what}" if wish == "auto" else what

    def budget_note(self, budget: int | None) -> str:
        """Say what both models may take, and each of them."""
        if budget is not None:
            return f"{in_mebibytes(budget / MODELS_OF_A_PAIR)} for each model"
        pair = USABLE_SHARE * self.available_bytes
        return (
            f"empty: 70% of the {in_mebibytes(self.available_bytes)} available, "
            f"{in_mebibytes(pair / MODELS_OF_A_PAIR)} for each model"
        )
