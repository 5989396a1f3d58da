"""What is known of the machine that trains: asked of the workers, and in words for the forms."""

from collections.abc import Callable, Mapping
from functools import partial

from nncompare.config import Precision
from nncompare.engine.shared import EngineHolder
from nncompare.machine import available_memory, physical_memory
from nncompare.memory import in_mebibytes, model_memory_limit, model_share
from nncompare.memory.budget import ENGINE_BYTES, MODELS_OF_A_PAIR, USABLE_SHARE
from nncompare.messages import WorkerInfo
from nncompare.ui.refresher import Refresher
from nncompare.words import number_of


class MachineSurvey:
    """Prepares the workers; passes what they say of the chosen device, or why they do not, to `show`."""

    def __init__(
        self,
        refresher: Refresher,
        engines: EngineHolder,
        device: Callable[[], str],
        show: Callable[[WorkerInfo | None, Exception | None], None],
        on_failed: Callable[[str], None],
    ) -> None:
        self._refresher, self._engines, self._device = refresher, engines, device
        self._show, self._on_failed = show, on_failed
        self._is_warm, self._asked = False, ""

    def warm_up(self, dataset: str | None) -> None:
        """Prepare what Train would otherwise wait for, once; then ask."""
        if not self._is_warm:
            self._is_warm = True
            self._refresher.in_background(
                lambda: self._engines.get().warm_up(dataset), lambda _: self._ask(), self._on_warm_up_failed
            )

    def ask_again(self) -> None:
        """Ask, where the workers were asked before: what is available changes all the time."""
        if self._asked:
            self._ask()

    def on_choice(self) -> None:
        """Ask of the device that is chosen now, if it is another one."""
        if self._asked and self._asked != self._device():
            self._ask()
            self._show(None, None)

    def _ask(self) -> None:
        device = self._asked = self._device()
        self._refresher.in_background(
            lambda: self._engines.get().survey(device),
            partial(self._on_answer, device),
            partial(self._on_answer, device, None),
        )

    def _on_answer(self, device: str, machine: WorkerInfo | None, error: Exception | None = None) -> None:
        if device == self._device():  # else another answer is on its way
            self._show(machine, error)

    def _on_warm_up_failed(self, error: Exception) -> None:
        self._is_warm = False
        self._on_failed(str(error))


def this_machine(devices: Mapping[str, str]) -> WorkerInfo:
    """Describe the machine of this process, which stands in until a worker answers; no device is known of it.

    The workers themselves are still to come.
    """
    memory = available_memory()
    left = max(0, memory.available_bytes - ENGINE_BYTES)
    return WorkerInfo("", 0, "", dict(devices), left, physical_memory(), promised_bytes=memory.promised_bytes)


def device_note(machine: WorkerInfo, requested: str, trouble: str) -> str:
    """Return what the requested device came to, or else `trouble`: why no worker has answered."""
    if not machine.device:
        return trouble or "asking the workers …"
    cores = f", {number_of(machine.cores, 'core')}" if machine.device == "cpu" else ""
    what = f"{machine.devices.get(machine.device, '')}{cores}".removeprefix(", ")
    return f"auto took {machine.device}: {what}" if requested == "auto" else what


def precision_note(machine: WorkerInfo, requested: Precision) -> str:
    """Return what "auto" comes to."""
    if requested != "auto" or not machine.device:
        return ""
    if machine.formats is None:
        return "auto takes the faster one once it is measured, float32 until then"
    return f"auto takes {machine.formats.faster} for both models; {machine.formats.words} here"


def budget_note(machine: WorkerInfo, budget: int | None) -> str:
    """Return what both models may take, and each of them."""
    available, others = in_mebibytes(machine.available_bytes), _promised(machine)
    if budget is None:
        share = model_share(machine.available_bytes)
        part = "70%" if share >= USABLE_SHARE * machine.available_bytes // MODELS_OF_A_PAIR else "what can be spared"
        return f"empty: {part} of the {available} available, {in_mebibytes(share)} for each model{others}"
    each = f"{in_mebibytes(model_memory_limit(budget, machine.available_bytes, machine.physical_bytes))} for each model"
    return f"{each}; more than the {available} free now{others}" if budget > machine.available_bytes else each


def _promised(machine: WorkerInfo) -> str:
    if not machine.promised_bytes:
        return ""
    return f"; {in_mebibytes(machine.promised_bytes)} more were promised to other notebooks on this machine"
