"""What the workers' machine has, asked for before anything is trained."""

from collections.abc import Callable

from nncompare.engine.shared import EngineHolder
from nncompare.errors import DeviceError
from nncompare.messages import WorkerInfo
from nncompare.ui.refresher import Refresher
from nncompare.ui.steps.models import ModelsStep


class MachineSurvey:
    """Prepares the workers, and tells the forms what the chosen device is and has; calls `on_change` after that."""

    def __init__(
        self,
        refresher: Refresher,
        engines: EngineHolder,
        models: ModelsStep,
        on_change: Callable[[], None],
        on_failed: Callable[[str], None],
    ) -> None:
        self._refresher, self._engines, self._models = refresher, engines, models
        self._on_change, self._on_failed = on_change, on_failed
        self._is_warm = False
        self._asked = ""

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
        if self._asked and self._asked != self._models.device:
            self._models.show_machine(None)
            self._ask()

    def _ask(self) -> None:
        device = self._asked = self._models.device
        self._refresher.in_background(
            lambda: self._engines.get().survey(device),
            lambda machine: self._on_answer(device, machine),
            lambda error: self._on_no_answer(device, error),
        )

    def _on_answer(self, device: str, machine: WorkerInfo | None, trouble: str = "", device_error: str = "") -> None:
        if device == self._models.device:  # else another answer is on its way
            self._models.show_machine(machine, trouble, device_error)
            self._on_change()

    def _on_no_answer(self, device: str, error: Exception) -> None:
        kind = "device_error" if isinstance(error, DeviceError) else "trouble"
        self._on_answer(device, None, **{kind: str(error)})

    def _on_warm_up_failed(self, error: Exception) -> None:
        self._is_warm = False
        self._on_failed(str(error))
